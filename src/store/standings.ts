/**
 * What a list shows of the health of nodes, in few statements for a whole page. What few nodes have (a
 * quarantine, an exclusion, an open recovery) is read for those alone, and of a healthy node its record is
 * not read: a page of nodes would cost as much as their records.
 */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { NodeStatus } from '../domain/states.ts';
import { chunks, fromText } from './rows.ts';
import type { Db } from './store.ts';

/** What a node's own row says. */
export interface StandingNode {
  readonly id: string;
  readonly clusterId: string | null;
  readonly status: NodeStatus;
  /** When the node was last created, updated or recovered. */
  readonly changedAt: number;
}

/** What other tables say of a node. */
export interface NodeStandingRows {
  /** By node; absent: never probed. */
  readonly health: ReadonlyMap<string, ProbedHealth>;
  readonly marks: ReadonlyMap<string, HealingMarks>;
  readonly recoveries: ReadonlyMap<string, { readonly startedAt: number | null }>;
}

export interface ProbedHealth {
  readonly state: string;
  readonly probedAt: number;
  readonly reason: string | null;
}

export interface HealingMarks {
  readonly quarantine: { readonly since: number; readonly reason: string } | null;
  readonly exclusion: { readonly until: number | null; readonly reason: string } | null;
}

export type StandingsOf =
  | { readonly nodeIds: readonly string[] }
  | { readonly clusterIds: readonly string[] };

/** The nodes of clusters, each cluster's by their position. */
export async function standingNodesOfClusters(
  db: Db,
  clusterIds: readonly string[],
): Promise<StandingNode[]> {
  const nodes: StandingNode[] = [];
  for (const chunk of chunks(clusterIds)) {
    const rows = await db
      .selectFrom('node')
      .where('cluster_id', 'in', chunk)
      .select([
        'id',
        'cluster_id',
        'status',
        sql<number>`coalesce(updated_at, created_at, init_at)`.as('changed_at'),
      ])
      .orderBy('cluster_id')
      .orderBy('idx')
      .orderBy('id')
      .execute();
    for (const row of rows)
      nodes.push({
        id: row.id,
        clusterId: row.cluster_id,
        status: row.status as NodeStatus,
        changedAt: row.changed_at,
      });
  }
  return nodes;
}

export async function nodeStandingRows(db: Db, of: StandingsOf): Promise<NodeStandingRows> {
  const health = new Map<string, ProbedHealth>();
  const marks = new Map<string, HealingMarks>();
  const recoveries = new Map<string, { startedAt: number | null }>();
  for (const chunk of chunks('nodeIds' in of ? of.nodeIds : of.clusterIds)) {
    const isOfThese =
      'nodeIds' in of
        ? sql<SqlBool>`node_id in (${sql.join(chunk)})`
        : sql<SqlBool>`node_id in (select id from node where cluster_id in (${sql.join(chunk)}))`;
    await addHealth(db, isOfThese, health);
    await addMarks(db, isOfThese, marks);
    await addRecoveries(db, isOfThese, recoveries);
  }
  return { health, marks, recoveries };
}

async function addHealth(
  db: Db,
  isOfThese: RawBuilder<SqlBool>,
  health: Map<string, ProbedHealth>,
): Promise<void> {
  const rows = await db
    .selectFrom('node_health')
    .where(isOfThese)
    .select([
      'node_id',
      'state',
      'probed_at',
      sql<string | null>`CASE WHEN state <> 'HEALTHY' THEN record END`.as('record'),
    ])
    .execute();
  for (const { node_id: nodeId, state, probed_at: probedAt, record } of rows)
    health.set(nodeId, { state, probedAt, reason: reasonIn(record) });
}

async function addMarks(
  db: Db,
  isOfThese: RawBuilder<SqlBool>,
  marks: Map<string, HealingMarks>,
): Promise<void> {
  const rows = await db
    .selectFrom('node_healing')
    .where(isOfThese)
    .where((eb) => eb.or([eb('quarantined_at', 'is not', null), eb('excluded_at', 'is not', null)]))
    .select([
      'node_id',
      'quarantined_at',
      'quarantine_reason',
      'excluded_at',
      'excluded_until',
      'exclude_reason',
    ])
    .execute();
  for (const row of rows) {
    const { quarantined_at: since, quarantine_reason: reason, excluded_at: excludedAt } = row;
    marks.set(row.node_id, {
      quarantine: since === null ? null : { since, reason: reason ?? '' },
      exclusion: excludedAt === null ? null : { until: row.excluded_until, reason: row.exclude_reason ?? '' },
    });
  }
}

async function addRecoveries(
  db: Db,
  isOfThese: RawBuilder<SqlBool>,
  recoveries: Map<string, { startedAt: number | null }>,
): Promise<void> {
  const rows = await db
    .selectFrom('recovery')
    .where(isOfThese)
    .where('closed_at', 'is', null)
    .select(['node_id', 'started_at'])
    .execute();
  for (const row of rows) recoveries.set(row.node_id, { startedAt: row.started_at });
}

function reasonIn(record: string | null): string | null {
  return record === null ? null : fromText<{ reason: string }>(record).reason;
}

/** The clusters that have a health policy, and whether it is enabled. */
export async function watchedClusters(db: Db, clusterIds: readonly string[]): Promise<Map<string, boolean>> {
  const watched = new Map<string, boolean>();
  for (const chunk of chunks(clusterIds)) {
    const rows = await db
      .selectFrom('cluster_policy')
      .innerJoin('policy', 'policy.id', 'cluster_policy.policy_id')
      .where('cluster_policy.cluster_id', 'in', chunk)
      .where('policy.type', 'like', 'senlin.policy.health-%')
      .select(['cluster_policy.cluster_id', 'cluster_policy.enabled'])
      .execute();
    for (const row of rows) watched.set(row.cluster_id, row.enabled === 1);
  }
  return watched;
}

/** Those that are paused, and until when; one whose end has come is still here. */
export async function pausedClusters(
  db: Db,
  clusterIds: readonly string[],
): Promise<Map<string, { readonly until: number | null; readonly reason: string }>> {
  const paused = new Map<string, { until: number | null; reason: string }>();
  for (const chunk of chunks(clusterIds)) {
    const rows = await db
      .selectFrom('cluster_healing')
      .select(['cluster_id', 'paused_until', 'pause_reason'])
      .where('cluster_id', 'in', chunk)
      .where('paused_at', 'is not', null)
      .execute();
    for (const row of rows)
      paused.set(row.cluster_id, { until: row.paused_until, reason: row.pause_reason ?? '' });
  }
  return paused;
}
