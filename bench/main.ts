/**
 * `npm run bench`: the figures that Coppice promises, as ratios within one run where a ratio is possible.
 * Prints a table and writes bench/results.json; `--only NAME` runs one group. Never asserted in a test:
 * machines are noisy.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { benchApi } from './api.ts';
import { benchCloud } from './cloud.ts';
import { benchEngine } from './engine.ts';
import { benchHealth } from './health.ts';
import { benchLarge } from './large.ts';
import { isKept, type Measure } from './measure.ts';
import { benchPlanning } from './planning.ts';
import { benchStart } from './start.ts';
import { benchStorm } from './storm.ts';
import { benchWorkflow } from './workflow.ts';

const groups: Readonly<Record<string, () => Promise<Measure[]>>> = {
  api: benchApi,
  cloud: benchCloud,
  engine: benchEngine,
  health: healthMeasures,
  large: benchLarge,
  planning: benchPlanning,
  start: benchStart,
  storm: benchStorm,
  workflow: benchWorkflow,
};

const only = process.argv[process.argv.indexOf('--only') + 1];
const names = process.argv.includes('--only') ? [only ?? ''] : Object.keys(groups);
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
