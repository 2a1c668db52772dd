import type { ActionDefinition } from '../../engine/action-context.ts';
import { planForNodes } from '../../plans/make-plan.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';

/** CLUSTER_CHECK: probes every node. */
export function clusterCheck(services: ActionServices): ActionDefinition {
  const action = 'CLUSTER_CHECK';
  return {
    action,
    async run(context) {
      await whileClusterIs(context, 'CHECKING', 'Cluster status checking started.', () =>
        planAndCarryOut(context, services, ({ members }) => planForNodes(action, 'NODE_CHECK', members)),
      );
    },
  };
}
