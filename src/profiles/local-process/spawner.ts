/**
 * Starts processes in a thread of its own. Starting one blocks its thread until the new process has become
 * its program: on a busy machine that takes a tenth of a second, in which no request would be answered.
 */
import { Worker } from 'node:worker_threads';

export interface SpawnRequest {
  readonly id: number;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Descriptors of this process: all threads share them. Open until the process has started. */
  readonly stdio: readonly ('ignore' | number)[];
}

export type SpawnReport =
  | { readonly id: number; readonly kind: 'started'; readonly pid: number }
  | {
      readonly id: number;
      readonly kind: 'failed';
      readonly code?: string | undefined;
      readonly message: string;
    }
  | {
      readonly id: number;
      readonly kind: 'ended';
      readonly pid: number;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    };

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

type Ended = (pid: number, exit: Exit) => void;

interface Started {
  readonly resolve: (pid: number) => void;
  readonly reject: (error: Error) => void;
}

const starting = new Map<number, Started>();
const running = new Map<number, Ended>();
let thread: Worker | undefined;
let lastId = 0;

/**
 * In a session of its own, which outlives Coppice.
 * @param ended called once, after the process has ended.
 * @returns its number. Rejects with the error of the system, which has a `code`, where it starts none.
 */
export async function spawnDetached(request: Omit<SpawnRequest, 'id'>, ended: Ended): Promise<number> {
  const id = (lastId += 1);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  starting.set(id, { resolve, reject });
  running.set(id, ended);
  thread ??= startThread();
  thread.postMessage({ ...request, id } satisfies SpawnRequest, []);
  // While a process is being started, the program does not end; while one runs, it may.
  thread.ref();
  try {
    return await promise;
  } finally {
    starting.delete(id);
    if (starting.size === 0) thread?.unref();
  }
}

function startThread(): Worker {
  // Sources run as they are, and as what the build makes of them.
  const name = `./spawner-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`;
  const worker = new Worker(new URL(name, import.meta.url), { execArgv: [] });
  worker.on('message', onReport);
  worker.on('error', (error) => onThreadEnd(worker, error));
  worker.on('exit', () => onThreadEnd(worker, new Error('the thread that starts processes has ended')));
  return worker;
}

function onReport(report: SpawnReport): void {
  const { id } = report;
  if (report.kind === 'started') {
    starting.get(id)?.resolve(report.pid);
    return;
  }
  const ended = running.get(id);
  running.delete(id);
  if (report.kind === 'ended') ended?.(report.pid, report);
  else starting.get(id)?.reject(Object.assign(new Error(report.message), { code: report.code }));
}

/** The next start makes another thread. How the processes of this one end is not known any more. */
function onThreadEnd(worker: Worker, error: Error): void {
  if (thread !== worker) return;
  thread = undefined;
  running.clear();
  for (const { reject } of starting.values()) reject(error);
}
