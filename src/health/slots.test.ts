import { expect, test } from 'vitest';
import { Slots } from './slots.ts';
import type { Slot } from './slots.ts';

/** Takes a place and notes when it was granted. */
function line(slots: Slots): { granted: string[]; take: (name: string, slot: Slot) => void } {
  const granted: string[] = [];
  return {
    granted,
    take(name, slot) {
      const waiting = slots.take(slot);
      if (waiting === null) granted.push(name);
      else void waiting.then(() => granted.push(name));
    },
  };
}

const quick = (clusterId: string): Slot => ({ clusterId, slow: false });
const slow = (clusterId: string): Slot => ({ clusterId, slow: true });

test('clusters that wait take turns', async () => {
  const slots = new Slots({ total: 1, perCluster: 1 });
  const { granted, take } = line(slots);
  for (const name of ['large 1', 'large 2', 'large 3', 'large 4', 'small 1', 'small 2']) {
    take(name, quick(name.split(' ')[0] ?? ''));
  }
  for (const cluster of ['large', 'large', 'small', 'large', 'small', 'large']) {
    slots.give(quick(cluster));
    await Promise.resolve();
  }
  expect(granted).toEqual(['large 1', 'large 2', 'small 1', 'large 3', 'small 2', 'large 4']);
  expect(slots.taken).toBe(0);
});

test('slow ones have half of the places, over all and in a cluster', async () => {
  const slots = new Slots({ total: 6, perCluster: 4 });
  const { granted, take } = line(slots);
  for (const name of ['a1', 'a2', 'a3']) take(name, slow('a'));
  for (const name of ['b1', 'b2']) take(name, slow('b'));
  for (const name of ['c1', 'c2', 'c3', 'c4']) take(name, quick('c'));
  expect(granted).toEqual(['a1', 'a2', 'b1', 'c1', 'c2', 'c3']);
  slots.give(slow('a'));
  await Promise.resolve();
  expect(granted.slice(6), 'a place for a slow one, and it is the turn of a').toEqual(['a3']);
  slots.give(quick('c'));
  await Promise.resolve();
  expect(granted.slice(7), 'no more slow ones').toEqual(['c4']);
});
