/**
 * Lets the event loop turn in long work that would not wait for anything: requests are read and signals
 * handled meanwhile.
 */
import { setTimeout } from 'node:timers/promises';

/** Long enough to cost nothing, and too short to be noticed. */
const LONGEST_MS = 10;
/** A machine that is busy beyond measure must not stop the work altogether. */
const LONGEST_REST_MS = 100;
let turnedAt = 0;
const waiting: (() => void)[] = [];
let isReleasing = false;

/**
 * Waits for a turn of the event loop if it has not turned for a while; undefined: it has. All that wait share
 * the time of a turn, first come, first served: were each given its own, a hundred would make a turn of a
 * second.
 */
export function yieldToEventLoop(): Promise<void> | undefined {
  if (performance.now() - turnedAt < LONGEST_MS) return undefined;
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (isReleasing) return;
    isReleasing = true;
    setImmediate(beginTurn);
  });
}

function beginTurn(): void {
  turnedAt = performance.now();
  releaseNext();
}

function releaseNext(): void {
  const next = waiting.shift();
  if (next === undefined) {
    isReleasing = false;
    return;
  }
  next();
  // A tick that is asked for in a microtask comes when no microtask is left: when `next` waits again.
  queueMicrotask(() => process.nextTick(continueTurn));
}

function continueTurn(): void {
  if (performance.now() - turnedAt < LONGEST_MS) releaseNext();
  else setImmediate(beginTurn);
}

let lastBlocking: Promise<unknown> = Promise.resolve();

/**
 * Calls `work`, which blocks for some milliseconds and cannot be divided, in a turn of its own, after all
 * that was handed in before. Between two the loop turns for as long as the first one took, so that a request,
 * which needs several turns, waits for one of them and not for all. @returns what `work` returns; rejects
 * with what it throws.
 */
export function inOwnTurn<T>(work: () => Promise<T>): Promise<T> {
  let begunAt = 0;
  const result = lastBlocking.then(nextTurn).then(() => {
    begunAt = performance.now();
    return work();
  });
  const rest = (): Promise<unknown> => setTimeout(Math.min(performance.now() - begunAt, LONGEST_REST_MS));
  lastBlocking = result.then(rest, rest);
  return result;
}

/** Once all requests and results that have come by now were handled. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
