/**
 * Rows of what is kept of nodes after a recovery. A row spares its process or server from every removal of
 * its node; it is deleted in the transaction that records the removal. It outlives its node.
 */
import { sql, type Selectable, type SqlBool } from 'kysely';
import type { Retained } from '../domain/model.ts';
import { ownerOf } from '../domain/session.ts';
import { applyListing, type Listed, type ListQuery } from './listing.ts';
import { fromText, toText } from './rows.ts';
import type { RetainedRow } from './schema.ts';
import type { Db, Tx } from './store.ts';

const listed = {
  table: 'retained',
  filters: { cluster_id: 'cluster_id', recovery_id: 'recovery_id' },
  sorts: { stopped_at: { column: 'stopped_at' } },
  defaultSort: 'stopped_at',
  tie: 'id',
  owned: true,
} as const satisfies Listed<string, string>;

export interface RetainedListQuery extends ListQuery<keyof typeof listed.filters, keyof typeof listed.sorts> {
  /** Id or name; a node that is gone can be named, too. */
  readonly node?: string;
}

export async function insertRetained(tx: Tx, retained: Retained): Promise<void> {
  await tx.db
    .insertInto('retained')
    .values({
      ...ownerOf(retained),
      id: retained.id,
      node_id: retained.nodeId,
      node_name: retained.nodeName,
      cluster_id: retained.clusterId,
      recovery_id: retained.recoveryId,
      profile_type: retained.profileType,
      physical_id: retained.physicalId,
      data: toText(retained.data),
      stopped_at: retained.stoppedAt,
      until: retained.until,
    })
    .execute();
}

/** @param project whose it must be; absent: any project's. */
export async function getRetained(db: Db, id: string, project?: string): Promise<Retained | undefined> {
  let query = db.selectFrom('retained').selectAll().where('id', '=', id);
  if (project !== undefined) query = query.where('project', '=', project);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : toRetained(row);
}

/** Ids that begin so: none, the one, or two of several. */
export async function retainedIdsFrom(db: Db, start: string, project?: string): Promise<string[]> {
  const from = start.toLowerCase();
  let query = db.selectFrom('retained').select('id').where('id', '>=', from).where('id', '<', `${from}g`);
  if (project !== undefined) query = query.where('project', '=', project);
  return (await query.limit(2).execute()).map((row) => row.id);
}

export async function listRetained(db: Db, query: RetainedListQuery = {}): Promise<Retained[]> {
  let select = db.selectFrom('retained').selectAll();
  if (query.node !== undefined)
    select = select.where(sql<SqlBool>`(node_id = ${query.node} or node_name = ${query.node})`);
  const page = await applyListing(db, select, listed, query);
  return (await page.execute()).map(toRetained);
}

export async function retainedOfNode(db: Db, nodeId: string): Promise<Retained[]> {
  const query = db.selectFrom('retained').selectAll().where('node_id', '=', nodeId);
  return (await query.orderBy('stopped_at').orderBy('id').execute()).map(toRetained);
}

/** What is kept of the nodes of one cluster, which may be gone. */
export interface RetainedSum {
  /** null: of nodes without a cluster. */
  readonly clusterId: string | null;
  readonly count: number;
  /** When the time of the first of them is over, and of the last. */
  readonly firstUntil: number;
  readonly lastUntil: number;
}

/** @param project whose they must be; absent: any project's. */
export async function retainedByCluster(db: Db, project?: string): Promise<RetainedSum[]> {
  let query = db
    .selectFrom('retained')
    .select(({ fn }) => [
      'cluster_id as clusterId',
      fn.countAll<number>().as('count'),
      fn.min('until').as('firstUntil'),
      fn.max('until').as('lastUntil'),
    ])
    .groupBy('cluster_id');
  if (project !== undefined) query = query.where('project', '=', project);
  return await query.execute();
}

/** Of whatever node. */
export async function retainedOfPhysicalId(db: Db, physicalId: string): Promise<Retained | undefined> {
  const row = await db
    .selectFrom('retained')
    .selectAll()
    .where('physical_id', '=', physicalId)
    .executeTakeFirst();
  return row === undefined ? undefined : toRetained(row);
}

/**
 * Those of the nodes of a cluster, or of a node without one, whose time is not over; the oldest first.
 */
export async function retainedBeside(
  db: Db,
  { clusterId, nodeId }: Pick<Retained, 'clusterId' | 'nodeId'>,
  now: number,
): Promise<Retained[]> {
  const all = db.selectFrom('retained').selectAll().where('until', '>', now);
  const own =
    clusterId === null
      ? all.where('cluster_id', 'is', null).where('node_id', '=', nodeId)
      : all.where('cluster_id', '=', clusterId);
  return (await own.orderBy('stopped_at').orderBy('id').execute()).map(toRetained);
}

/** Its time is over at `now`, if it was not before. */
export async function endRetainedTime(tx: Tx, id: string, now: number): Promise<void> {
  const update = tx.db.updateTable('retained').set({ until: now }).where('id', '=', id);
  await update.where('until', '>', now).execute();
}

export async function deleteRetained(tx: Tx, id: string): Promise<void> {
  await tx.db.deleteFrom('retained').where('id', '=', id).execute();
}

function toRetained(row: Selectable<RetainedRow>): Retained {
  return {
    ...ownerOf(row),
    id: row.id,
    nodeId: row.node_id,
    nodeName: row.node_name,
    clusterId: row.cluster_id,
    recoveryId: row.recovery_id,
    profileType: row.profile_type,
    physicalId: row.physical_id,
    data: fromText(row.data),
    stoppedAt: row.stopped_at,
    until: row.until,
  };
}
