import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HealRoundResult } from './heal-round.ts';
import { registryOf } from '../profiles/registry.ts';
import { PlanningLoop } from './planning-loop.ts';
import { emptyWatchList } from './watch-list.ts';

const nothing: HealRoundResult = { planAgainAt: null, isActive: false, health: new Map() };

/** A loop whose rounds take `roundMs`, after a question to the cloud of `waitMs`, and when each began. */
function startLoop(roundMs: number, waitMs = 0) {
  const began: number[] = [];
  const loop = new PlanningLoop({
    leases: {
      write: async () => {
        began.push(Date.now());
        await new Promise((resolve) => void setTimeout(resolve, roundMs));
        return nothing as never;
      },
    },
    now: Date.now,
    log: { error: () => undefined },
    observations: { lastRecord: () => undefined, adopt: () => undefined, probeNow: async () => undefined },
    watchList: () => emptyWatchList,
    profileTypes: registryOf([]),
    withoutHost: async () => {
      if (waitMs > 0) await new Promise((resolve) => void setTimeout(resolve, waitMs));
      return new Map();
    },
  });
  return { loop, began };
}

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

test('one round plans for all changes that came while another ran, and during the rest after it', async () => {
  const { loop, began } = startLoop(20);
  for (let node = 0; node < 300; node += 1) {
    loop.plan('web');
    if (node % 10 === 0) await vi.advanceTimersByTimeAsync(1);
  }
  await vi.advanceTimersByTimeAsync(1000);
  expect(began).toEqual([0, 80]);
  await loop.stop();
});

test('rounds of a cluster take a quarter of the time, however often it changes', async () => {
  const { loop, began } = startLoop(20);
  for (let at = 0; at < 790; at += 1) {
    loop.plan('web');
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(began).toHaveLength(10);
  await loop.stop();
});

test('a change after the rest is planned at once, and clusters do not wait for one another', async () => {
  const { loop, began } = startLoop(20);
  loop.plan('web');
  loop.plan('api');
  await vi.advanceTimersByTimeAsync(100);
  loop.plan('web');
  await vi.advanceTimersByTimeAsync(0);
  expect(began).toEqual([0, 0, 100]);
  await vi.advanceTimersByTimeAsync(20);
  await loop.stop();
});

test('the rest is not longer because the cloud was waited for', async () => {
  const { loop, began } = startLoop(20, 500);
  loop.plan('web');
  await vi.advanceTimersByTimeAsync(510);
  loop.plan('web');
  await vi.advanceTimersByTimeAsync(2000);
  expect(began).toEqual([500, 500 + 20 + 60 + 500]);
  await loop.stop();
});

test('nothing is planned after the stop, which waits for the round that runs', async () => {
  const { loop, began } = startLoop(20);
  loop.plan('web');
  loop.plan('web');
  let isStopped = false;
  const stopping = loop.stop().then(() => (isStopped = true));
  await vi.advanceTimersByTimeAsync(10);
  expect(isStopped).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  await stopping;
  expect(began).toEqual([0]);
});
