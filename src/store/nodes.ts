/** Rows of nodes. */
import type { Selectable, Updateable } from 'kysely';
import type { Node } from '../domain/model.ts';
import type { NodeStatus } from '../domain/states.ts';
import type { Listed, ListQuery } from './listing.ts';
import { selectByIds } from './by-ids.ts';
import { chunks, fromText, toFlag, toText } from './rows.ts';
import type { NodeRow } from './schema.ts';
import type { Db, Tx } from './store.ts';
import { updateRow, updateRows } from './update-row.ts';

/** What lists of nodes can be filtered and sorted by. */
export const listedNodes = {
  table: 'node',
  filters: { name: 'name', status: 'status', cluster_id: 'cluster_id' },
  sorts: {
    index: { column: 'idx' },
    name: { column: 'name' },
    status: { column: 'status' },
    init_at: { column: 'init_at' },
    created_at: { column: 'created_at', nulls: 0 },
    updated_at: { column: 'updated_at', nulls: 0 },
  },
  defaultSort: 'init_at',
  tie: 'id',
  owned: true,
} as const satisfies Listed<string, string>;

export type NodeListQuery = ListQuery<keyof typeof listedNodes.filters, keyof typeof listedNodes.sorts>;
export type NodeChanges = Partial<Omit<Node, 'id' | 'project' | 'user' | 'domain' | 'initAt'>>;

export async function insertNodes(tx: Tx, nodes: readonly Node[]): Promise<void> {
  for (const chunk of chunks(nodes.map(toRow))) await tx.db.insertInto('node').values(chunk).execute();
  tx.notify('watching');
}

export async function getNode(db: Db, id: string): Promise<Node | undefined> {
  const row = await db.selectFrom('node').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toNode(row);
}

const selectNodes = selectByIds((db, ids) => db.selectFrom('node').selectAll().where('id', 'in', ids));

/** In no particular order; those that do not exist are left out. */
export async function getNodes(db: Db, ids: readonly string[]): Promise<Node[]> {
  return (await selectNodes(db, ids)).map(toNode);
}

/** Of all projects. */
export async function allNodeIds(db: Db): Promise<string[]> {
  return (await db.selectFrom('node').select('id').execute()).map(({ id }) => id);
}

/** The nodes that stand for something outside, of any project: one, unless two were told to. */
export async function nodesOfPhysicalId(db: Db, physicalId: string): Promise<Node[]> {
  return (await db.selectFrom('node').selectAll().where('physical_id', '=', physicalId).execute()).map(
    toNode,
  );
}

const selectByPhysicalIds = selectByIds((db, physicalIds) =>
  db.selectFrom('node').select(['id', 'physical_id']).where('physical_id', 'in', physicalIds),
);

/** Ids of the nodes that stand for these, by what they stand for; what stands for none is left out. */
export async function nodesOfPhysicalIds(
  db: Db,
  physicalIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await selectByPhysicalIds(db, physicalIds);
  const found = Map.groupBy(rows, (row) => row.physical_id ?? '');
  return new Map([...found].map(([physicalId, nodes]) => [physicalId, nodes.map(({ id }) => id)]));
}

/** By their place in the cluster. */
export async function nodesOfCluster(db: Db, clusterId: string): Promise<Node[]> {
  const query = db.selectFrom('node').selectAll().where('cluster_id', '=', clusterId);
  return (await query.orderBy('idx').orderBy('id').execute()).map(toNode);
}

/** The profiles that the nodes of a cluster have, each with the first node that has it and how many do. */
export async function profilesOfNodes(
  db: Db,
  clusterId: string,
): Promise<{ readonly profileId: string; readonly name: string; readonly count: number }[]> {
  const rows = await db
    .selectFrom('node')
    .select(({ fn }) => ['profile_id', fn.min('name').as('name'), fn.countAll<number>().as('count')])
    .where('cluster_id', '=', clusterId)
    .groupBy('profile_id')
    .orderBy('profile_id')
    .execute();
  return rows.map(({ profile_id: profileId, name, count }) => ({ profileId, name, count }));
}

/** Ids of each cluster's nodes, by their place. */
export async function nodeIdsOfClusters(
  db: Db,
  clusterIds: readonly string[],
): Promise<Map<string, string[]>> {
  const result = new Map<string, string[]>(clusterIds.map((id) => [id, []]));
  for (const chunk of chunks(clusterIds)) {
    const query = db.selectFrom('node').select(['id', 'cluster_id']).where('cluster_id', 'in', chunk);
    const rows = await query.orderBy('cluster_id').orderBy('idx').orderBy('id').execute();
    for (const row of rows) if (row.cluster_id !== null) result.get(row.cluster_id)?.push(row.id);
  }
  return result;
}

