/**
 * One process timer for the timer rows of all executions, set to the earliest row. A due row is handled once;
 * it is handled again only if it still exists afterwards.
 */
import type { Db } from '../../store/store.ts';
import { dueTimers, nextTimerAfter, type WorkflowTimer } from '../../store/workflow-work.ts';

export interface DueTimersOptions {
  readonly db: Db;
  readonly now: () => number;
  /** Resolves with whether the row was handled; never rejects. */
  readonly handle: (timer: WorkflowTimer) => Promise<boolean>;
  readonly failed: (error: unknown) => void;
}

const batchSize = 500;
/**
 * An upper bound for the wait, so that a missed row is found within a minute. Far below the maximum delay of
 * setTimeout.
 */
const rescanIntervalMs = 60_000;
const retryDelayMs = 1000;

export class DueTimers {
  readonly #options: DueTimersOptions;
  readonly #handling = new Set<string>();
  #armedFor = Infinity;
  #timeout: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #passRequested = false;
  #stopped = true;

  constructor(options: DueTimersOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#requestPass();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timeout);
    await this.#running;
  }

  /** Call after committing a row that is due at this time. */
  set(due: number): void {
    if (due < this.#armedFor) this.#arm(due);
  }

  #arm(due: number): void {
    clearTimeout(this.#timeout);
    if (this.#stopped) return;
    this.#armedFor = due;
    const delay = Math.min(Math.max(0, due - this.#options.now()), rescanIntervalMs);
    this.#timeout = setTimeout(() => this.#requestPass(), delay);
  }

  #requestPass(): void {
    if (this.#stopped) return;
    this.#passRequested = true;
    this.#running ??= this.#runPasses();
  }

  async #runPasses(): Promise<void> {
    try {
      while (this.#passRequested && !this.#stopped) {
        this.#passRequested = false;
        await this.#runPass();
      }
    } catch (error) {
      this.#options.failed(error);
      this.#arm(this.#options.now() + retryDelayMs);
    } finally {
      this.#running = undefined;
    }
  }

  async #runPass(): Promise<void> {
    const { db, now } = this.#options;
    const at = now();
    this.#armedFor = Infinity;
    const due = await dueTimers(db, at, batchSize + this.#handling.size);
    const fresh = due.filter((timer) => !this.#handling.has(keyOf(timer)));
    for (const timer of fresh) void this.#handle(timer, keyOf(timer));
    const next = (await nextTimerAfter(db, at)) ?? at + rescanIntervalMs;
    if (next < this.#armedFor) this.#arm(next);
  }

  async #handle(timer: WorkflowTimer, key: string): Promise<void> {
    this.#handling.add(key);
    // A row that cannot be handled must not be retried in a tight loop.
    if (await this.#options.handle(timer)) this.#release(key);
    else setTimeout(() => this.#release(key), rescanIntervalMs).unref();
  }

  #release(key: string): void {
    this.#handling.delete(key);
    // More rows may be due than one pass reads.
    if (this.#handling.size === 0) this.#requestPass();
  }
}

function keyOf({ subjectId, kind, due }: WorkflowTimer): string {
  return `${subjectId} ${kind} ${due}`;
}
