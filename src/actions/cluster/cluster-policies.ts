/** Attaching, changing and detaching policies. Inputs: `{policy_id, enabled?}`; `policy_id` is a full id here. */
import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import type { Policy } from '../../domain/model.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { findPolicyType } from '../../policies/registry.ts';
import {
  attachedPolicies,
  deleteBinding,
  findBinding,
  insertBinding,
  updateBinding,
} from '../../store/cluster-policies.ts';
import { setBreaker } from '../../store/healing.ts';
import { getPolicy } from '../../store/policies.ts';
import type { Tx } from '../../store/store.ts';
import { cancelHeld } from '../../recovery-record/close-held.ts';

export const clusterAttachPolicy: ActionDefinition = {
  action: 'CLUSTER_ATTACH_POLICY',
  async run(context) {
    await context.transaction('attach', (tx) => attach(tx, context));
  },
};

export const clusterUpdatePolicy: ActionDefinition = {
  action: 'CLUSTER_UPDATE_POLICY',
  async run(context) {
    await context.transaction('update', async (tx) => {
      const binding = await requireBinding(tx, context);
      await updateBinding(tx, binding.id, { enabled: context.inputs['enabled'] !== false });
    });
  },
};

export const clusterDetachPolicy: ActionDefinition = {
  action: 'CLUSTER_DETACH_POLICY',
  async run(context) {
    await context.transaction('detach', async (tx) => {
      const { id, clusterId, policyId } = await requireBinding(tx, context);
      await deleteBinding(tx, id);
      if (!(await requirePolicy(tx, context)).type.startsWith('senlin.policy.health-')) return;
      await cancelHeld(tx, { clusterId, policyId }, 'the health policy was detached', context.now());
      await setBreaker(tx, clusterId, null);
    });
  },
};

/** Attaching what is attached succeeds, as in Senlin, and changes whether it is enabled if that was said. */
async function attach(tx: Tx, context: ActionContext): Promise<void> {
  const clusterId = context.action.target;
  const policy = await requirePolicy(tx, context);
  const enabled = context.inputs['enabled'] !== false;
  const existing = await findBinding(tx.db, clusterId, policy.id);
  if (existing !== undefined) {
    if ('enabled' in context.inputs) await updateBinding(tx, existing.id, { enabled });
    return;
  }
  const type = findPolicyType(policy.type);
  if (type === undefined)
    throw new CoppiceError(
      'operation-impossible',
      `The policy type ${policy.type} is not part of this Coppice.`,
    );
  if (type.singleton) await refuseSecond(tx, clusterId, policy);
  const check = type.check(policy.spec.properties, { healthCheckIntervalMin: 0 });
  const data = check.ok ? type.bindingData(check.value) : null;
  await insertBinding(tx, {
    id: randomUUID(),
    clusterId,
    policyId: policy.id,
    enabled,
    priority: type.priority,
    data,
    lastOp: null,
  });
}

async function refuseSecond(tx: Tx, clusterId: string, policy: Policy): Promise<void> {
  const family = (type: string) => type.slice(0, type.lastIndexOf('-'));
  const attached = await attachedPolicies(tx.db, clusterId);
  const other = attached.find((entry) => family(entry.policy.type) === family(policy.type));
  if (other === undefined) return;
  throw new CoppiceError(
    'action-conflict',
    `Only one instance of policy type (${policy.type}) can be attached to a cluster, but another instance (${other.policy.name}) is found attached to the cluster (${clusterId}) already.`,
  );
}

async function requirePolicy(tx: Tx, context: ActionContext): Promise<Policy> {
  const policyId = policyIdOf(context);
  const policy = await getPolicy(tx.db, policyId);
  if (policy === undefined)
    throw new CoppiceError('resource-not-found', `The policy '${policyId}' could not be found.`);
  return policy;
}

async function requireBinding(tx: Tx, context: ActionContext) {
  const policyId = policyIdOf(context);
  const binding = await findBinding(tx.db, context.action.target, policyId);
  if (binding === undefined) {
    throw new CoppiceError(
      'policy-binding-not-found',
      `The policy '${policyId}' is not attached to the specified cluster.`,
    );
  }
  return binding;
}

function policyIdOf(context: ActionContext): string {
  const { policy_id: policyId } = context.inputs;
  if (typeof policyId !== 'string')
    throw new CoppiceError('bad-request', "The action's input has no policy_id.");
  return policyId;
}
