/** The rows of the nodes that a plan adds to its cluster. */
import { randomBytes, randomUUID } from 'node:crypto';
import { DEFAULT_NODE_NAME_FORMAT, formatNodeName } from '../../domain/node-name.ts';
import type { Cluster, Node } from '../../domain/model.ts';
import { nodesOf } from '../../plans/cluster-plan.ts';
import type { ClusterPlan } from '../../plans/cluster-plan.ts';
import { takeNodeIndexes } from '../../store/clusters.ts';
import { insertNodes } from '../../store/nodes.ts';
import type { Tx } from '../../store/store.ts';

/** Inserts rows in status INIT. @returns the plan with their ids and names. */
export async function addPlannedNodes(
  tx: Tx,
  cluster: Cluster,
  plan: ClusterPlan,
  now: number,
): Promise<ClusterPlan> {
  const count = nodesOf(plan, 'NODE_CREATE').length;
  if (count === 0) return plan;
  const first = await takeNodeIndexes(tx, cluster.id, count);
  const added = nodesOf(plan, 'NODE_CREATE').map(({ inputs: { placement } }, offset) => ({
    ...newNode(cluster, first + offset, now),
    // As Senlin keeps it: it stays when the node is recreated.
    data: placement === undefined ? {} : { placement },
  }));
  await insertNodes(tx, added);
  const left = added.values();
  const groups = plan.groups.map((group) => ({
    ...group,
    nodes: group.nodes.map((planned) => {
      const node = planned.operation === 'NODE_CREATE' ? left.next().value : undefined;
      return node === undefined ? planned : { ...planned, nodeId: node.id, name: node.name };
    }),
  }));
  return { ...plan, groups };
}

function newNode(cluster: Cluster, index: number, now: number): Node {
  const format = cluster.config['node.name.format'];
  const { id: clusterId, profileId, project, user, domain } = cluster;
  return {
    id: randomUUID(),
    name: formatNodeName(
      typeof format === 'string' ? format : DEFAULT_NODE_NAME_FORMAT,
      index,
      randomLetters,
    ),
    clusterId,
    profileId,
    index,
    role: '',
    physicalId: null,
    status: 'INIT',
    statusReason: 'Initializing',
    metadata: {},
    data: {},
    dependents: {},
    tainted: false,
    initAt: now,
    createdAt: null,
    updatedAt: null,
    project,
    user,
    domain,
  };
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

function randomLetters(count: number): string {
  return Array.from(randomBytes(count), (byte) => letters[byte % letters.length]).join('');
}