/** How many nodes of a cluster have each status. */
export async function countNodesByStatus(
  db: Db,
  clusterId: string,
): Promise<Partial<Record<NodeStatus, number>>> {
  const rows = await db
    .selectFrom('node')
    .select((eb) => ['status', eb.fn.countAll<number | string>().as('count')])
    .where('cluster_id', '=', clusterId)
    .groupBy('status')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.status, Number(row.count)]));
}

/** How many nodes a cluster has, those that are created or deleted included. */
export async function countNodes(db: Db, clusterId: string): Promise<number> {
  const counts = Object.values(await countNodesByStatus(db, clusterId));
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * For a caller that counts the nodes of a cluster to add some: until its transaction ends, no other one gets
 * past this.
 */
export async function excludeOtherMembers(tx: Tx, clusterId: string): Promise<void> {
  await tx.exclude([`members:${clusterId}`]);
}

/** The nodes whose profile is of a type, `local.process-1.0`: one query, however many there are. */
export async function nodesOfProfileType(db: Db, type: string): Promise<Node[]> {
  const rows = await db
    .selectFrom('node')
    .innerJoin('profile', 'profile.id', 'node.profile_id')
    .selectAll('node')
    .where('profile.type', '=', type)
    .execute();
  return rows.map(toNode);
}

/** @returns whether there was such a node. */
export async function updateNode(tx: Tx, id: string, changes: NodeChanges): Promise<boolean> {
  if (changes.clusterId !== undefined) tx.notify('watching');
  return await updateRow(tx, 'node', id, changedColumns(changes));
}

/** The same change for many. */
export async function updateNodes(tx: Tx, ids: readonly string[], changes: NodeChanges): Promise<void> {
  await updateRows(tx, 'node', ids, changedColumns(changes));
  if (changes.clusterId !== undefined) tx.notify('watching');
}

/** The node goes on without a cluster; how it was in its cluster is forgotten. */
export async function takeOutOfCluster(tx: Tx, id: string, now: number): Promise<void> {
  await deleteHealth(tx, id);
  await updateNode(tx, id, { clusterId: null, index: -1, updatedAt: now });
}

async function deleteHealth(tx: Tx, id: string): Promise<void> {
  await tx.db.deleteFrom('node_health').where('node_id', '=', id).execute();
  await tx.db.deleteFrom('node_healing').where('node_id', '=', id).execute();
}

export async function deleteNode(tx: Tx, id: string): Promise<boolean> {
  await deleteHealth(tx, id);
  const result = await tx.db.deleteFrom('node').where('id', '=', id).executeTakeFirst();
  tx.notify('watching');
  return result.numDeletedRows === 1n;
}

function toRow(node: Node): NodeRow {
  return {
    id: node.id,
    name: node.name,
    cluster_id: node.clusterId,
    profile_id: node.profileId,
    idx: node.index,
    role: node.role,
    physical_id: node.physicalId,
    status: node.status,
    status_reason: node.statusReason,
    metadata: toText(node.metadata),
    data: toText(node.data),
    dependents: toText(node.dependents),
    tainted: toFlag(node.tainted),
    init_at: node.initAt,
    created_at: node.createdAt,
    updated_at: node.updatedAt,
    project: node.project,
    user: node.user,
    domain: node.domain,
  };
}

function changedColumns(changes: NodeChanges): Updateable<NodeRow> {
  return {
    name: changes.name,
    cluster_id: changes.clusterId,
    profile_id: changes.profileId,
    idx: changes.index,
    role: changes.role,
    physical_id: changes.physicalId,
    status: changes.status,
    status_reason: changes.statusReason,
    metadata: changes.metadata && toText(changes.metadata),
    data: changes.data && toText(changes.data),
    dependents: changes.dependents && toText(changes.dependents),
    tainted: changes.tainted === undefined ? undefined : toFlag(changes.tainted),
    created_at: changes.createdAt,
    updated_at: changes.updatedAt,
  };
}

export function toNode(row: Selectable<NodeRow>): Node {
  return {
    id: row.id,
    name: row.name,
    clusterId: row.cluster_id,
    profileId: row.profile_id,
    index: row.idx,
    role: row.role,
    physicalId: row.physical_id,
    status: row.status as NodeStatus,
    statusReason: row.status_reason,
    metadata: fromText(row.metadata),
    data: fromText(row.data),
    dependents: fromText(row.dependents),
    tainted: row.tainted === 1,
    initAt: row.init_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    project: row.project,
    user: row.user,
    domain: row.domain,
  };
}
