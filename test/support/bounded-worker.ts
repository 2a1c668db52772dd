/**
 * Runs hostile cases in a thread with a small heap, and watches it: a case that fills the memory kills the
 * thread, one that hangs is given up. Either way the test reports the case, and the next one runs in
 * a new thread. The bounds are no measure of speed: `patienceMs` is far beyond the second that a case may
 * take, for the sake of machines that are busy.
 */
import { Worker } from 'node:worker_threads';
import type { HostileJob, HostileOutcome } from './hostile-worker.ts';

export interface Bounds {
  /**
   * Of objects that live longer; room for the code itself and for what the limits of Coppice allow, no more.
   */
  readonly heapMb: number;
  readonly patienceMs: number;
}

const defaultBounds: Bounds = { heapMb: 160, patienceMs: 30_000 };

export class BoundedWorker {
  readonly #bounds: Bounds;
  #worker: Worker | undefined;

  constructor(bounds: Partial<Bounds> = {}) {
    this.#bounds = { ...defaultBounds, ...bounds };
  }

  /**
   * One at a time. @throws Error where the case fills the memory, hangs, or ends in an error that is not
   * foreseen.
   */
  async run(job: HostileJob): Promise<HostileOutcome> {
    const worker = (this.#worker ??= this.#start());
    const { heapMb, patienceMs } = this.#bounds;
    const { promise, resolve, reject } = Promise.withResolvers<HostileOutcome>();
    const died = (error: Error & { code?: string }): void =>
      reject(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new Error(`more than ${heapMb} MB of memory`) : error,
      );
    const watchdog = setTimeout(() => reject(new Error(`no end within ${patienceMs} ms`)), patienceMs);
    worker.once('message', resolve);
    worker.once('error', died);
    worker.postMessage(job, []);
    try {
      const outcome = await promise;
      if (outcome.kind === 'failed') throw new Error(outcome.message);
      return outcome;
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      clearTimeout(watchdog);
      worker.off('message', resolve);
      worker.off('error', died);
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(): Worker {
    const { heapMb } = this.#bounds;
    const resourceLimits = { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 };
    return new Worker(new URL('hostile-worker.ts', import.meta.url), { resourceLimits, execArgv: [] });
  }
}
