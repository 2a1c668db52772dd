/** Rows of bindings: which policy is attached to which cluster. Every change changes what is watched. */
import { sql, type Selectable } from 'kysely';
import type { ClusterPolicy, Policy, UserOfObject } from '../domain/model.ts';
import { selectByIds } from './by-ids.ts';
import { toPolicy } from './policies.ts';
import { fromText, toFlag, toText } from './rows.ts';
import type { ClusterPolicyRow, PolicyRow } from './schema.ts';
import type { Db, Tx } from './store.ts';
import { updateRow } from './update-row.ts';

export type BindingChanges = Partial<Pick<ClusterPolicy, 'enabled' | 'priority' | 'data' | 'lastOp'>>;

export interface AttachedPolicy {
  readonly binding: ClusterPolicy;
  readonly policy: Policy;
}

export async function insertBinding(tx: Tx, binding: ClusterPolicy): Promise<void> {
  await tx.db
    .insertInto('cluster_policy')
    .values({
      id: binding.id,
      cluster_id: binding.clusterId,
      policy_id: binding.policyId,
      enabled: toFlag(binding.enabled),
      priority: binding.priority,
      data: binding.data === null ? null : toText(binding.data),
      last_op: binding.lastOp,
    })
    .execute();
  tx.notify('watching');
}

export async function findBinding(
  db: Db,
  clusterId: string,
  policyId: string,
): Promise<ClusterPolicy | undefined> {
  const row = await db
    .selectFrom('cluster_policy')
    .selectAll()
    .where('cluster_id', '=', clusterId)
    .where('policy_id', '=', policyId)
    .executeTakeFirst();
  return row === undefined ? undefined : toBinding(row);
}

/** In the order in which they are applied: by priority. */
export async function bindingsOf(db: Db, clusterId: string): Promise<ClusterPolicy[]> {
  const query = db.selectFrom('cluster_policy').selectAll().where('cluster_id', '=', clusterId);
  return (await query.orderBy('priority').orderBy('id').execute()).map(toBinding);
}

/** The bindings of a cluster with their policies, by priority. */
export async function attachedPolicies(db: Db, clusterId: string): Promise<AttachedPolicy[]> {
  return await attachedWhere(db, { clusterId });
}

/** Every binding of a policy of these types (`senlin.policy.health-1.3`), of every cluster. */
export async function attachedPoliciesOfTypes(db: Db, types: readonly string[]): Promise<AttachedPolicy[]> {
  return types.length === 0 ? [] : await attachedWhere(db, { types });
}

async function attachedWhere(
  db: Db,
  where: { clusterId?: string; types?: readonly string[] },
): Promise<AttachedPolicy[]> {
  let query = db
    .selectFrom('cluster_policy')
    .innerJoin('policy', 'policy.id', 'cluster_policy.policy_id')
    .selectAll('policy')
    .select([
      'cluster_policy.id as binding_id',
      'cluster_policy.cluster_id',
      'cluster_policy.policy_id',
      'cluster_policy.enabled',
      'cluster_policy.priority',
      'cluster_policy.data as binding_data',
      'cluster_policy.last_op',
    ]);
  if (where.clusterId !== undefined) query = query.where('cluster_policy.cluster_id', '=', where.clusterId);
  if (where.types !== undefined) query = query.where('policy.type', 'in', where.types);
  const rows = await query.orderBy('cluster_policy.priority').orderBy('cluster_policy.id').execute();
  return rows.map(toAttached);
}

type JoinedRow = Selectable<PolicyRow> &
  Omit<Selectable<ClusterPolicyRow>, 'id' | 'data'> & { binding_id: string; binding_data: string | null };

function toAttached(row: JoinedRow): AttachedPolicy {
  const binding = toBinding({ ...row, id: row.binding_id, data: row.binding_data });
  return { binding, policy: toPolicy(row) };
}

export interface ClusterBindings {
  /** By priority. */
  readonly ids: readonly string[];
  /** Whether its health policy is enabled; null: it has none. */
  readonly watched: boolean | null;
}

export const noBindings: ClusterBindings = { ids: [], watched: null };

const selectBindings = selectByIds((db, clusterIds) =>
  db
    .selectFrom('cluster_policy')
    .innerJoin('policy', 'policy.id', 'cluster_policy.policy_id')
    .where('cluster_policy.cluster_id', 'in', clusterIds)
    .select([
      'cluster_policy.id',
      'cluster_policy.cluster_id',
      'cluster_policy.enabled',
      sql<number>`CASE WHEN policy.type LIKE 'senlin.policy.health-%' THEN 1 ELSE 0 END`.as('is_health'),
    ])
    .orderBy('cluster_policy.priority')
    .orderBy('cluster_policy.id'),
);

/** A cluster without policies is left out. */
export async function bindingsOfClusters(
  db: Db,
  clusterIds: readonly string[],
): Promise<Map<string, ClusterBindings>> {
  const bindings = new Map<string, { ids: string[]; watched: boolean | null }>();
  for (const { id, cluster_id: clusterId, enabled, is_health: isHealth } of await selectBindings(
    db,
    clusterIds,
  )) {
    const known = bindings.get(clusterId) ?? { ids: [], watched: null };
    known.ids.push(id);
    if (isHealth === 1) known.watched = enabled === 1;
    bindings.set(clusterId, known);
  }
  return bindings;
}

/** Names of at most so many clusters that a policy is attached to. */
export async function clustersWithPolicy(db: Db, policyId: string, limit: number): Promise<UserOfObject[]> {
  const query = db
    .selectFrom('cluster_policy')
    .innerJoin('cluster', 'cluster.id', 'cluster_policy.cluster_id')
    .select(['cluster.name', 'cluster.project'])
    .where('policy_id', '=', policyId)
    .orderBy('cluster.name');
  return (await query.limit(limit).execute()).map((row) => ({ kind: 'cluster', ...row }));
}

/** @returns whether there was such a binding. */
export async function updateBinding(tx: Tx, id: string, changes: BindingChanges): Promise<boolean> {
  const { enabled, priority, data, lastOp } = changes;
  const columns = {
    enabled: enabled === undefined ? undefined : toFlag(enabled),
    priority,
    data: data && toText(data),
    last_op: lastOp,
  };
  tx.notify('watching');
  return await updateRow(tx, 'cluster_policy', id, columns);
}

export async function deleteBinding(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.db.deleteFrom('cluster_policy').where('id', '=', id).executeTakeFirst();
  tx.notify('watching');
  return result.numDeletedRows === 1n;
}

function toBinding(row: Selectable<ClusterPolicyRow>): ClusterPolicy {
  return {
    id: row.id,
    clusterId: row.cluster_id,
    policyId: row.policy_id,
    enabled: row.enabled === 1,
    priority: row.priority,
    data: row.data === null ? null : fromText(row.data),
    lastOp: row.last_op,
  };
}
