/**
 * How nodes and clusters stand, in one word and a reason, for lists: from few statements, however long the
 * list is.
 */
import { busyClusterStatuses } from '../domain/cluster-status.ts';
import type { Cluster, Node } from '../domain/model.ts';
import { count } from '../recovery/describe.ts';
import type { HealthState } from '../recovery/classify-health.ts';
import { notProbed } from '../recovery/knowledge.ts';
import { clusterStanding, nodeStanding, standings, type Standing } from '../recovery/standing.ts';
import { openHookFailures } from '../store/hook-failures.ts';
import {
  nodeStandingRows,
  pausedClusters,
  standingNodesOfClusters,
  watchedClusters,
  type HealingMarks,
  type ProbedHealth,
  type StandingNode,
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
  nodes: readonly Node[],
  now: number,
): Promise<Map<string, StandingWithReason>> {
  const facts = nodes.map(({ id, clusterId, status, updatedAt, createdAt, initAt }) => ({
    id,
    clusterId,
    status,
    changedAt: updatedAt ?? createdAt ?? initAt,
  }));
  const watched = await watchedClusters(db, [...new Set(facts.flatMap(({ clusterId }) => clusterId ?? []))]);
  return await standingsOf(db, facts, { of: { nodeIds: facts.map(({ id }) => id) }, watched, now });
}

export interface StandingOfCluster extends StandingWithReason {
  readonly nodes: readonly Standing[];
  /** Their ids, by their position. */
  readonly nodeIds: readonly string[];
}

export async function standingsOfClusters(
  db: Db,
  clusters: readonly Cluster[],
  now: number,
): Promise<Map<string, StandingOfCluster>> {
  const clusterIds = clusters.map(({ id }) => id);
  const watched = await watchedClusters(db, clusterIds);
  const paused = await pausedClusters(db, clusterIds);
  const all = await standingNodesOfClusters(db, clusterIds);
  const nodeStandings = await standingsOf(db, all, { of: { clusterIds }, watched, now });
  const nodes = Map.groupBy(all, ({ clusterId }) => clusterId);
  return new Map(
    clusters.map((cluster) => {
      const nodeIds = (nodes.get(cluster.id) ?? []).map(({ id }) => id);
      const found = nodeIds.map((id) => nodeStandings.get(id)?.standing ?? 'UNWATCHED');
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
      return [
        cluster.id,
        { standing, reason: standing === 'HEALTHY' ? null : reason, nodes: found, nodeIds },
      ];
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

interface StandingsQuery {
  readonly of: StandingsOf;
  readonly watched: ReadonlyMap<string, boolean>;
  readonly now: number;
}

/** By node. */
async function standingsOf(
  db: Db,
  nodes: readonly StandingNode[],
  { of, watched, now }: StandingsQuery,
): Promise<Map<string, StandingWithReason>> {
  const { health, marks, recoveries } = await nodeStandingRows(db, of);
  const failures = await openHookFailures(
    db,
    nodes.map(({ id }) => id),
  );
  return new Map(
    nodes.map((node) => {
      const warning = failures.get(node.id)?.reason ?? null;
      const isWatched = node.clusterId !== null && watched.get(node.clusterId) === true;
      const known = knownHealth(node, health.get(node.id), now);
      const { quarantine, exclusion: excluded } = marks.get(node.id) ?? unmarked;
      const exclusion = inForceAt(excluded, now);
      const recovery = recoveries.get(node.id);
      const standing = nodeStanding({
        watched: isWatched,
        status: node.status,
        state: known === null ? null : (known.state as HealthState),
        quarantined: quarantine !== null,
        excluded: exclusion !== null,
        recovery: recovery === undefined ? null : recovery.startedAt === null ? 'HELD' : 'RUNNING',
        warning: warning !== null,
      });
      const reason = reasonOf(standing, quarantine, {
        known: known?.reason ?? null,
        warning,
        exclusion: exclusion?.reason ?? '',
      });
      return [node.id, { standing, reason }];
    }),
  );
}

const unmarked: HealingMarks = { quarantine: null, exclusion: null };

/** A time of change that is still to come says that the clock was set back since. */
function knownHealth(
  { changedAt }: StandingNode,
  health: ProbedHealth | undefined,
  now: number,
): ProbedHealth | null {
  return health !== undefined && (changedAt > now || health.probedAt >= changedAt) ? health : null;
}

function inForceAt(exclusion: HealingMarks['exclusion'], now: number): HealingMarks['exclusion'] {
  return exclusion === null || (exclusion.until !== null && exclusion.until <= now) ? null : exclusion;
}

function reasonOf(
  standing: Standing,
  quarantine: HealingMarks['quarantine'],
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
