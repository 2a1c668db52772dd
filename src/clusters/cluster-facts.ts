/** A cluster as a plan sees it: its nodes with what is known of their health, read now. */
import type { Cluster, Node } from '../domain/model.ts';
import type { ClusterFacts, MemberFacts } from '../plans/cluster-plan.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import { healingOfNodes, nothingOfNode } from '../store/healing.ts';
import { healthOfCluster } from '../store/node-health.ts';
import { getNodes, nodesOfCluster } from '../store/nodes.ts';
import { profileCreationTimes } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import { currentHealth } from './current-health.ts';

/** @param named ids of nodes that are to join the cluster. */
export async function clusterFacts(
  db: Db,
  cluster: Cluster,
  now: number,
  named: readonly string[] = [],
): Promise<ClusterFacts> {
  const nodes = await nodesOfCluster(db, cluster.id);
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
    };
  };
  const [members, outsiders] = [nodes.map(factsOf), outside.map(factsOf)];
  return { id, name, profileId, minSize, maxSize, desiredCapacity, members, outsiders, now };
}

function memberFacts(
  node: Node,
  health: HealthRecord | null,
  quarantined: boolean,
): Omit<MemberFacts, 'profileCreatedAt'> {
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
