/**
 * Attaching, changing and detaching policies. Inputs: `{policy_id, enabled?}`; `policy_id` is a full id here.
 *
 *     check -> work of the policy type on the outside world -> binding and effects, in one transaction
 */
import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import type { Policy } from '../../domain/model.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { storedCheckSettings, type Attached, type PolicyType } from '../../policies/policy-type.ts';
import { findPolicyType } from '../../policies/registry.ts';
import {
  attachedPolicies,
  deleteBinding,
  findBinding,
  insertBinding,
  updateBinding,
} from '../../store/cluster-policies.ts';
import { getPolicy } from '../../store/policies.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { ActionServices } from '../services.ts';
import { applyEffects } from './binding-effects.ts';
import { requireCluster } from './cluster-action.ts';
import {
  attachOutside,
  detachOutside,
  forgetInCluster,
  keepInCluster,
  registerNodes,
} from './outside-work.ts';

export function clusterAttachPolicy(services: ActionServices): ActionDefinition {
  return {
    action: 'CLUSTER_ATTACH_POLICY',
    async run(context) {
      const isNew = await context.transaction('check', (tx) => checkAttachment(tx, context, services));
      if (!isNew) return;
      const { db } = services.store;
      const policy = await requirePolicy(db, context);
      const type = requireType(policy, services);
      const clusterId = context.action.target;
      const made = await attachOutside({ context, services, type, policy, clusterId });
      await context.transaction('attach', (tx) => attach(tx, context, type, policy, made));
    },
  };
}

/** A policy that is enabled again registers the nodes that came while it was not. */
export function clusterUpdatePolicy(services: ActionServices): ActionDefinition {
  return {
    action: 'CLUSTER_UPDATE_POLICY',
    async run(context) {
      const data = await context.transaction('update', async (tx) => {
        const binding = await requireBinding(tx.db, context);
        await updateBinding(tx, binding.id, { enabled: isEnabled(context) });
        return binding.enabled || !isEnabled(context) ? null : (binding.data ?? {});
      });
      if (data === null) return;
      const policy = await requirePolicy(services.store.db, context);
      const type = requireType(policy, services);
      await registerNodes({ context, services, type, policy, clusterId: context.action.target }, data);
    },
  };
}

export function clusterDetachPolicy(services: ActionServices): ActionDefinition {
  return {
    action: 'CLUSTER_DETACH_POLICY',
    async run(context) {
      const { db } = services.store;
      await context.transaction('check', async (tx) => void (await requireBinding(tx.db, context)));
      const policy = await requirePolicy(db, context);
      await detachPolicy(context, services, policy);
    },
  };
}

/** @throws CoppiceError: then it is still attached. */
export async function detachPolicy(
  context: ActionContext,
  services: ActionServices,
  policy: Policy,
): Promise<void> {
  // One that this program does not know any more can still be detached.
  const type = findPolicyType(policy.type, services.policyTypes);
  const clusterId = context.action.target;
  if (type !== undefined) await detachOutside({ context, services, type, policy, clusterId });
  await context.transaction(`detach ${policy.id}`, async (tx) => {
    const binding = await findBinding(tx.db, clusterId, policy.id);
    if (binding === undefined) return;
    await deleteBinding(tx, binding.id);
    await forgetInCluster(tx, await requireCluster(tx.db, clusterId), policy.id);
    await applyEffects(tx, binding, type?.effects?.('DETACHED') ?? [], context.now());
  });
}

/** Attaching what is attached succeeds, as in Senlin, and changes whether it is enabled if that was given. */
async function checkAttachment(tx: Tx, context: ActionContext, services: ActionServices): Promise<boolean> {
  const clusterId = context.action.target;
  const policy = await requirePolicy(tx.db, context);
  const existing = await findBinding(tx.db, clusterId, policy.id);
  if (existing !== undefined) {
    if ('enabled' in context.inputs) await updateBinding(tx, existing.id, { enabled: isEnabled(context) });
    return false;
  }
  if (requireType(policy, services).singleton) await refuseSecond(tx, clusterId, policy);
  await refuseAcrossRegions(tx, clusterId, policy, services);
  return true;
}

async function attach(
  tx: Tx,
  context: ActionContext,
  type: PolicyType,
  policy: Policy,
  made: Attached,
): Promise<void> {
  const check = type.check(policy.spec.properties, storedCheckSettings);
  const own = check.ok ? type.bindingData(check.value) : null;
  const isEmpty = own === null && Object.keys(made.data).length === 0;
  const data = isEmpty ? null : { ...own, ...made.data };
  const binding = {
    id: randomUUID(),
    clusterId: context.action.target,
    policyId: policy.id,
    enabled: isEnabled(context),
    priority: type.priority,
    data,
    lastOp: null,
  };
  await insertBinding(tx, binding);
  if (made.ofCluster !== undefined) await keepInCluster(tx, binding.clusterId, policy.id, made.ofCluster);
  await applyEffects(tx, binding, type.effects?.('ATTACHED') ?? [], context.now());
}

function isEnabled({ inputs }: ActionContext): boolean {
  return inputs['enabled'] !== false;
}

function requireType(policy: Policy, services: ActionServices): PolicyType {
  const type = findPolicyType(policy.type, services.policyTypes);
  if (type !== undefined) return type;
  const sentence = `The policy type ${policy.type} is not part of this Coppice.`;
  throw new CoppiceError('operation-impossible', sentence);
}

async function refuseSecond(tx: Tx, clusterId: string, policy: Policy): Promise<void> {
  const family = (type: string) => type.slice(0, type.lastIndexOf('-'));
  const attached = await attachedPolicies(tx.db, clusterId);
  const other = attached.find((entry) => family(entry.policy.type) === family(policy.type));
  if (other === undefined) return;
  throw new CoppiceError(
    'action-conflict',
    `Only one instance of policy type (${policy.type}) can be attached to a cluster, but another instance (${other.policy.name}) is found attached to the cluster (${clusterId}) already. Detach it first: coppice cluster policy-detach ${clusterId} ${other.policy.name}`,
  );
}

/** What is in one region cannot serve nodes that another policy places in several. */
async function refuseAcrossRegions(
  tx: Tx,
  clusterId: string,
  policy: Policy,
  services: ActionServices,
): Promise<void> {
  const all = [policy, ...(await attachedPolicies(tx.db, clusterId)).map((entry) => entry.policy)];
  const typed = all.map((one) => ({ policy: one, type: findPolicyType(one.type, services.policyTypes) }));
  const placing = typed.find(({ type }) => type?.regions !== undefined);
  const bound = typed.find(({ type }) => type?.withoutRegions !== undefined);
  if (placing === undefined || bound === undefined || ![placing.policy, bound.policy].includes(policy))
    return;
  const other = placing.policy === policy ? bound.policy : placing.policy;
  throw new CoppiceError(
    'action-conflict',
    `The policy ${bound.policy.name} (${bound.policy.type}) cannot be attached beside ${placing.policy.name} (${placing.policy.type}), which places nodes in regions: ${bound.type?.withoutRegions}. Detach ${other.name} first: coppice cluster policy-detach ${clusterId} ${other.name}`,
  );
}

async function requirePolicy(db: Db, context: ActionContext): Promise<Policy> {
  const policyId = policyIdOf(context);
  const policy = await getPolicy(db, policyId);
  if (policy === undefined)
    throw new CoppiceError('resource-not-found', `The policy '${policyId}' could not be found.`);
  return policy;
}

async function requireBinding(db: Db, context: ActionContext) {
  const policyId = policyIdOf(context);
  const binding = await findBinding(db, context.action.target, policyId);
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
