/** A cluster as a plan sees it: its nodes with what is known of their health, read now. */
import { MOST_NODES, type NodeLimit } from '../domain/capacity.ts';
import type { Cluster, Node } from '../domain/model.ts';
import { placementIn, regionOf } from '../domain/placement.ts';
import type { ClusterFacts, MemberFacts } from '../plans/cluster-plan.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import { healingOfCluster, healingOfNodes, nothingOfNode } from '../store/healing.ts';
import { healthOfCluster } from '../store/node-health.ts';
import { getNodes, nodesOfCluster } from '../store/nodes.ts';
import { profileCreationTimes } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import { zonesOfNodes, type LocationTools } from './failure-domains.ts';
import { currentHealth } from './current-health.ts';

export interface FactsTools extends LocationTools {
  /** Absent: as many nodes as any configuration allows. */
  readonly limits?: NodeLimit | undefined;
}

/** @param named ids of nodes that are to join the cluster. */
export async function clusterFacts(
  tools: FactsTools,
  cluster: Cluster,
  now: number,
  named: readonly string[] = [],
): Promise<ClusterFacts> {
  const { db } = tools;
  const nodes = await nodesOfCluster(db, cluster.id);
  const zones = await zonesOfNodes(tools, nodes);
  const health = await healthOfCluster(db, cluster.id);
  const healing = await healingOfNodes(db, cluster.id);
  const outside = (await getNodes(db, named)).filter(({ clusterId }) => clusterId === null);
  const created = await profileCreationTimes(
    db,
    [...nodes, ...outside].map((node) => node.profileId),
  );
  const { id, name, profileId, minSize, maxSize, desiredCapacity } = cluster;
  const factsOf = (node: Node): MemberFacts => {
    const { quarantine } = healing.get(node.id) ?? nothingOfNode;
    return {
      ...memberFacts(node, currentHealth(node, health.get(node.id), now), quarantine !== null),
      profileCreatedAt: created.get(node.profileId) ?? 0,
      zone: zones.get(node.id) ?? placementIn(node.data).zone ?? null,
      region: regionOf(node.data),
    };
  };
  const [members, outsiders] = [nodes.map(factsOf), outside.map(factsOf)];
  const mostNodes = tools.limits?.maxNodesPerCluster ?? MOST_NODES;
  const limits = { minSize, maxSize, mostNodes, desiredCapacity };
  const zonesInOutage = await zonesOfOutages(db, cluster.id);
  return { id, name, profileId, ...limits, members, outsiders, zonesInOutage, now };
}

/** Those that no operator has released. */
async function zonesOfOutages(db: Db, clusterId: string): Promise<string[]> {
  const { zoneOutages } = await healingOfCluster(db, clusterId);
  const standing = zoneOutages.filter((one) => one.domain.kind === 'ZONE' && one.releasedAt === null);
  return standing.map(({ name }) => name);
}

function memberFacts(
  node: Node,
  health: HealthRecord | null,
  quarantined: boolean,
): Omit<MemberFacts, 'profileCreatedAt' | 'zone' | 'region'> {
  const { id, name, index, status, profileId, tainted, createdAt } = node;
  return {
    id,
    name,
    index,
    status,
    profileId,
    tainted,
    createdAt,
    health: health?.state ?? null,
    quarantined,
  };
}
