/** Time that advances only when a test says so. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Timers } from '../../src/health/timers.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export class VirtualTimers implements Timers {
  readonly #timers = new Set<Timer>();
  #epoch: number;
  #now = 0;

  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#epoch + this.#now;
  }

  after(ms: number, run: () => void): unknown {
    const timer = { at: this.#now + Math.max(0, ms), run };
    this.#timers.add(timer);
    return timer;
  }

  cancel(handle: unknown): void {
    this.#timers.delete(handle as Timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Runs what comes due, each at its time, with all promises in between settled. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turn();
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.run();
      await turn();
    }
    this.#now = end;
  }

  /** Someone sets the clock, by this much. */
  setWall(changeMs: number): void {
    this.#epoch += changeMs;
  }

  /** This process stands still: what came due in the meantime runs afterwards. */
  async standStill(ms: number): Promise<void> {
    this.#now += ms;
    await this.advance(0);
  }

  #next(end: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers)
      if (timer.at <= end && (next === null || timer.at < next.at)) next = timer;
    return next;
  }
}
