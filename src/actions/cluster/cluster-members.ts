/**
 * Nodes that join the cluster, leave it or are replaced by others: CLUSTER_ADD_NODES, CLUSTER_DEL_NODES,
 * CLUSTER_REPLACE_NODES. What they do is their plan (`plans/action-plans.ts`).
 */
import type { ActionDefinition } from '../../engine/action-context.ts';
import type { PlannedActionName } from '../../plans/action-plans.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';

const actions = {
  CLUSTER_ADD_NODES: 'Cluster add nodes started.',
  CLUSTER_DEL_NODES: 'Cluster delete nodes started.',
  CLUSTER_REPLACE_NODES: 'Cluster replace nodes started.',
} as const satisfies Partial<Record<PlannedActionName, string>>;

export function clusterMembers(services: ActionServices): ActionDefinition[] {
  return (Object.keys(actions) as (keyof typeof actions)[]).map((action) => ({
    action,
    async run(context) {
      await whileClusterIs(context, 'RESIZING', actions[action], () =>
        planAndCarryOut(context, services, action),
      );
    },
  }));
}
