import type { JsonObject } from '../../domain/json.ts';
import type { Node } from '../../domain/model.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import type { HealthRecord } from '../../recovery/classify-health.ts';
import { healthOfCluster } from '../../store/node-health.ts';
import { getNodes, nodesOfCluster } from '../../store/nodes.ts';
import { onNodeOfLockedCluster } from '../../domain/action-requests.ts';
import { requireSuccess, whileClusterIs } from './cluster-action.ts';
import type { ActionServices } from '../services.ts';

/**
 * CLUSTER_RECOVER: recovers the nodes that are not ACTIVE, or known to have failed. Inputs: `{check?, operation?, operation_params?}`; with `check`
 * each node is looked at first, as Senlin does it, but all side by side.
 */
export function clusterRecover(services: ActionServices): ActionDefinition {
  const { store } = services;
  return {
    action: 'CLUSTER_RECOVER',
    async run(context) {
      await whileClusterIs(context, 'RECOVERING', 'Cluster recovery in progress.', async () => {
        if (context.inputs['check'] === true) await checkAll(context, services);
        const ids = await context.transaction('choose nodes', async (tx) => {
          const nodes = await nodesOfCluster(tx.db, context.action.target);
          const health = await healthOfCluster<HealthRecord>(tx.db, context.action.target);
          return nodes
            .filter(({ id, status }) => status !== 'ACTIVE' || health.get(id)?.state === 'FAILED')
            .map((node) => node.id);
        });
        const requests = (await getNodes(store.db, ids)).map((node) => recovery(node, context.inputs));
        requireSuccess(await context.children('recover nodes', requests), 'Recovery');
      });
    },
  };
}

async function checkAll(context: ActionContext, { store }: ActionServices): Promise<void> {
  const nodes = await nodesOfCluster(store.db, context.action.target);
  const requests = nodes.map((node) => onNodeOfLockedCluster('NODE_CHECK', node));
  // A check that fails leaves the node as it was: only what was seen to be unwell is recovered.
  await context.children('check nodes', requests);
}

function recovery(node: Node, { operation, operation_params: parameters }: JsonObject) {
  const inputs: JsonObject = {
    ...(operation === undefined ? {} : { operation }),
    ...(parameters === undefined ? {} : { operation_params: parameters }),
  };
  return onNodeOfLockedCluster('NODE_RECOVER', node, inputs);
}
