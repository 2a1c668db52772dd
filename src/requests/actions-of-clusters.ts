/**
 * What actions have left behind, and what they wait for, by cluster, for those who look at its health.
 */
import type { Cluster } from '../domain/model.ts';
import type { ClusterAfterActions } from '../recovery/explained-cluster.ts';
import { lifecycleWaits } from '../store/lifecycle-waits.ts';
import { failedActionsOfClusters } from './failed-actions.ts';
import type { RequestTools } from './request-tools.ts';

export type ActionsOfCluster = Pick<ClusterAfterActions, 'failedActions' | 'lifecycleWaits'>;

export const nothingOfActions: ActionsOfCluster = { failedActions: [], lifecycleWaits: [] };

/** @param viewer the project of the caller. */
export async function actionsOfClusters(
  tools: Pick<RequestTools, 'store' | 'now'>,
  viewer: string,
  clusters: readonly Pick<Cluster, 'id' | 'profileId' | 'status' | 'project'>[],
): Promise<ReadonlyMap<string, ActionsOfCluster>> {
  const clusterIds = clusters.map(({ id }) => id);
  const failed = await failedActionsOfClusters(tools, viewer, clusters);
  const waits = Map.groupBy(await lifecycleWaits(tools.store.db, clusterIds), (row) => row.cluster_id);
  return new Map(
    clusterIds.map((id) => [
      id,
      {
        failedActions: failed.get(id) ?? [],
        lifecycleWaits: (waits.get(id) ?? []).map((row) => ({
          actionId: row.id,
          action: row.action,
          partOf: row.part_of,
          nodeName: row.node_name,
          until: row.wake_at ?? tools.now(),
        })),
      },
    ]),
  );
}
