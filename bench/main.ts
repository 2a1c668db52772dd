/**
 * `npm run bench`: the figures that Coppice promises, as ratios within one run where a ratio is possible.
 * Prints a table and writes bench/results.json; `--only NAME,NAME` runs some groups. Never asserted in a
 * test: machines are noisy. The server that is measured is the bundle that users run, which is made first.
 *
 * How to read a row: `ok` or `MISS`, the figure, its limit, and what it was computed from. A ratio compares
 * two things that were measured in turns in the same run, so that a slow machine slows both:
 *
 *     reached / wanted                      1 is all; less means that work was late
 *     CPU time of X / of a bare Y           1 would be no cost of our own above what Y costs in any program
 *     time of a request / of /healthz       how much more a request does than the least that a request can do
 *     a request / SELECT and JSON           of the same rows in a bare program; the rest is HTTP, shape and
 *                                           metrics
 *
 * Amounts (seconds, megabytes, requests a second) hold for a machine where nothing else runs; CPU time of a
 * process is the figure to compare where something does.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { benchApi } from './api.ts';
import { benchAuthentication } from './authentication.ts';
import { benchCloud } from './cloud.ts';
import { benchEngine } from './engine.ts';
import { benchHealth } from './health.ts';
import { benchLarge } from './large.ts';
import { isKept, type Measure } from './measure.ts';
import { benchPlanning } from './planning.ts';
import { benchProcesses } from './processes.ts';
import { benchStart } from './start.ts';
import { benchStorm } from './storm.ts';
import { benchWorkflow } from './workflow.ts';

const groups: Readonly<Record<string, () => Promise<Measure[]>>> = {
  api: benchApi,
  authentication: benchAuthentication,
  cloud: benchCloud,
  engine: benchEngine,
  health: healthMeasures,
  large: benchLarge,
  planning: benchPlanning,
  processes: benchProcesses,
  start: benchStart,
  storm: benchStorm,
  workflow: benchWorkflow,
};

const only = process.argv[process.argv.indexOf('--only') + 1] ?? '';
const names = process.argv.includes('--only') ? only.split(',') : Object.keys(groups);
execFileSync(process.execPath, [join(import.meta.dirname, '..', 'scripts', 'build.js')], {
  stdio: 'inherit',
});
const measures: Measure[] = [];
for (const name of names) {
  const run = groups[name];
  if (run === undefined) throw new Error(`--only ${name}: expected one of ${Object.keys(groups).join(', ')}`);
  console.log(`${name} ...`);
  measures.push(...(await run()));
}

const results = { at: new Date().toISOString(), node: process.version, cpus: cpus().length, measures };
writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
console.log();
for (const measure of measures) console.log(row(measure));
console.log(`\n${JSON.stringify(results)}`);

async function healthMeasures(): Promise<Measure[]> {
  const bench = await benchHealth();
  return [
    {
      name: `checks a second of ${bench.targets} targets, reached / wanted`,
      detail: `${bench.reachedPerSecond.toFixed(0)} / ${bench.wantedPerSecond.toFixed(0)}, late p99 ${bench.lateMsP99.toFixed(0)} ms`,
      value: bench.reached,
      limit: { at: 'least', value: 0.99 },
    },
    {
      name: 'CPU time of a check / of a bare HTTP request',
      detail: `${bench.cpuMicrosPerCheck.toFixed(0)} / ${bench.bareCpuMicrosPerCheck.toFixed(0)} us`,
      value: bench.cpuRatio,
      limit: { at: 'most', value: 1.5 },
    },
  ];
}

function row(measure: Measure): string {
  const { name, value, limit, detail } = measure;
  const bound = `at ${limit.at} ${limit.value}`;
  return `${isKept(measure) ? 'ok  ' : 'MISS'}  ${name.padEnd(56)} ${value.toFixed(2).padStart(8)}  (${bound})  ${detail}`;
}
