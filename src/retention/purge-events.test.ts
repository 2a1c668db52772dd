import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore } from '../../test/support/backends.ts';
import { anEvent } from '../../test/support/rows.ts';
import { insertEvents, listEvents } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { PeriodicPurge } from './periodic-purge.ts';
import { purgeEvents } from './purge-events.ts';

let store: Store;
let close: () => Promise<void>;

/** 2,500 events, one a second, of two clusters in turns. */
beforeEach(async () => {
  ({ store, close } = await openTestStore());
  const events = Array.from({ length: 2500 }, (_, index) =>
    anEvent({ timestamp: index * 1000, clusterId: index % 2 === 0 ? 'c1' : 'c2' }),
  );
  await store.write((tx) => insertEvents(tx, events));
});

afterEach(() => close());

const age = (before: number) => ({ before, now: 2_500_000 });

const times = async () => (await listEvents(store.db)).map(({ timestamp }) => timestamp);

test('the events before a time go, however many batches that takes, and no other one', async () => {
  expect(await purgeEvents(store, age(2_200_000))).toBe(2200);
  const left = await times();
  expect([left.length, Math.min(...left)]).toEqual([300, 2_200_000]);
  expect(await purgeEvents(store, age(2_200_000))).toBe(0);
});

test('of one cluster only its own go', async () => {
  expect(await purgeEvents(store, age(1_000_000), 'c1')).toBe(500);
  const left = await listEvents(store.db);
  expect(left.filter(({ clusterId }) => clusterId === 'c2').length).toBe(1250);
});

test('what is kept for a time is deleted when that is over, and a failure is told', async () => {
  const failures: unknown[] = [];
  const options = { now: () => 2_500_000, keepMs: 500_000, failed: (error: unknown) => failures.push(error) };
  await new PeriodicPurge({ ...options, purge: (older) => purgeEvents(store, older) }).run();
  expect((await times()).length).toBe(500);
  await new PeriodicPurge({ ...options, purge: () => Promise.reject(new Error('disk')) }).run();
  expect(failures).toEqual([new Error('disk')]);
});

/** Minutes, in the order in which the events were written. @returns those that stay. */
async function kept(minutes: readonly number[], beforeMinute: number, now: number): Promise<number[]> {
  await store.write((tx) => tx.db.deleteFrom('event').execute());
  const events = minutes.map((minute) => anEvent({ timestamp: minute * 60_000 }));
  await store.write((tx) => insertEvents(tx, events));
  await purgeEvents(store, { before: beforeMinute * 60_000, now: now * 60_000 });
  return (await times()).map((time) => time / 60_000);
}

test('events that were written while the clock was ahead go with those around them', async () => {
  expect(await kept([900, 901, 10, 11, 60, 61], 50, 100)).toEqual([60, 61]);
  const ahead = Array.from({ length: 2500 }, () => 900);
  expect(await kept([...ahead, 10, 60], 50, 100)).toEqual([60]);
  // Nothing shows how old they are.
  expect(await kept([900, 901, 60], 50, 100)).toEqual([900, 901, 60]);
});

test('events that were written while the clock was behind stay with those around them', async () => {
  expect(await kept([10, 60, 1, 2, 61], 50, 100)).toEqual([60, 1, 2, 61]);
});

test('a clock that is behind now deletes nothing', async () => {
  expect(await kept([60, 61, 62], -40, 10)).toEqual([60, 61, 62]);
});
