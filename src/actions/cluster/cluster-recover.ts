import { onNodeOfLockedCluster } from '../../domain/action-requests.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { nodesOfCluster } from '../../store/nodes.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';

/**
 * CLUSTER_RECOVER: recovers the nodes that are not ACTIVE, or known to have failed. Inputs: `{check?,
 * operation?, operation_params?}`; with `check` each node is probed first, as Senlin does it, but all side by
 * side.
 */
export function clusterRecover(services: ActionServices): ActionDefinition {
  const action = 'CLUSTER_RECOVER';
  return {
    action,
    async run(context) {
      await whileClusterIs(context, 'RECOVERING', 'Cluster recovery in progress.', async () => {
        if (context.inputs['check'] === true) await checkAll(context, services);
        await planAndCarryOut(context, services, action);
      });
    },
  };
}

async function checkAll(context: ActionContext, { store }: ActionServices): Promise<void> {
  const nodes = await nodesOfCluster(store.db, context.action.target);
  const requests = nodes.map((node) => onNodeOfLockedCluster('NODE_CHECK', node));
  // A check that fails leaves the node as it was: only what was seen to be unhealthy is recovered.
  await context.children('check nodes', requests);
}
