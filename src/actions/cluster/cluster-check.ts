import type { ActionDefinition } from '../../engine/action-context.ts';
import { nodesOfCluster } from '../../store/nodes.ts';
import { onNodeOfLockedCluster } from '../../domain/action-requests.ts';
import { requireSuccess, whileClusterIs } from './cluster-action.ts';
import type { ActionServices } from '../services.ts';

/** CLUSTER_CHECK: looks at every node. */
export function clusterCheck({ store }: ActionServices): ActionDefinition {
  return {
    action: 'CLUSTER_CHECK',
    async run(context) {
      await whileClusterIs(context, 'CHECKING', 'Cluster status checking started.', async () => {
        const nodes = await nodesOfCluster(store.db, context.action.target);
        const requests = nodes.map((node) => onNodeOfLockedCluster('NODE_CHECK', node));
        requireSuccess(await context.children('check nodes', requests), 'The check');
      });
    },
  };
}
