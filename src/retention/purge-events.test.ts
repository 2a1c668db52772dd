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

const times = async () => (await listEvents(store.db)).map(({ timestamp }) => timestamp);

test('the events before a time go, however many batches that takes, and no other one', async () => {
  expect(await purgeEvents(store, 2_200_000)).toBe(2200);
  const left = await times();
  expect([left.length, Math.min(...left)]).toEqual([300, 2_200_000]);
  expect(await purgeEvents(store, 2_200_000)).toBe(0);
});

test('of one cluster only its own go', async () => {
  expect(await purgeEvents(store, 1_000_000, 'c1')).toBe(500);
  const left = await listEvents(store.db);
  expect(left.filter(({ clusterId }) => clusterId === 'c2').length).toBe(1250);
});

test('what is kept for a time is deleted when that is over, and a failure is told', async () => {
  const failures: unknown[] = [];
  const options = { now: () => 2_500_000, keepMs: 500_000, failed: (error: unknown) => failures.push(error) };
  await new PeriodicPurge({ ...options, purge: (before) => purgeEvents(store, before) }).run();
  expect((await times()).length).toBe(500);
  await new PeriodicPurge({ ...options, purge: () => Promise.reject(new Error('disk')) }).run();
  expect(failures).toEqual([new Error('disk')]);
});
