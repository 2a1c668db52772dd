/** Actions as users read them: by id, in lists, by cluster. Claims and fenced writes are `actions.ts`. */
import { sql, type SqlBool } from 'kysely';
import type { Action } from '../domain/model.ts';
import { unfinishedActionStatuses } from '../domain/states.ts';
import { toAction } from './actions.ts';
import { fromText } from './rows.ts';
import { applyListing, type Listed, type ListQuery } from './listing.ts';
import type { Db } from './store.ts';

/** The order of creation is the order in time, and has an index. */
export const listedActions = {
  table: 'action',
  filters: { name: 'name', action: 'action', target: 'target', status: 'status', cluster_id: 'cluster_id' },
  sorts: {
    name: { column: 'name' },
    target: { column: 'target' },
    action: { column: 'action' },
    created_at: { column: 'seq' },
    status: { column: 'status' },
  },
  defaultSort: null,
  tie: 'seq',
  owned: true,
} as const satisfies Listed<string, string>;

export type ActionListQuery = ListQuery<keyof typeof listedActions.filters, keyof typeof listedActions.sorts>;

export async function getAction(db: Db, id: string): Promise<Action | undefined> {
  const row = await db.selectFrom('action').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toAction(row);
}

export async function listActions(db: Db, query: ActionListQuery = {}): Promise<Action[]> {
  const select = await applyListing(db, db.selectFrom('action').selectAll(), listedActions, query);
  return (await select.execute()).map(toAction);
}

/**
 * The unfinished actions on a cluster and on its nodes that were not started by another action, oldest first.
 */
export async function unfinishedRootsOfCluster(db: Db, clusterId: string): Promise<Action[]> {
  const rows = await unfinishedRoots(db, clusterId).selectAll().execute();
  return rows.map(toAction);
}

/** Of those only the ones of these kinds, and of them what says what they do. */
export async function unfinishedOfKinds(
  db: Db,
  clusterId: string,
  kinds: readonly string[],
): Promise<Pick<Action, 'action' | 'inputs'>[]> {
  const rows = await unfinishedRoots(db, clusterId)
    .select(['action', 'inputs'])
    .where('action', 'in', kinds)
    .execute();
  return rows.map(({ action, inputs }) => ({ action, inputs: fromText(inputs) }));
}

function unfinishedRoots(db: Db, clusterId: string) {
  return (
    db
      .selectFrom('action')
      .where('cluster_id', '=', clusterId)
      .where('status', 'in', unfinishedActionStatuses)
      // Not `is null`: SQLite would go through all actions without a parent, finished or not, by their index.
      .where(sql<SqlBool>`coalesce(parent_id, '') = ''`)
      .orderBy('seq')
  );
}
