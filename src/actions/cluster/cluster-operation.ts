import type { ActionDefinition } from '../../engine/action-context.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';

/**
 * CLUSTER_OPERATION: an operation of the profile type for some nodes. Inputs: `{operation, params, nodes}`.
 */
export function clusterOperation(services: ActionServices): ActionDefinition {
  const action = 'CLUSTER_OPERATION';
  return {
    action,
    async run(context) {
      const reason = `Operation '${context.inputs['operation'] as string}' in progress`;
      await whileClusterIs(context, 'OPERATING', reason, () => planAndCarryOut(context, services, action));
    },
  };
}
