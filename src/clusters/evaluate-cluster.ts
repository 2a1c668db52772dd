import { evaluateStatus } from '../domain/cluster-status.ts';
import type { ClusterStatus } from '../domain/states.ts';
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

export async function markCluster(
  tx: Tx,
  clusterId: string,
  status: ClusterStatus,
  statusReason: string,
  now: number,
): Promise<void> {
  await updateCluster(tx, clusterId, { status, statusReason, updatedAt: now });
}
