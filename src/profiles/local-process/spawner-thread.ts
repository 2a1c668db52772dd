/**
 * The thread of spawner.ts: starts processes, and reports how they started and ended. It imports nothing of
 * Coppice, so that it is there at once.
 */
import { spawn } from 'node:child_process';
import { parentPort } from 'node:worker_threads';
import type { SpawnRequest, SpawnReport } from './spawner.ts';

function report(message: SpawnReport): void {
  parentPort?.postMessage(message, []);
}

function failed(id: number, error: NodeJS.ErrnoException): void {
  report({ id, kind: 'failed', code: error.code, message: error.message });
}

function start({ id, file, args, cwd, env, stdio }: SpawnRequest): void {
  const child = spawn(file, args, { cwd, env, detached: true, stdio: [...stdio] });
  child.once('spawn', () => report({ id, kind: 'started', pid: child.pid ?? 0 }));
  child.once('error', (error) => failed(id, error));
  child.once('exit', (code, signal) => report({ id, kind: 'ended', pid: child.pid ?? 0, code, signal }));
  child.unref();
}

parentPort?.on('message', (request: SpawnRequest) => {
  try {
    start(request);
  } catch (error) {
    // Some refusals of the system are thrown: arguments that are too long.
    failed(request.id, error as NodeJS.ErrnoException);
  }
});
