/**
 * One timer of the process for all timers of all executions: set to the earliest row. A row that is due is
 * handed out once, and comes back only if its handling left it there.
 */
import type { Db } from '../../store/store.ts';
import { dueTimers, nextTimerAfter, type WorkflowTimer } from '../../store/workflow-work.ts';

export interface DueTimersOptions {
  readonly db: Db;
  readonly now: () => number;
  /** Resolves with whether the row has been handled; never rejects. */
  readonly handle: (timer: WorkflowTimer) => Promise<boolean>;
  readonly failed: (error: unknown) => void;
}

const mostAtOnce = 500;
/**
 * A timer that was lost, by whatever mistake, is found by then; also the longest that setTimeout can wait is
 * far above.
 */
const lookAgainMs = 60_000;
const retryAfterMs = 1000;

export class DueTimers {
  readonly #options: DueTimersOptions;
  readonly #handling = new Set<string>();
  #armedFor = Infinity;
  #timeout: NodeJS.Timeout | undefined;
  #passing: Promise<void> | undefined;
  #again = false;
  #stopped = true;

  constructor(options: DueTimersOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#kick();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timeout);
    await this.#passing;
  }

  /** A row was committed that is due at this time. */
  set(due: number): void {
    if (due < this.#armedFor) this.#arm(due);
  }

  #arm(due: number): void {
    clearTimeout(this.#timeout);
    if (this.#stopped) return;
    this.#armedFor = due;
    const delay = Math.min(Math.max(0, due - this.#options.now()), lookAgainMs);
    this.#timeout = setTimeout(() => this.#kick(), delay);
  }

  #kick(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#passing ??= this.#passes();
  }

  async #passes(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        await this.#pass();
      }
    } catch (error) {
      this.#options.failed(error);
      this.#arm(this.#options.now() + retryAfterMs);
    } finally {
      this.#passing = undefined;
    }
  }

  async #pass(): Promise<void> {
    const { db, now } = this.#options;
    const at = now();
    this.#armedFor = Infinity;
    const due = await dueTimers(db, at, mostAtOnce + this.#handling.size);
    const fresh = due.filter((timer) => !this.#handling.has(keyOf(timer)));
    for (const timer of fresh) void this.#handle(timer, keyOf(timer));
    const next = (await nextTimerAfter(db, at)) ?? at + lookAgainMs;
    if (next < this.#armedFor) this.#arm(next);
  }

  async #handle(timer: WorkflowTimer, key: string): Promise<void> {
    this.#handling.add(key);
    // A row that nobody can handle must not come back at once, again and again.
    if (await this.#options.handle(timer)) this.#release(key);
    else setTimeout(() => this.#release(key), lookAgainMs).unref();
  }

  #release(key: string): void {
    this.#handling.delete(key);
    // There may have been more than were taken at once.
    if (this.#handling.size === 0) this.#kick();
  }
}

function keyOf({ subjectId, kind, due }: WorkflowTimer): string {
  return `${subjectId} ${kind} ${due}`;
}
