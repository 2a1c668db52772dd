/**
 * An operator who adds a node to a cluster, or takes one away, changes how many the cluster is to have (as in
 * Senlin); what a cluster action does with its nodes has been counted there.
 */
import { limitBroken, MOST_NODES, planResize } from '../../domain/capacity.ts';
import type { Cluster } from '../../domain/model.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import { getCluster, updateCluster } from '../../store/clusters.ts';
import { countNodes, excludeOtherMembers, getNode, updateNode } from '../../store/nodes.ts';
import type { Tx } from '../../store/store.ts';
import type { ActionServices } from '../services.ts';

/**
 * A node that its request has put into the cluster: as one more, unless an action on the cluster that ran
 * before this one has counted it already.
 * @returns the limit of the cluster that the node breaks, by what has joined since the request; null: none.
 * With one broken the node is in no cluster any more.
 */
export async function countNewNode(
  tx: Tx,
  context: ActionContext,
  { limits }: Pick<ActionServices, 'limits'>,
): Promise<string | null> {
  const cluster = await clusterOf(tx, context);
  if (cluster === undefined) return null;
  await excludeOtherMembers(tx, cluster.id);
  const rows = await countNodes(tx.db, cluster.id);
  const mostNodes = limits?.maxNodesPerCluster ?? MOST_NODES;
  const broken = limitBroken(rows, { ...cluster, minSize: 0, current: rows - 1, mostNodes });
  const desiredCapacity = Math.min(cluster.desiredCapacity + 1, rows);
  if (broken === null) await updateCluster(tx, cluster.id, { desiredCapacity });
  else await updateNode(tx, context.action.target, { clusterId: null, index: -1 });
  return broken;
}

/** @throws CoppiceError `bad-request` below the minimum of the cluster. */
export async function countNodeGone(tx: Tx, context: ActionContext): Promise<void> {
  const cluster = await clusterOf(tx, context);
  if (cluster === undefined) return;
  const request = { adjustmentType: 'CHANGE_IN_CAPACITY', number: -1, strict: true } as const;
  const { desired } = planResize(cluster.desiredCapacity, cluster, request);
  await updateCluster(tx, cluster.id, { desiredCapacity: desired });
}

/** Undefined: the node is in none, or another action counts it. */
async function clusterOf(tx: Tx, { action }: ActionContext): Promise<Cluster | undefined> {
  if (action.cause !== 'RPC Request') return undefined;
  const node = await getNode(tx.db, action.target);
  return node?.clusterId == null ? undefined : await getCluster(tx.db, node.clusterId);
}
