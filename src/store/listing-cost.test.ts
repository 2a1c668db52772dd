/**
 * What a page of a list costs: how many rows the database visits for it, at the beginning of a list and at
 * its end. Counted, not timed.
 */
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { newAction } from '../../test/support/new-action.ts';
import { aCluster, aNode, anEvent, aPolicy, aProfile } from '../../test/support/rows.ts';
import { listedActions } from './action-listing.ts';
import { insertActions } from './actions.ts';
import { insertCluster, listedClusters } from './clusters.ts';
import { insertEvents, listedEvents } from './events.ts';
import { applyListing, type Listed } from './listing.ts';
import { insertNodes, listedNodes } from './nodes.ts';
import { insertPolicy, listedPolicies } from './policies.ts';
import { insertProfile, listedProfiles } from './profiles.ts';
import { listedReceivers } from './receivers.ts';

const ROWS = 2000;
const PAGE = 10;

const lists: readonly Listed<string, string>[] = [
  listedClusters,
  listedNodes,
  listedProfiles,
  listedPolicies,
  listedReceivers,
  listedActions,
  listedEvents,
];

let opened: TestStore;
let database: DatabaseSync;
let visited = 0;

beforeAll(async () => {
  opened = await openTestStore();
  const { store } = opened;
  const all = Array.from({ length: ROWS }, (_, at) => at);
  await store.write(async (tx) => {
    await insertNodes(
      tx,
      all.map((index) =>
        aNode({ index, name: `n${index % 7}`, initAt: 1000, createdAt: index, updatedAt: index }),
      ),
    );
    await insertEvents(
      tx,
      all.map(() => anEvent()),
    );
    await insertActions(
      tx,
      all.map(() => newAction('NODE_CHECK')),
      1,
    );
    for (const at of all.slice(1, 200)) {
      await insertCluster(tx, aCluster({ createdAt: at, updatedAt: at }));
      await insertProfile(tx, aProfile({ updatedAt: at }));
      await insertPolicy(tx, aPolicy({ updatedAt: at }));
    }
  });
  database = new DatabaseSync(store.location);
  database.function('visited', { varargs: true }, () => {
    visited += 1;
    return 1;
  });
});
afterAll(async () => {
  database.close();
  await opened.close();
});

/** The SQL of a page of one row's columns, and its parameters. */
async function page(listed: Listed<string, string>, key: string, descending: boolean, marker?: string) {
  const { db } = opened.store;
  const query = db.selectFrom(listed.table as 'node').select('id');
  const after = marker === undefined ? {} : { marker };
  const requested = { sort: [{ key, descending }], limit: PAGE, ...after };
  const limited = await applyListing(db, query, listed, requested);
  const counted = limited.where(sql<boolean>`visited(${sql.ref(`${listed.table}.id`)})`);
  return counted.compile();
}

describe.each(lists.map((listed) => [listed.table, listed] as const))('A list of %s', (_table, listed) => {
  const keys = Object.keys(listed.sorts).flatMap((key) => [[key, false] as const, [key, true] as const]);

  test.each(keys)('by %s (descending: %s) costs the same on its last page', async (key, descending) => {
    const sorted = await page(listed, key, descending);
    const ids = database.prepare(sorted.sql.replace(/limit \?$/, '')).all(...withoutLimit(sorted.parameters));
    const marker = ids.at(-PAGE - 1)?.['id'] as string | undefined;
    const last = marker === undefined ? sorted : await page(listed, key, descending, marker);
    const plan = database.prepare(`explain query plan ${last.sql}`).all(...values(last.parameters));
    expect(plan.map(({ detail }) => detail).join('\n')).not.toMatch(/TEMP B-TREE/);
    visited = 0;
    const found = database.prepare(last.sql).all(...values(last.parameters));
    expect(found).toEqual(ids.slice(-PAGE));
    expect(visited).toBeLessThanOrEqual(PAGE + 1);
  });
});

function values(parameters: readonly unknown[]): (string | number)[] {
  return [...parameters] as (string | number)[];
}

function withoutLimit(parameters: readonly unknown[]): (string | number)[] {
  return values(parameters.slice(0, -1));
}
