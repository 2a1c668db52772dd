import { planResize, planScaleIn, planScaleOut, type ClusterSize } from '../../domain/capacity.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Cluster } from '../../domain/model.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { resizeRequest } from '../../clusters/shrinking.ts';
import { updateCluster } from '../../store/clusters.ts';
import { nodesOfCluster } from '../../store/nodes.ts';
import type { Tx } from '../../store/store.ts';
import { requireCluster, whileClusterIs } from './cluster-action.ts';
import { bringToSize } from './grow-and-shrink.ts';
import type { ActionServices } from '../services.ts';

/** CLUSTER_RESIZE. Inputs: `{adjustment_type?, number?, min_size?, max_size?, min_step?, strict?}`. */
export function clusterResize(services: ActionServices): ActionDefinition {
  return scaling('CLUSTER_RESIZE', 'Cluster resize started.', services, (cluster, current, inputs) =>
    planResize(current, cluster, resizeRequest(inputs)),
  );
}

/** CLUSTER_SCALE_OUT. Inputs: `{count?}`, 1 if absent. */
export function clusterScaleOut(services: ActionServices): ActionDefinition {
  return scaling('CLUSTER_SCALE_OUT', 'Cluster scale out started.', services, (cluster, current, inputs) => ({
    desired: planScaleOut(current, cluster, countOf(inputs)),
  }));
}

/** CLUSTER_SCALE_IN. Inputs: `{count?}`, 1 if absent; goes as far as the minimum allows. */
export function clusterScaleIn(services: ActionServices): ActionDefinition {
  return scaling('CLUSTER_SCALE_IN', 'Cluster scale in started.', services, (cluster, current, inputs) => ({
    desired: planScaleIn(current, cluster, countOf(inputs)),
  }));
}

type Plan = (
  cluster: Cluster,
  current: number,
  inputs: JsonObject,
) => Partial<ClusterSize> & { desired: number };

function scaling(action: string, reason: string, { store }: ActionServices, plan: Plan): ActionDefinition {
  return {
    action,
    async run(context) {
      await whileClusterIs(context, 'RESIZING', reason, async () => {
        // Planned once and recorded: a replay must not plan again from what the action has changed since.
        const desired = await context.transaction('plan', (tx) => planIn(tx, context, plan));
        await bringToSize(context, store, desired);
      });
    },
  };
}

async function planIn(tx: Tx, context: ActionContext, plan: Plan): Promise<number> {
  const cluster = await requireCluster(tx.db, context.action.target);
  const nodes = await nodesOfCluster(tx.db, cluster.id);
  const { desired, ...limits } = plan(cluster, nodes.length, context.inputs);
  await updateCluster(tx, cluster.id, { ...limits, desiredCapacity: desired });
  return desired;
}

function countOf(inputs: JsonObject): number {
  return typeof inputs['count'] === 'number' ? inputs['count'] : 1;
}
