/**
 * The database answers at once, so that work which goes from one write to the next goes from promise to promise: the event loop does not turn, no
 * request is read and no signal heard until that work is over, and a workflow without an end has none. Whoever works in a loop breathes
 * in it.
 */

/** Longer than almost every write, and too short for anybody to notice. */
const longestMs = 10;
let since = 0;

/** Lets the event loop turn, if it has not for a while; at once (undefined) if it has. */
export function yieldToEventLoop(): Promise<void> | undefined {
  if (performance.now() - since < longestMs) return undefined;
  return new Promise((resolve) => {
    setImmediate(() => {
      since = performance.now();
      resolve();
    });
  });
}
