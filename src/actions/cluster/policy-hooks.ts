/** The hooks of the policies that are attached to a cluster and enabled: before an action, and after it. */
import { clusterFacts } from '../../clusters/cluster-facts.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import type { PlanAmender } from '../../plans/amend-plan.ts';
import type { ClusterPlan } from '../../plans/cluster-plan.ts';
import type { PolicyType } from '../../policies/policy-type.ts';
import { findPolicyType } from '../../policies/registry.ts';
import { readPolicy } from '../../policies/read-policy.ts';
import { attachedPolicies, updateBinding, type AttachedPolicy } from '../../store/cluster-policies.ts';
import { getCluster } from '../../store/clusters.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { ActionServices } from '../services.ts';

interface Hooked extends AttachedPolicy {
  readonly type: PolicyType;
  readonly value: unknown;
}

export interface PolicyHooks {
  readonly amenders: readonly PlanAmender[];
  /** Whether one of them has something to do after the action. */
  readonly tellsPolicies: boolean;
}

export async function hooksOf(db: Db, clusterId: string, services: ActionServices): Promise<PolicyHooks> {
  const hooked = await hookedPolicies(db, clusterId, services);
  return {
    amenders: hooked.flatMap((each) => amenderOf(each) ?? []),
    tellsPolicies: hooked.some(({ type }) => type.after !== undefined),
  };
}

function amenderOf({ type, value, policy, binding }: Hooked): PlanAmender | undefined {
  if (type.before === undefined) return undefined;
  return {
    policyName: policy.name,
    priority: binding.priority,
    amend: (plan, facts) => type.before?.({ plan, facts, value, binding }) ?? null,
  };
}

/** In the transaction that follows the action's work; the policies say what their bindings remember of it. */
export async function afterPlan(
  tx: Tx,
  context: ActionContext,
  services: ActionServices,
  plan: ClusterPlan,
  succeeded: boolean,
): Promise<void> {
  const cluster = await getCluster(tx.db, context.action.target);
  // It was deleted, and its bindings with it.
  if (cluster === undefined) return;
  const facts = await clusterFacts(tx.db, cluster, context.now());
  for (const { type, value, binding } of await hookedPolicies(tx.db, cluster.id, services)) {
    const changes = type.after?.({ plan, facts, value, binding, succeeded }) ?? null;
    if (changes !== null) await updateBinding(tx, binding.id, changes);
  }
}

/** By priority. A type without hooks is not read. */
async function hookedPolicies(db: Db, clusterId: string, services: ActionServices): Promise<Hooked[]> {
  const hooked: Hooked[] = [];
  for (const attached of await attachedPolicies(db, clusterId)) {
    const type = findPolicyType(attached.policy.type, services.policyTypes);
    if (!attached.binding.enabled || type === undefined) continue;
    if (type.before === undefined && type.after === undefined) continue;
    hooked.push({ ...attached, type, value: readPolicy(type, attached.policy) });
  }
  return hooked;
}
