/** Deletes once an hour what is kept for a time, when that is over (`purges.ts`). */
import type { Age } from './old-part.ts';

const EVERY_MS = 3600_000;

export interface PeriodicPurgeOptions {
  readonly now: () => number;
  /** Milliseconds; 0: for ever. */
  readonly keepMs: number;
  /** Deletes what is older. */
  readonly purge: (age: Age) => Promise<unknown>;
  /** A purge failed; the next one is tried at its time. */
  readonly failed: (error: unknown) => void;
}

export class PeriodicPurge {
  readonly #options: PeriodicPurgeOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: PeriodicPurgeOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.keepMs === 0) return;
    this.#timer = setInterval(() => {
      this.#running = this.run();
    }, EVERY_MS);
  }

  /** Returns when a purge that runs has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Once, now. */
  async run(): Promise<void> {
    const { now, keepMs, purge, failed } = this.#options;
    try {
      const time = now();
      await purge({ before: time - keepMs, now: time });
    } catch (error) {
      failed(error);
    }
  }
}
