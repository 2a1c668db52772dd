/**
 * How nodes and clusters stand, in one word and a reason, for lists: from few statements, however long the
 * list is.
 */
import { busyClusterStatuses } from '../domain/cluster-status.ts';
import { domainInWords } from '../domain/failure-domain.ts';
import type { Cluster } from '../domain/model.ts';
import { count } from '../recovery/describe.ts';
import type { HealthState } from '../domain/health-record.ts';
import { notProbed } from '../recovery/knowledge.ts';
import { clusterStanding, nodeStanding, standings, type Standing } from '../recovery/standing.ts';
import { bindingsOfClusters, noBindings } from '../store/cluster-policies.ts';
import {
  healingOfClusters,
  standingNodesOfClusters,
  type NodeWithFacts,
  type ProbedHealth,
  type StandingFacts,
  type StandingNode,
} from '../store/standings.ts';
import type { RequestTools } from './request-tools.ts';

export interface StandingWithReason {
  readonly standing: Standing;
  /** null: nothing is wrong. */
  readonly reason: string | null;
}

/** What the standing of a node is told from, besides its row. */
export type StandingTools = Pick<RequestTools, 'store' | 'now' | 'outdatedBecause'>;

/** In the order of the nodes. */
export async function standingsOfNodes(
  tools: StandingTools,
  nodes: readonly NodeWithFacts[],
): Promise<StandingWithReason[]> {
  const { db } = tools.store;
  const clusterIds = new Set(nodes.flatMap(({ node }) => node.clusterId ?? []));
  const bindings = await bindingsOfClusters(db, [...clusterIds]);
  return nodes.map(({ node: { id, clusterId, profileId, status, updatedAt, createdAt, initAt }, facts }) => {
    const changedAt = updatedAt ?? createdAt ?? initAt;
    const watched = clusterId !== null && bindings.get(clusterId)?.watched === true;
    return standingOf({ id, clusterId, profileId, status, changedAt, facts }, watched, tools);
  });
}

/** What a list shows of a cluster that its own row does not say. */
export interface StandingOfCluster extends StandingWithReason {
  readonly nodes: readonly Standing[];
  /** Their ids, by their position. */
  readonly nodeIds: readonly string[];
  /** The profiles that they have, and how many have each. */
  readonly profiles: ReadonlyMap<string, number>;
  /** Of its policies, by priority. */
  readonly bindingIds: readonly string[];
}

/** By cluster. */
export async function standingsOfClusters(
  tools: StandingTools,
  clusters: readonly Cluster[],
): Promise<Map<string, StandingOfCluster>> {
  const { db } = tools.store;
  const now = tools.now();
  const clusterIds = clusters.map(({ id }) => id);
  const bindings = await bindingsOfClusters(db, clusterIds);
  const healing = await healingOfClusters(db, clusterIds);
  const nodes = await standingNodesOfClusters(db, clusterIds);
  return new Map(
    clusters.map((cluster) => {
      const { ids: bindingIds, watched } = bindings.get(cluster.id) ?? noBindings;
      const ofCluster = nodes.get(cluster.id) ?? [];
      const found = ofCluster.map((node) => standingOf(node, watched === true, tools).standing);
      const { pause = null, zoneOutages = [] } = healing.get(cluster.id) ?? {};
      const isPaused = pause !== null && (pause.until === null || pause.until > now);
      const missing = missingNodes(cluster, found.length);
      const standing = clusterStanding({
        watched: watched === true,
        paused: isPaused,
        missing,
        nodes: found,
      });
      const reasons = [
        ...(watched === null ? ['no health policy is attached'] : []),
        ...(watched === false ? ['the health policy is disabled'] : []),
        ...(isPaused ? [`healing is paused (${pause.reason})`] : []),
        ...zoneOutages.map(({ domain, name }) => `${domainInWords(domain, name)} has an outage`),
      ];
      const counts = [...countsInWords(found), ...(missing > 0 ? [`${missing} missing`] : [])];
      if (counts.length > 0)
        reasons.push(`${counts.join(', ')} of ${count(cluster.desiredCapacity, 'node')}`);
      const reason = standing === 'HEALTHY' || reasons.length === 0 ? null : reasons.join(', ');
      const nodeIds = ofCluster.map(({ id }) => id);
      const profiles = countProfiles(ofCluster);
      return [cluster.id, { standing, reason, nodes: found, nodeIds, profiles, bindingIds }];
    }),
  );
}

function countProfiles(nodes: readonly Pick<StandingNode, 'profileId'>[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { profileId } of nodes) counts.set(profileId, (counts.get(profileId) ?? 0) + 1);
  return counts;
}

/** While an action works on the cluster its nodes are on their way. */
export function missingNodes({ status, desiredCapacity }: Cluster, nodes: number): number {
  return busyClusterStatuses.has(status) ? 0 : Math.max(0, desiredCapacity - nodes);
}

/** Nodes that there are more than desired, likewise. */
export function excessNodes({ status, desiredCapacity }: Cluster, nodes: number): number {
  return busyClusterStatuses.has(status) ? 0 : Math.max(0, nodes - desiredCapacity);
}

function countsInWords(nodes: readonly Standing[]): string[] {
  return standings.flatMap((standing) => {
    const number = nodes.filter((each) => each === standing).length;
    return number === 0 || standing === 'HEALTHY' || standing === 'UNWATCHED'
      ? []
      : [`${number} ${standing.toLowerCase().replace('_', ' ')}`];
  });
}

function standingOf(node: StandingNode, watched: boolean, tools: StandingTools): StandingWithReason {
  const now = tools.now();
  const { quarantine, recovery, warning } = node.facts;
  const outdated = watched ? (tools.outdatedBecause?.(node.id) ?? null) : null;
  const recorded = knownHealth(node, now);
  const known = recorded === null || outdated === null ? recorded : asOutdated(recorded, outdated);
  const exclusion = inForceAt(node.facts.exclusion, now);
  const standing = nodeStanding({
    watched,
    status: node.status,
    state: known === null ? null : (known.state as HealthState),
    quarantined: quarantine !== null,
    excluded: exclusion !== null,
    recovery: recovery === null ? null : recovery.startedAt === null ? 'HELD' : 'RUNNING',
    warning: warning !== null,
  });
  const reason = reasonOf(standing, quarantine, {
    known: known?.reason ?? null,
    warning,
    exclusion: exclusion?.reason ?? '',
  });
  return { standing, reason };
}

function asOutdated(recorded: ProbedHealth, reason: string): ProbedHealth {
  return { ...recorded, state: 'UNKNOWN', reason };
}

/** A time of change that is still to come says that the clock was set back since. */
function knownHealth({ changedAt, facts: { health } }: StandingNode, now: number): ProbedHealth | null {
  return health !== null && (changedAt > now || health.probedAt >= changedAt) ? health : null;
}

function inForceAt(exclusion: StandingFacts['exclusion'], now: number): StandingFacts['exclusion'] {
  return exclusion === null || (exclusion.until !== null && exclusion.until <= now) ? null : exclusion;
}

function reasonOf(
  standing: Standing,
  quarantine: StandingFacts['quarantine'],
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
      return 'it is not probed';
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
