import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore } from '../../test/support/backends.ts';
import { sharedStore } from '../../test/support/membership.ts';
import { listServices } from '../store/services.ts';
import type { Store } from '../store/store.ts';
import { Membership, type TakeOver } from './membership.ts';

let opened: Awaited<ReturnType<typeof openTestStore>>;
let now = 1_000_000;
const members: Membership[] = [];

beforeEach(async () => {
  opened = await openTestStore();
});

afterEach(async () => {
  for (const member of members.splice(0)) await member.leave();
  await opened.close();
});

async function join(store: Store): Promise<Membership> {
  const membership = new Membership({ store, host: 'test', roles: ['engine'], now: () => now });
  await membership.join();
  members.push(membership);
  return membership;
}

async function alive(): Promise<string[]> {
  return (await listServices(opened.store.db)).map(({ id }) => id);
}

test('a process whose lease ran out is removed, and those that subscribed take over once', async () => {
  const store = sharedStore(opened.store);
  const gone = await join(store);
  const survivor = await join(store);
  const seen: string[] = [];
  const takeOver: TakeOver = async (tx) => {
    const rows = await tx.db.selectFrom('service').select('id').execute();
    return () => void seen.push(rows.map(({ id }) => id).join());
  };
  await survivor.subscribe(takeOver);
  now += 20_000;
  await survivor.renew();
  expect(seen).toHaveLength(1);
  now += 20_000;
  await survivor.renew();
  expect(seen.slice(1)).toEqual([survivor.id]);
  expect(await alive()).toEqual([survivor.id]);
  expect(gone.id).not.toBe(survivor.id);
});

test('a process that was taken for gone registers again, and looks again at what is its own', async () => {
  const store = sharedStore(opened.store);
  const paused = await join(store);
  now += 40_000;
  const other = await join(store);
  expect(await alive()).toEqual([other.id]);
  let takeOvers = 0;
  await paused.subscribe(() => Promise.resolve(() => void (takeOvers += 1)));
  await paused.renew();
  expect(takeOvers).toBe(2);
  expect((await alive()).toSorted()).toEqual([paused.id, other.id].toSorted());
});

test('where the database is one process’s own, every other process is gone at once', async () => {
  await join(opened.store);
  const second = await join(opened.store);
  expect(await alive()).toEqual([second.id]);
});
