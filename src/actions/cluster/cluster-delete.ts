import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { findPolicyType } from '../../policies/registry.ts';
import { attachedPolicies } from '../../store/cluster-policies.ts';
import { deleteCluster, getCluster } from '../../store/clusters.ts';
import { getPolicy } from '../../store/policies.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';
import { detachPolicy } from './cluster-policies.ts';

/**
 * CLUSTER_DELETE: detaches the policies that have made something outside, as Senlin does; then removes all
 * nodes, and the cluster with its other policies. While a node remains, so does the cluster.
 */
export function clusterDelete(services: ActionServices): ActionDefinition {
  const action = 'CLUSTER_DELETE';
  return {
    action,
    async run(context) {
      const id = context.action.target;
      if ((await getCluster(services.store.db, id)) === undefined) return;
      await whileClusterIs(context, 'DELETING', 'Deletion in progress', async () => {
        await detachAll(context, services);
        await planAndCarryOut(context, services, action);
        await context.transaction('delete', async (tx) => void (await deleteCluster(tx, id)));
      });
    },
  };
}

async function detachAll(context: ActionContext, services: ActionServices): Promise<void> {
  const ids = await context.step('outside', async () => {
    const attached = await attachedPolicies(services.store.db, context.action.target);
    return attached.flatMap(({ policy }) => {
      const type = findPolicyType(policy.type, services.policyTypes);
      return type?.detach === undefined && type?.registration === undefined ? [] : [policy.id];
    });
  });
  for (const id of ids) {
    const policy = await getPolicy(services.store.db, id);
    if (policy !== undefined) await detachPolicy(context, services, policy);
  }
}
