/**
 * Lets the event loop turn in long work that would not wait for anything: requests are read and signals
 * handled meanwhile.
 */

/** Long enough to cost nothing, and too short to be noticed. */
const LONGEST_MS = 10;
let turnedAt = 0;

/** Waits for a turn of the event loop if it has not turned for a while; undefined: it has. */
export function yieldToEventLoop(): Promise<void> | undefined {
  if (performance.now() - turnedAt < LONGEST_MS) return undefined;
  return new Promise((resolve) => {
    setImmediate(() => {
      turnedAt = performance.now();
      resolve();
    });
  });
}
