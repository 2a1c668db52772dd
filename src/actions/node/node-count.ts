import { planResize } from '../../domain/capacity.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import { getCluster, updateCluster } from '../../store/clusters.ts';
import { getNode } from '../../store/nodes.ts';
import type { Tx } from '../../store/store.ts';

/**
 * An operator who adds a node to a cluster, or takes one away, changes how many the cluster is to have (as in
 * Senlin); what a cluster action does with its nodes has been counted there.
 * @throws CoppiceError `bad-request` beyond the cluster's limits.
 */
export async function countNodeAsWanted(tx: Tx, context: ActionContext, change: 1 | -1): Promise<void> {
  if (context.action.cause !== 'RPC Request') return;
  const node = await getNode(tx.db, context.action.target);
  const cluster = node?.clusterId == null ? undefined : await getCluster(tx.db, node.clusterId);
  if (cluster === undefined) return;
  const request = { adjustmentType: 'CHANGE_IN_CAPACITY', number: change, strict: true } as const;
  const { desired } = planResize(cluster.desiredCapacity, cluster, request);
  await updateCluster(tx, cluster.id, { desiredCapacity: desired });
}
