/** Time as this folder needs it, so that tests can run an hour of rounds at once. */
import { performance } from 'node:perf_hooks';

export interface Timers {
  /**
   * Milliseconds that only go forward: what is due is counted in these, and a corrected clock moves no round.
   */
  now(): number;
  /** Milliseconds since 1970: what is shown, and what a node's place in the interval is counted from. */
  wall(): number;
  after(ms: number, run: () => void): unknown;
  cancel(handle: unknown): void;
}

/** Node keeps a longer delay as 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemTimers: Timers = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after: (ms, run) => setTimeout(run, Math.min(ms, LONGEST_MS)),
  cancel: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
