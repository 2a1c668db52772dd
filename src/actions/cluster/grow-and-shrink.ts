/** Adding nodes to a cluster and taking some away: shared by creation, resizing and scaling. */
import { randomBytes, randomUUID } from 'node:crypto';
import { DEFAULT_NODE_NAME_FORMAT, formatNodeName } from '../../domain/node-name.ts';
import type { Cluster, Node } from '../../domain/model.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import { takeNodeIndexes } from '../../store/clusters.ts';
import { getNodes, insertNodes, nodesOfCluster } from '../../store/nodes.ts';
import type { Store, Tx } from '../../store/store.ts';
import { onNodeOfLockedCluster } from '../../domain/action-requests.ts';
import { requireCluster, requireSuccess } from './cluster-action.ts';

/** Brings the cluster to `desired` nodes; those that are too many go in the order of `chooseForRemoval`. */
export async function bringToSize(context: ActionContext, store: Store, desired: number): Promise<void> {
  const clusterId = context.action.target;
  const changed = await context.transaction('choose nodes', async (tx) => {
    const cluster = await requireCluster(tx.db, clusterId);
    const nodes = await nodesOfCluster(tx.db, clusterId);
    if (desired >= nodes.length)
      return { added: await addNodes(tx, cluster, desired - nodes.length, context.now()), removed: [] };
    return { added: [], removed: chooseForRemoval(nodes, nodes.length - desired).map((node) => node.id) };
  });
  await create(context, store, changed.added);
  await remove(context, store, changed.removed);
}

async function create(context: ActionContext, store: Store, ids: readonly string[]): Promise<void> {
  const nodes = await getNodes(store.db, ids);
  const requests = nodes.map((node) => onNodeOfLockedCluster('NODE_CREATE', node));
  requireSuccess(await context.children('create nodes', requests), 'Creation');
}

async function remove(context: ActionContext, store: Store, ids: readonly string[]): Promise<void> {
  const nodes = await getNodes(store.db, ids);
  const requests = nodes.map((node) => onNodeOfLockedCluster('NODE_DELETE', node));
  requireSuccess(await context.children('delete nodes', requests), 'Deletion');
}

/** Those that do not work first, then the youngest: what has run longest has proved itself. */
export function chooseForRemoval(nodes: readonly Node[], count: number): Node[] {
  const rank = (node: Node) => (node.status === 'ACTIVE' ? 1 : 0);
  return [...nodes].sort((a, b) => rank(a) - rank(b) || b.index - a.index).slice(0, count);
}

/** Rows of new nodes, in status INIT; returns their ids. */
async function addNodes(tx: Tx, cluster: Cluster, count: number, now: number): Promise<string[]> {
  if (count === 0) return [];
  const first = await takeNodeIndexes(tx, cluster.id, count);
  const nodes = Array.from({ length: count }, (_, offset) => newNode(cluster, first + offset, now));
  await insertNodes(tx, nodes);
  return nodes.map((node) => node.id);
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
