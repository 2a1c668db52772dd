/**
 * How soon the server answers after its start, with a warm file cache, and how much memory it holds when
 * idle.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, type Measure } from './measure.ts';
import { residentMegabytes } from './server.ts';

const program = join(import.meta.dirname, '..', 'bin', 'coppice.js');
const IDLE_FOR_MS = 3000;

export async function benchStart(): Promise<Measure[]> {
  await startOnce(); // warms the file cache and Node's compile cache
  const lives = [await startOnce(), await startOnce(), await startOnce()];
  const seconds = median(lives.map((life) => life.seconds));
  const megabytes = median(lives.map((life) => life.megabytes));
  return [
    {
      name: 'server ready, seconds',
      detail: lives.map((life) => life.seconds.toFixed(2)).join(', '),
      value: seconds,
      limit: { at: 'most', value: 1 },
    },
    {
      name: 'resident memory idle, MB',
      detail: lives.map((life) => life.megabytes.toFixed(0)).join(', '),
      value: megabytes,
      limit: { at: 'most', value: 120 },
    },
  ];
}

async function startOnce(): Promise<{ seconds: number; megabytes: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const started = performance.now();
  const server = spawn(process.execPath, [program, 'serve', '--data-dir', directory, '--listen', listen], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await untilReady(`http://${listen}/healthz`);
    const seconds = (performance.now() - started) / 1000;
    await pause(IDLE_FOR_MS);
    return { seconds, megabytes: residentMegabytes(server.pid ?? 0) };
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
