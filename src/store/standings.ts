/**
 * What a list shows of the health of nodes, in one statement for a whole page. The record of a healthy node is not read: a page of
 * nodes would cost as much as their records.
 */
import { sql } from 'kysely';
import type { NodeStatus } from '../domain/states.ts';
import { chunks, fromText } from './rows.ts';
import type { Db } from './store.ts';

export interface NodeStandingRow {
  readonly id: string;
  readonly name: string;
  readonly clusterId: string | null;
  readonly status: NodeStatus;
  /** When the node was last created, updated or recovered. */
  readonly changedAt: number;
  /** null: never probed. */
  readonly health: {
    readonly state: string;
    readonly probedAt: number;
    readonly reason: string | null;
  } | null;
  readonly quarantine: { readonly since: number; readonly reason: string } | null;
  readonly exclusion: { readonly until: number | null; readonly reason: string } | null;
  readonly recovery: { readonly id: string; readonly startedAt: number | null } | null;
}

export type StandingsOf =
  | { readonly nodeIds: readonly string[] }
  | { readonly clusterIds: readonly string[] };

export async function nodeStandingRows(db: Db, of: StandingsOf): Promise<NodeStandingRow[]> {
  const [column, ids] =
    'nodeIds' in of ? (['node.id', of.nodeIds] as const) : (['node.cluster_id', of.clusterIds] as const);
  const rows: NodeStandingRow[] = [];
  for (const chunk of chunks(ids)) {
    const found = await db
      .selectFrom('node')
      .leftJoin('node_health', 'node_health.node_id', 'node.id')
      .leftJoin('node_healing', 'node_healing.node_id', 'node.id')
      .leftJoin('recovery', (join) =>
        join.onRef('recovery.node_id', '=', 'node.id').on('recovery.closed_at', 'is', null),
      )
      .where(column, 'in', chunk)
      .select([
        'node.id',
        'node.name',
        'node.cluster_id',
        'node.status',
        sql<number>`coalesce(node.updated_at, node.created_at, node.init_at)`.as('changed_at'),
        'node_health.state',
        'node_health.probed_at',
        sql<string | null>`CASE WHEN node_health.state <> 'HEALTHY' THEN node_health.record END`.as('record'),
        'node_healing.quarantined_at',
        'node_healing.quarantine_reason',
        'node_healing.excluded_at',
        'node_healing.excluded_until',
        'node_healing.exclude_reason',
        'recovery.id as recovery_id',
        'recovery.started_at',
      ])
      .orderBy('node.cluster_id')
      .orderBy('node.idx')
      .orderBy('node.id')
      .execute();
    rows.push(...found.map(toStandingRow));
  }
  return rows;
}

interface FoundRow {
  readonly id: string;
  readonly name: string;
  readonly cluster_id: string | null;
  readonly status: string;
  readonly changed_at: number;
  readonly state: string | null;
  readonly probed_at: number | null;
  readonly record: string | null;
  readonly quarantined_at: number | null;
  readonly quarantine_reason: string | null;
  readonly excluded_at: number | null;
  readonly excluded_until: number | null;
  readonly exclude_reason: string | null;
  readonly recovery_id: string | null;
  readonly started_at: number | null;
}

function toStandingRow(row: FoundRow): NodeStandingRow {
  const { quarantined_at: quarantinedAt, excluded_at: excludedAt, recovery_id: recoveryId } = row;
  return {
    id: row.id,
    name: row.name,
    clusterId: row.cluster_id,
    status: row.status as NodeStatus,
    changedAt: row.changed_at,
    health:
      row.state === null
        ? null
        : { state: row.state, probedAt: row.probed_at ?? 0, reason: reasonIn(row.record) },
    quarantine: quarantinedAt === null ? null : { since: quarantinedAt, reason: row.quarantine_reason ?? '' },
    exclusion: excludedAt === null ? null : { until: row.excluded_until, reason: row.exclude_reason ?? '' },
    recovery: recoveryId === null ? null : { id: recoveryId, startedAt: row.started_at },
  };
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
