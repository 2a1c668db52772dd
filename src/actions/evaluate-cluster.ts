import { evaluateStatus } from '../domain/cluster-status.ts';
import type { ClusterStatus } from '../domain/states.ts';
import type { ActionContext } from '../engine/action-context.ts';
import { getCluster, updateCluster } from '../store/clusters.ts';
import { countNodesByStatus } from '../store/nodes.ts';
import type { Tx } from '../store/store.ts';

/** Writes what the cluster's nodes now make of it. `cause` is the action's name. */
export async function evaluateCluster(tx: Tx, clusterId: string, cause: string, now: number): Promise<void> {
  const cluster = await getCluster(tx.db, clusterId);
  if (cluster === undefined) return;
  const { ACTIVE: active = 0 } = await countNodesByStatus(tx.db, clusterId);
  await updateCluster(tx, clusterId, { ...evaluateStatus(cluster, active, cause), updatedAt: now });
}

/** Does what a person asked for on one node, and evaluates its cluster whether it went well or not. A parent evaluates it itself. */
export async function thenEvaluateCluster<T>(context: ActionContext, work: () => Promise<T>): Promise<T> {
  const { clusterId, parentId, action } = context.action;
  if (clusterId === null || parentId !== null) return await work();
  try {
    return await work();
  } finally {
    await context.transaction('evaluate', (tx) => evaluateCluster(tx, clusterId, action, context.now()));
  }
}

export async function markCluster(
  tx: Tx,
  clusterId: string,
  status: ClusterStatus,
  statusReason: string,
  now: number,
): Promise<void> {
  await updateCluster(tx, clusterId, { status, statusReason, updatedAt: now });
}
