/** Rows of clusters. */
import type { Selectable, Updateable } from 'kysely';
import type { Cluster, Owner } from '../domain/model.ts';
import type { ClusterStatus } from '../domain/states.ts';
import { applyListing, type Listed, type ListQuery } from './listing.ts';
import { chunks, fromText, toText } from './rows.ts';
import type { ClusterRow } from './schema.ts';
import type { Db, Tx } from './store.ts';
import { updateRow } from './update-row.ts';

export const listedClusters = {
  table: 'cluster',
  filters: { name: 'name', status: 'status' },
  sorts: {
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

export type ClusterListQuery = ListQuery<
  keyof typeof listedClusters.filters,
  keyof typeof listedClusters.sorts
>;
export type ClusterChanges = Partial<Omit<Cluster, 'id' | 'project' | 'user' | 'domain' | 'initAt'>>;

export async function insertCluster(tx: Tx, cluster: Cluster): Promise<void> {
  await tx.db.insertInto('cluster').values(toRow(cluster)).execute();
  tx.notify('watching');
}

export async function getCluster(db: Db, id: string): Promise<Cluster | undefined> {
  const row = await db.selectFrom('cluster').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toCluster(row);
}

/** In no particular order; those that do not exist are left out. */
export async function getClusters(db: Db, ids: readonly string[]): Promise<Cluster[]> {
  const clusters: Cluster[] = [];
  for (const chunk of chunks([...new Set(ids)])) {
    const rows = await db.selectFrom('cluster').selectAll().where('id', 'in', chunk).execute();
    clusters.push(...rows.map(toCluster));
  }
  return clusters;
}

export async function listClusters(db: Db, query: ClusterListQuery = {}): Promise<Cluster[]> {
  const select = await applyListing(db, db.selectFrom('cluster').selectAll(), listedClusters, query);
  return (await select.execute()).map(toCluster);
}

/** @returns whether there was such a cluster. */
export async function updateCluster(tx: Tx, id: string, changes: ClusterChanges): Promise<boolean> {
  return await updateRow(tx, 'cluster', id, changedColumns(changes));
}

export async function clusterNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const chunk of chunks([...new Set(ids)])) {
    const rows = await db.selectFrom('cluster').select(['id', 'name']).where('id', 'in', chunk).execute();
    for (const row of rows) names.set(row.id, row.name);
  }
  return names;
}

/** What the nodes of a cluster have in common. */
export interface ClusterKind {
  readonly name: string;
  /** `local.process-1.0` */
  readonly profileType: string;
  readonly owner: Owner;
}

export async function clusterKinds(db: Db, ids: readonly string[]): Promise<Map<string, ClusterKind>> {
  const kinds = new Map<string, ClusterKind>();
  for (const chunk of chunks([...new Set(ids)])) {
    const rows = await db
      .selectFrom('cluster')
      .innerJoin('profile', 'profile.id', 'cluster.profile_id')
      .select(['cluster.id', 'cluster.name', 'cluster.project', 'cluster.user', 'cluster.domain'])
      .select('profile.type')
      .where('cluster.id', 'in', chunk)
      .execute();
    for (const { id, name, type, project, user, domain } of rows)
      kinds.set(id, { name, profileType: type, owner: { project, user, domain } });
  }
  return kinds;
}

/** Takes `count` places in the cluster, never given twice; returns the first. */
export async function takeNodeIndexes(tx: Tx, id: string, count: number): Promise<number> {
  const row = await tx.db
    .updateTable('cluster')
    .set((eb) => ({ next_index: eb('next_index', '+', count) }))
    .where('id', '=', id)
    .returning('next_index')
    .executeTakeFirstOrThrow();
  return row.next_index - count;
}

/** Removes the cluster with its receivers, and detaches its policies; its nodes are the caller's. */
export async function deleteCluster(tx: Tx, id: string): Promise<boolean> {
  await tx.db.deleteFrom('cluster_policy').where('cluster_id', '=', id).execute();
  await tx.db.deleteFrom('cluster_healing').where('cluster_id', '=', id).execute();
  await tx.db.deleteFrom('receiver').where('cluster_id', '=', id).execute();
  await tx.db.deleteFrom('cluster_lease').where('cluster_id', '=', id).execute();
  const result = await tx.db.deleteFrom('cluster').where('id', '=', id).executeTakeFirst();
  tx.notify('watching');
  return result.numDeletedRows === 1n;
}

function toRow(cluster: Cluster): ClusterRow {
  return {
    id: cluster.id,
    name: cluster.name,
    profile_id: cluster.profileId,
    min_size: cluster.minSize,
    max_size: cluster.maxSize,
    desired_capacity: cluster.desiredCapacity,
    next_index: cluster.nextIndex,
    timeout: cluster.timeout,
    status: cluster.status,
    status_reason: cluster.statusReason,
    metadata: toText(cluster.metadata),
    config: toText(cluster.config),
    data: toText(cluster.data),
    dependents: toText(cluster.dependents),
    init_at: cluster.initAt,
    created_at: cluster.createdAt,
    updated_at: cluster.updatedAt,
    project: cluster.project,
    user: cluster.user,
    domain: cluster.domain,
  };
}

function changedColumns(changes: ClusterChanges): Updateable<ClusterRow> {
  return {
    name: changes.name,
    profile_id: changes.profileId,
    min_size: changes.minSize,
    max_size: changes.maxSize,
    desired_capacity: changes.desiredCapacity,
    next_index: changes.nextIndex,
    timeout: changes.timeout,
    status: changes.status,
    status_reason: changes.statusReason,
    metadata: changes.metadata && toText(changes.metadata),
    config: changes.config && toText(changes.config),
    data: changes.data && toText(changes.data),
    dependents: changes.dependents && toText(changes.dependents),
    created_at: changes.createdAt,
    updated_at: changes.updatedAt,
  };
}

function toCluster(row: Selectable<ClusterRow>): Cluster {
  return {
    id: row.id,
    name: row.name,
    profileId: row.profile_id,
    minSize: row.min_size,
    maxSize: row.max_size,
    desiredCapacity: row.desired_capacity,
    nextIndex: row.next_index,
    timeout: row.timeout,
    status: row.status as ClusterStatus,
    statusReason: row.status_reason,
    metadata: fromText(row.metadata),
    config: fromText(row.config),
    data: fromText(row.data),
    dependents: fromText(row.dependents),
    initAt: row.init_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    project: row.project,
    user: row.user,
    domain: row.domain,
  };
}
