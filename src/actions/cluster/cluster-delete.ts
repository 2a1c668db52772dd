import type { ActionDefinition } from '../../engine/action-context.ts';
import { deleteCluster, getCluster } from '../../store/clusters.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';

/**
 * CLUSTER_DELETE: removes all nodes, then the cluster with its attached policies; while a node remains, so
 * does the cluster.
 */
export function clusterDelete(services: ActionServices): ActionDefinition {
  const action = 'CLUSTER_DELETE';
  return {
    action,
    async run(context) {
      const id = context.action.target;
      if ((await getCluster(services.store.db, id)) === undefined) return;
      await whileClusterIs(context, 'DELETING', 'Deletion in progress', async () => {
        await planAndCarryOut(context, services, action);
        await context.transaction('delete', async (tx) => void (await deleteCluster(tx, id)));
      });
    },
  };
}
