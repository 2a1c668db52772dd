import type { ActionDefinition } from '../../engine/action-context.ts';
import { deleteCluster, getCluster } from '../../store/clusters.ts';
import { nodesOfCluster } from '../../store/nodes.ts';
import { onNodeOfLockedCluster } from '../../domain/action-requests.ts';
import { requireSuccess, whileClusterIs } from './cluster-action.ts';
import type { ActionServices } from '../services.ts';

/** CLUSTER_DELETE: removes all nodes, then the cluster with its attached policies; while a node remains, so does the cluster. */
export function clusterDelete({ store }: ActionServices): ActionDefinition {
  return {
    action: 'CLUSTER_DELETE',
    async run(context) {
      const id = context.action.target;
      if ((await getCluster(store.db, id)) === undefined) return;
      await whileClusterIs(context, 'DELETING', 'Deletion in progress', async () => {
        const nodes = await nodesOfCluster(store.db, id);
        const requests = nodes.map((node) => onNodeOfLockedCluster('NODE_DELETE', node));
        requireSuccess(await context.children('delete nodes', requests), 'Deletion');
        await context.transaction('delete', async (tx) => void (await deleteCluster(tx, id)));
      });
    },
  };
}
