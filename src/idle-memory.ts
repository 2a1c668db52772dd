/**
 * Gives memory back when a server is idle. V8 grows its heap while the server starts and under load, and
 * shrinks it only in a collection that an idle server, which allocates next to nothing, does not come to:
 * after the start a sixth of what is resident is of no use any more.
 */
import { performance } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const CHECK_EVERY_MS = 2500;
/** Of the time between two checks that the event loop was busy. */
const IDLE_SHARE = 0.05;
const IDLE_CHECKS = 2;
/** A heap that grew by less is not worth a collection. */
const WORTH_BYTES = 6 * 1024 * 1024;
/** A collection stops all else, for 70 ms with a heap of 40 MB. V8 itself shrinks a large one in steps. */
const LARGEST_BYTES = 128 * 1024 * 1024;

export interface IdleHeap {
  /** Of the time since the last call the share in which the event loop was busy, 0 to 1. */
  busyShare(): number;
  bytes(): number;
  collect(): void;
}

/** @returns how to stop. */
export function giveMemoryBackWhenIdle(heap: IdleHeap = heapOfProcess()): () => void {
  let idleChecks = 0;
  let kept = 0;
  const timer = setInterval(() => {
    idleChecks = heap.busyShare() < IDLE_SHARE ? idleChecks + 1 : 0;
    const bytes = heap.bytes();
    if (idleChecks < IDLE_CHECKS || bytes < kept + WORTH_BYTES || bytes > LARGEST_BYTES) return;
    heap.collect();
    kept = heap.bytes();
  }, CHECK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** All that can be collected, and the heap shrunk to what is left. */
export function collectNow(): void {
  // The function is there only in a context that was made after the flag was set.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'major'; flavor: 'last-resort' }) => void;
  collect({ type: 'major', flavor: 'last-resort' });
}

function heapOfProcess(): IdleHeap {
  let last = performance.eventLoopUtilization();
  return {
    busyShare: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    bytes: () => getHeapStatistics().total_heap_size,
    collect: collectNow,
  };
}
