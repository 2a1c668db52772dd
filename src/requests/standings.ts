/** How nodes and clusters stand, in one word and a reason, for lists: from few statements, however long the list is. */
import { busyClusterStatuses } from '../domain/cluster-status.ts';
import type { Cluster } from '../domain/model.ts';
import { count } from '../recovery/describe.ts';
import type { HealthState } from '../recovery/classify-health.ts';
import { notProbed } from '../recovery/knowledge.ts';
import { clusterStanding, nodeStanding, standings, type Standing } from '../recovery/standing.ts';
import { openHookFailures } from '../store/hook-failures.ts';
import {
  nodeStandingRows,
  pausedClusters,
  watchedClusters,
  type NodeStandingRow,
  type StandingsOf,
} from '../store/standings.ts';
import type { Db } from '../store/store.ts';

export interface StandingWithReason {
  readonly standing: Standing;
  /** null: nothing is wrong. */
  readonly reason: string | null;
}

export async function standingsOfNodes(
  db: Db,
  nodeIds: readonly string[],
  now: number,
): Promise<Map<string, StandingWithReason>> {
  return new Map((await standingsOf(db, { nodeIds }, now)).map(({ id, ...rest }) => [id, rest]));
}

export interface StandingOfCluster extends StandingWithReason {
  readonly nodes: readonly Standing[];
}

export async function standingsOfClusters(
  db: Db,
  clusters: readonly Cluster[],
  now: number,
): Promise<Map<string, StandingOfCluster>> {
  const clusterIds = clusters.map(({ id }) => id);
  const watched = await watchedClusters(db, clusterIds);
  const paused = await pausedClusters(db, clusterIds);
  const nodes = Map.groupBy(await standingsOf(db, { clusterIds }, now), ({ clusterId }) => clusterId);
  return new Map(
    clusters.map((cluster) => {
      const found = (nodes.get(cluster.id) ?? []).map(({ standing }) => standing);
      const pause = paused.get(cluster.id);
      const isPaused = pause !== undefined && (pause.until === null || pause.until > now);
      const missing = missingNodes(cluster, found.length);
      const standing = clusterStanding({
        watched: watched.get(cluster.id) === true,
        paused: isPaused,
        missing,
        nodes: found,
      });
      const reasons = [
        ...(watched.has(cluster.id) ? [] : ['no health policy is attached']),
        ...(watched.get(cluster.id) === false ? ['the health policy is disabled'] : []),
        ...(isPaused ? [`healing is paused (${pause.reason})`] : []),
        ...countsInWords(found),
        ...(missing > 0 ? [`${missing} missing`] : []),
      ];
      const reason =
        reasons.length === 0 ? null : `${reasons.join(', ')} of ${count(cluster.desiredCapacity, 'node')}`;
      return [cluster.id, { standing, reason: standing === 'HEALTHY' ? null : reason, nodes: found }];
    }),
  );
}

/** While an action works on the cluster its nodes are on their way. */
export function missingNodes({ status, desiredCapacity }: Cluster, nodes: number): number {
  return busyClusterStatuses.has(status) ? 0 : Math.max(0, desiredCapacity - nodes);
}

function countsInWords(nodes: readonly Standing[]): string[] {
  return standings.flatMap((standing) => {
    const number = nodes.filter((each) => each === standing).length;
    return number === 0 || standing === 'HEALTHY' || standing === 'UNWATCHED'
      ? []
      : [`${number} ${standing.toLowerCase().replace('_', ' ')}`];
  });
}

async function standingsOf(
  db: Db,
  of: StandingsOf,
  now: number,
): Promise<(StandingWithReason & { readonly id: string; readonly clusterId: string | null })[]> {
  const rows = await nodeStandingRows(db, of);
  const watched = await watchedClusters(db, [...new Set(rows.flatMap(({ clusterId }) => clusterId ?? []))]);
  const failures = await openHookFailures(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const warning = failures.get(row.id)?.reason ?? null;
    const isWatched = row.clusterId !== null && watched.get(row.clusterId) === true;
    const known = isKnown(row, now) ? row.health : null;
    const exclusion = inForceAt(row.exclusion, now);
    const standing = nodeStanding({
      watched: isWatched,
      status: row.status,
      state: known === null ? null : (known.state as HealthState),
      quarantined: row.quarantine !== null,
      excluded: exclusion !== null,
      recovery: row.recovery === null ? null : row.recovery.startedAt === null ? 'HELD' : 'RUNNING',
      warning: warning !== null,
    });
    const reason = reasonOf(standing, row, {
      known: known?.reason ?? null,
      warning,
      exclusion: exclusion?.reason ?? '',
    });
    return { id: row.id, clusterId: row.clusterId, standing, reason };
  });
}

/** A time of change that is still to come says that the clock was set back since. */
function isKnown({ changedAt, health }: NodeStandingRow, now: number): boolean {
  return health !== null && (changedAt > now || health.probedAt >= changedAt);
}

function inForceAt(exclusion: NodeStandingRow['exclusion'], now: number): NodeStandingRow['exclusion'] {
  return exclusion === null || (exclusion.until !== null && exclusion.until <= now) ? null : exclusion;
}

function reasonOf(
  standing: Standing,
  { quarantine }: NodeStandingRow,
  { known, warning, exclusion }: { known: string | null; warning: string | null; exclusion: string },
): string | null {
  switch (standing) {
    case 'QUARANTINED':
      return quarantine?.reason ?? null;
    case 'EXCLUDED':
      return known === null ? exclusion : `${exclusion}; ${known}`;
    case 'WARNING':
      return warning;
    case 'NOT_PROBED':
      return notProbed;
    case 'UNWATCHED':
      return 'nobody probes it';
    case 'UNKNOWN':
    case 'FAILED':
    case 'HELD':
    case 'INCOMPLETE':
    case 'RECOVERING':
    case 'SUSPECTED':
    case 'HEALTHY':
      return known;
  }
}
