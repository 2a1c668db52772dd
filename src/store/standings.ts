/**
 * What a list shows of the health of nodes and clusters, in few statements for a whole page. What other
 * tables say of a node is joined to its row: one statement, and a look-up in an index for each node, which
 * costs less than a statement for each table. Of a healthy node its record is not read: a page of nodes would
 * cost as much as their records.
 */
import { sql } from 'kysely';
import type { Node } from '../domain/model.ts';
import type { NodeStatus } from '../domain/states.ts';
import type { ZoneOutage } from '../domain/zone-outage.ts';
import { selectByIds } from './by-ids.ts';
import { applyListing } from './listing.ts';
import { listedNodes, toNode, type NodeListQuery } from './nodes.ts';
import { fromText } from './rows.ts';
import type { Db } from './store.ts';

/** What decides how a node stands. */
export interface StandingNode {
  readonly id: string;
  readonly clusterId: string | null;
  readonly profileId: string;
  readonly status: NodeStatus;
  /** When the node was last created, updated or recovered. */
  readonly changedAt: number;
  readonly facts: StandingFacts;
}

/** What other tables than its own say of a node. */
export interface StandingFacts {
  /** null: never probed. */
  readonly health: ProbedHealth | null;
  readonly quarantine: { readonly since: number; readonly reason: string } | null;
  /** As it was asked for: one whose end has come is still here. */
  readonly exclusion: { readonly until: number | null; readonly reason: string } | null;
  /** null: none is open. */
  readonly recovery: { readonly startedAt: number | null } | null;
  /** Of the hook that failed after its last recovery, where an operator has not acknowledged it. */
  readonly warning: string | null;
}

export interface ProbedHealth {
  readonly state: string;
  readonly probedAt: number;
  /** null: it is healthy. */
  readonly reason: string | null;
}

const nothingKnown: StandingFacts = {
  health: null,
  quarantine: null,
  exclusion: null,
  recovery: null,
  warning: null,
};

function nodesWithFacts(db: Db) {
  return db
    .selectFrom('node')
    .leftJoin('node_health', 'node_health.node_id', 'node.id')
    .leftJoin('node_healing', 'node_healing.node_id', 'node.id')
    .leftJoin('recovery', (join) =>
      join.onRef('recovery.node_id', '=', 'node.id').on('recovery.closed_at', 'is', null),
    )
    .select([
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
      sql<string | null>`(SELECT failed.hook_failure FROM recovery AS failed
        WHERE failed.node_id = node.id AND failed.hook_failure IS NOT NULL AND failed.acknowledged_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM recovery AS later
            WHERE later.node_id = failed.node_id AND later.opened_at > failed.opened_at)
        LIMIT 1)`.as('hook_failure'),
    ]);
}

type FactsRow = Awaited<ReturnType<ReturnType<typeof nodesWithFacts>['execute']>>[number];

function toFacts(row: FactsRow): StandingFacts {
  const { state, probed_at: probedAt, quarantined_at: since, excluded_at: excludedAt } = row;
  return {
    health: state === null || probedAt === null ? null : { state, probedAt, reason: reasonIn(row.record) },
    quarantine: since === null ? null : { since, reason: row.quarantine_reason ?? '' },
    exclusion: excludedAt === null ? null : { until: row.excluded_until, reason: row.exclude_reason ?? '' },
    recovery: row.recovery_id === null ? null : { startedAt: row.started_at },
    warning: reasonIn(row.hook_failure),
  };
}

function reasonIn(text: string | null): string | null {
  return text === null ? null : fromText<{ reason: string }>(text).reason;
}

export interface NodeWithFacts {
  readonly node: Node;
  readonly facts: StandingFacts;
}

export async function listNodesWithFacts(db: Db, query: NodeListQuery): Promise<NodeWithFacts[]> {
  const select = await applyListing(db, nodesWithFacts(db).selectAll('node'), listedNodes, query);
  return (await select.execute()).map((row) => ({ node: toNode(row), facts: toFacts(row) }));
}

/** Of one that was deleted meanwhile nothing is known. */
export async function withFacts(db: Db, node: Node): Promise<NodeWithFacts> {
  const row = await nodesWithFacts(db).where('node.id', '=', node.id).executeTakeFirst();
  return { node, facts: row === undefined ? nothingKnown : toFacts(row) };
}

const selectNodesOfClusters = selectByIds((db, clusterIds) =>
  nodesWithFacts(db)
    .where('node.cluster_id', 'in', clusterIds)
    .select([
      'node.id',
      'node.cluster_id',
      'node.profile_id',
      'node.status',
      sql<number>`coalesce(node.updated_at, node.created_at, node.init_at)`.as('changed_at'),
    ])
    .orderBy('node.cluster_id')
    .orderBy('node.idx')
    .orderBy('node.id'),
);

/** The nodes of each cluster, by their position; a cluster that has none is left out. */
export async function standingNodesOfClusters(
  db: Db,
  clusterIds: readonly string[],
): Promise<Map<string | null, StandingNode[]>> {
  const nodes = (await selectNodesOfClusters(db, clusterIds)).map((row) => ({
    id: row.id,
    clusterId: row.cluster_id,
    profileId: row.profile_id,
    status: row.status as NodeStatus,
    changedAt: row.changed_at,
    facts: toFacts(row),
  }));
  return Map.groupBy(nodes, ({ clusterId }) => clusterId);
}

const selectHealing = selectByIds((db, clusterIds) =>
  db
    .selectFrom('cluster_healing')
    .select(['cluster_id', 'paused_at', 'paused_until', 'pause_reason', 'zone_outages'])
    .where('cluster_id', 'in', clusterIds)
    .where((where) => where.or([where('paused_at', 'is not', null), where('zone_outages', 'is not', null)])),
);

export interface ListedHealing {
  /** As it was asked for: one whose end has come is still here. */
  readonly pause: { readonly until: number | null; readonly reason: string } | null;
  readonly zoneOutages: readonly ZoneOutage[];
}

/** Of those that are paused, or of which a zone has an outage. */
export async function healingOfClusters(
  db: Db,
  clusterIds: readonly string[],
): Promise<Map<string, ListedHealing>> {
  const rows = await selectHealing(db, clusterIds);
  return new Map(
    rows.map((row) => {
      const { paused_at: since, paused_until: until, pause_reason: reason, zone_outages: outages } = row;
      const pause = since === null ? null : { until, reason: reason ?? '' };
      return [
        row.cluster_id,
        { pause, zoneOutages: outages === null ? [] : fromText<ZoneOutage[]>(outages) },
      ];
    }),
  );
}
