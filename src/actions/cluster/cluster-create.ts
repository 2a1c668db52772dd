import type { ActionDefinition } from '../../engine/action-context.ts';
import { updateCluster } from '../../store/clusters.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';

/** CLUSTER_CREATE: gives a new cluster its nodes. */
export function clusterCreate(services: ActionServices): ActionDefinition {
  const action = 'CLUSTER_CREATE';
  return {
    action,
    async run(context) {
      await whileClusterIs(context, 'CREATING', 'Creation in progress', async () => {
        await planAndCarryOut(context, services, action);
        await context.transaction('created', async (tx) => {
          await updateCluster(tx, context.action.target, { createdAt: context.now() });
        });
      });
    },
  };
}
