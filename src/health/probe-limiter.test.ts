import { expect, test } from 'vitest';
import { ProbeLimiter } from './probe-limiter.ts';
import type { ProbePermit } from './probe-limiter.ts';

/** Takes a place and notes when it was granted. */
function line(slots: ProbeLimiter): { granted: string[]; take: (name: string, slot: ProbePermit) => void } {
  const granted: string[] = [];
  return {
    granted,
    take(name, slot) {
      const waiting = slots.acquire(slot);
      if (waiting === null) granted.push(name);
      else void waiting.then(() => granted.push(name));
    },
  };
}

const quick = (clusterId: string): ProbePermit => ({ clusterId, slow: false });
const slow = (clusterId: string): ProbePermit => ({ clusterId, slow: true });

test('clusters that wait take turns', async () => {
  const slots = new ProbeLimiter({ total: 1, perCluster: 1 });
  const { granted, take } = line(slots);
  for (const name of ['large 1', 'large 2', 'large 3', 'large 4', 'small 1', 'small 2']) {
    take(name, quick(name.split(' ')[0] ?? ''));
  }
  for (const cluster of ['large', 'large', 'small', 'large', 'small', 'large']) {
    slots.release(quick(cluster));
    await Promise.resolve();
  }
  expect(granted).toEqual(['large 1', 'large 2', 'small 1', 'large 3', 'small 2', 'large 4']);
  expect(slots.inUse).toBe(0);
});

test('slow ones have half of the places, over all and in a cluster', async () => {
  const slots = new ProbeLimiter({ total: 6, perCluster: 4 });
  const { granted, take } = line(slots);
  for (const name of ['a1', 'a2', 'a3']) take(name, slow('a'));
  for (const name of ['b1', 'b2']) take(name, slow('b'));
  for (const name of ['c1', 'c2', 'c3', 'c4']) take(name, quick('c'));
  expect(granted).toEqual(['a1', 'a2', 'b1', 'c1', 'c2', 'c3']);
  slots.release(slow('a'));
  await Promise.resolve();
  expect(granted.slice(6), 'a place for a slow one, and it is the turn of a').toEqual(['a3']);
  slots.release(quick('c'));
  await Promise.resolve();
  expect(granted.slice(7), 'no more slow ones').toEqual(['c4']);
});
