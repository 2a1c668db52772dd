import type { ActionDefinition } from '../../engine/action-context.ts';
import type { PlannedActionName } from '../../plans/action-plans.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';

export function clusterResize(services: ActionServices): ActionDefinition {
  return scaling('CLUSTER_RESIZE', 'Cluster resize started.', services);
}

export function clusterScaleOut(services: ActionServices): ActionDefinition {
  return scaling('CLUSTER_SCALE_OUT', 'Cluster scale out started.', services);
}

export function clusterScaleIn(services: ActionServices): ActionDefinition {
  return scaling('CLUSTER_SCALE_IN', 'Cluster scale in started.', services);
}

function scaling(action: PlannedActionName, reason: string, services: ActionServices): ActionDefinition {
  return {
    action,
    async run(context) {
      await whileClusterIs(context, 'RESIZING', reason, () => planAndCarryOut(context, services, action));
    },
  };
}
