/**
 * How soon the server answers after its start, with a warm file cache, and how much memory it holds when
 * idle: as the bundle that users run, and beside it from the source.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, type Measure } from './measure.ts';
import { cpuSecondsOf, privateMegabytes, residentMegabytes } from './server.ts';

const root = join(import.meta.dirname, '..');
const program = join(root, 'bin', 'coppice.js');
/** An idle server gives memory back after two checks (src/idle-memory.ts). */
const IDLE_FOR_MS = 10_000;

export async function benchStart(): Promise<Measure[]> {
  const bundle = await measure('', { seconds: 0.8, megabytes: 120, privateMegabytes: 65 });
  const dist = join(root, 'dist');
  renameSync(dist, `${dist}-away`);
  try {
    return [
      ...bundle,
      ...(await measure(' from source', { seconds: 1.5, megabytes: 150, privateMegabytes: 90 })),
    ];
  } finally {
    renameSync(`${dist}-away`, dist);
  }
}

async function measure(
  suffix: string,
  limits: { readonly seconds: number; readonly megabytes: number; readonly privateMegabytes: number },
): Promise<Measure[]> {
  await startOnce(); // warms the file cache and Node's compile cache
  const lives = [await startOnce(), await startOnce(), await startOnce()];
  const atMost = (name: string, values: readonly number[], digits: number, limit: number): Measure => ({
    name: `${name}${suffix}`,
    detail: values.map((value) => value.toFixed(digits)).join(', '),
    value: median(values),
    limit: { at: 'most', value: limit },
  });
  return [
    atMost(
      'server ready, seconds',
      lives.map((life) => life.seconds),
      2,
      limits.seconds,
    ),
    atMost(
      'CPU time until it is ready, seconds',
      lives.map((life) => life.cpuSeconds),
      2,
      limits.seconds,
    ),
    atMost(
      'resident memory idle, MB',
      lives.map((life) => life.megabytes),
      0,
      limits.megabytes,
    ),
    atMost(
      'memory of its own idle, MB',
      lives.map((life) => life.privateMegabytes),
      0,
      limits.privateMegabytes,
    ),
  ];
}

interface Life {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
  readonly privateMegabytes: number;
}

async function startOnce(): Promise<Life> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const started = performance.now();
  const server = spawn(process.execPath, [program, 'serve', '--data-dir', directory, '--listen', listen], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await untilReady(`http://${listen}/healthz`);
    const seconds = (performance.now() - started) / 1000;
    const cpuSeconds = cpuSecondsOf(server.pid ?? 0);
    await pause(IDLE_FOR_MS);
    const pid = server.pid ?? 0;
    return {
      seconds,
      cpuSeconds,
      megabytes: residentMegabytes(pid),
      privateMegabytes: privateMegabytes(pid),
    };
  } finally {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
}

async function untilReady(url: string): Promise<void> {
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await pause(10);
  }
  throw new Error(`${url} did not answer within 30 s`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
