import type { ActionDefinition } from '../../engine/action-context.ts';
import { updateCluster } from '../../store/clusters.ts';
import { requireCluster, whileClusterIs } from './cluster-action.ts';
import { bringToSize } from './grow-and-shrink.ts';
import type { ActionServices } from '../services.ts';

/** CLUSTER_CREATE: gives a new cluster its nodes. */
export function clusterCreate({ store }: ActionServices): ActionDefinition {
  return {
    action: 'CLUSTER_CREATE',
    async run(context) {
      const id = context.action.target;
      await whileClusterIs(context, 'CREATING', 'Creation in progress', async () => {
        const { desiredCapacity } = await requireCluster(store.db, id);
        await bringToSize(context, store, desiredCapacity);
        await context.transaction('created', async (tx) => {
          await updateCluster(tx, id, { createdAt: context.now() });
        });
      });
    },
  };
}
