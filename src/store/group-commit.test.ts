import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nextTurn } from '../event-loop.ts';
import { openSqlite } from './sqlite.ts';
import type { Store, Tx } from './store.ts';

let directory: string;
let store: Store;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-commits-'));
  store = openSqlite(join(directory, 'coppice.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

/** Requests that are read in one turn of the event loop follow each other like this. */
function nextRequestOfTheTurn(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

async function anyQuery({ db }: Tx): Promise<void> {
  await sql`SELECT 1`.execute(db);
}

test.each([
  ['in one turn', nextRequestOfTheTurn],
  ['in turns that follow one another', nextTurn],
])('writes of requests that are read %s of the event loop are committed together', async (_, nextRequest) => {
  const order: string[] = [];
  const writes: Promise<unknown>[] = [];
  for (const name of ['first', 'second', 'third']) {
    // Before the write: a request is read before what waits for the end of the turn goes on.
    const next = nextRequest();
    const write = store.write(async (tx) => {
      await anyQuery(tx);
      order.push(name);
    });
    writes.push(write.then(() => order.push(`${name} is committed`)));
    await next;
  }
  await Promise.all(writes);
  expect(order).toEqual([
    'first',
    'second',
    'third',
    'first is committed',
    'second is committed',
    'third is committed',
  ]);
});

test('the data version is another one once a write is answered, and only then', async () => {
  const before = store.dataVersion();
  expect(store.dataVersion()).toBe(before);
  await store.write(async ({ db }) => {
    await sql`CREATE TABLE anything (value)`.execute(db);
    expect(store.dataVersion()).toBe(before);
  });
  expect(store.dataVersion()).not.toBe(before);
});
