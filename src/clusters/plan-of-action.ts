/**
 * The plan of an action on a cluster as it is now: made from its nodes and what is known of their health,
 * amended by the policies that are attached to it and enabled. The action carries it out; a dry run shows it.
 */
import { limitBroken } from '../domain/capacity.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Cluster, Node } from '../domain/model.ts';
import type { Placement } from '../domain/placement.ts';
import { nodesToJoin, planAction, type PlannedActionName } from '../plans/action-plans.ts';
import { amendPlan, type PlanAmender } from '../plans/amend-plan.ts';
import type { ClusterFacts, ClusterPlan, PlannedNode } from '../plans/cluster-plan.ts';
import { planNewNode } from '../plans/make-plan.ts';
import { registrationSteps, type RegisteringPolicy } from '../plans/registration-steps.ts';
import type { LookedUp, PolicyType } from '../policies/policy-type.ts';
import { readPolicy } from '../policies/read-policy.ts';
import { findPolicyType } from '../policies/registry.ts';
import { attachedPolicies, updateBinding, type AttachedPolicy } from '../store/cluster-policies.ts';
import { getCluster } from '../store/clusters.ts';
import { profileTypeNames } from '../store/profiles.ts';
import type { ProfileType } from '../profiles/profile-type.ts';
import type { Db, Tx } from '../store/store.ts';
import { changedInPlace } from './changed-in-place.ts';
import { clusterFacts, type FactsTools } from './cluster-facts.ts';
import type { ProfileTools } from './managed-node.ts';

export interface PlanTools extends FactsTools, ProfileTools {
  /** Absent: those of this program. */
  readonly policyTypes?: readonly PolicyType[] | undefined;
}

export interface ActionToPlan {
  readonly action: PlannedActionName;
  readonly inputs: JsonObject;
  /** The same for each plan of one action. */
  readonly seed: string;
  /** By the id of the policy (`plan-look-ups.ts`). */
  readonly lookedUp: Readonly<Record<string, LookedUp>>;
}

export interface PlanOfAction {
  readonly plan: ClusterPlan;
  /** Whether an attached policy wants to know how the action ended. */
  readonly tellsPolicies: boolean;
}

/** An attached policy that is enabled, and its value. */
interface Hooked extends AttachedPolicy {
  readonly type: PolicyType;
  readonly value: unknown;
}

/**
 * @throws CoppiceError where a policy refuses the action, or its inputs or its size contradict the cluster.
 */
export async function planOfAction(
  tools: PlanTools,
  cluster: Cluster,
  request: ActionToPlan,
  now: number,
): Promise<PlanOfAction> {
  const facts = await clusterFacts(tools, cluster, now, nodesToJoin(request.action, request.inputs));
  const hooked = await hookedPolicies(tools.db, cluster.id, tools.policyTypes);
  const amenders = await amendersOf(tools, facts, hooked, request);
  const plan = amendPlan(planAction(request.action, facts, request.inputs), facts, amenders);
  if (plan.size !== null) refuseBeyondLimits(plan.size, facts);
  return { plan, tellsPolicies: hooked.some(({ type }) => type.after !== undefined) };
}

/**
 * The plan of a NODE_CREATE that no action on the cluster has planned: where policies place the node.
 * @param node with its row already, as one of the cluster.
 * @throws CoppiceError where a policy refuses it.
 */
export async function planOfNewNode(
  tools: PlanTools,
  cluster: Cluster,
  node: Pick<Node, 'id' | 'name'> & { readonly placement: Placement },
  request: Omit<ActionToPlan, 'action'>,
  now: number,
): Promise<ClusterPlan> {
  const known = await clusterFacts(tools, cluster, now);
  const facts = { ...known, members: known.members.filter(({ id }) => id !== node.id) };
  const hooked = await hookedPolicies(tools.db, cluster.id, tools.policyTypes);
  const plan = amendPlan(planNewNode(node.placement), facts, await amendersOf(tools, facts, hooked, request));
  const named = (planned: PlannedNode): PlannedNode => ({ ...planned, nodeId: node.id, name: node.name });
  return { ...plan, groups: plan.groups.map((each) => ({ ...each, nodes: each.nodes.map(named) })) };
}

async function amendersOf(
  tools: PlanTools,
  facts: ClusterFacts,
  hooked: readonly Hooked[],
  request: Omit<ActionToPlan, 'action'>,
): Promise<PlanAmender[]> {
  if (hooked.length === 0) return [];
  const profileType = await profileTypeOf(tools, facts);
  const profiles = facts.members.map(({ profileId }) => profileId);
  const known = {
    serviceAfter: (operation: string) => profileType?.operations[operation]?.service,
    changedInPlace: await changedInPlace(tools, profiles, request.inputs['new_profile_id']),
  };
  return hooked.flatMap((each) => [...amenderOf(each, request), ...registeringAmender(each, known)]);
}

function refuseBeyondLimits(size: NonNullable<ClusterPlan['size']>, { mostNodes }: ClusterFacts): void {
  const broken = limitBroken(size.desired, { ...size, mostNodes });
  if (broken !== null) throw new CoppiceError('bad-request', broken);
}

async function profileTypeOf(
  { db, profileTypes }: PlanTools,
  { profileId }: Pick<Cluster, 'profileId'>,
): Promise<ProfileType | undefined> {
  return profileTypes.find((await profileTypeNames(db, [profileId])).get(profileId) ?? '');
}

function amenderOf(
  { type, value, policy, binding }: Hooked,
  { inputs, seed, lookedUp }: Omit<ActionToPlan, 'action'>,
): PlanAmender[] {
  if (type.before === undefined) return [];
  const found = lookedUp[policy.id] ?? null;
  return [
    {
      policyName: policy.name,
      priority: binding.priority,
      amend: (plan, facts) =>
        type.before?.({ plan, facts, value, binding, inputs, seed, lookedUp: found }) ?? null,
    },
  ];
}

function registeringAmender(
  { type, policy, binding }: Hooked,
  known: Pick<RegisteringPolicy, 'serviceAfter' | 'changedInPlace'>,
): PlanAmender[] {
  const { registration } = type;
  if (registration === undefined) return [];
  const { name: policyName } = policy;
  const registering = { policyName, where: registration.where(binding.data), ...known };
  const amend: PlanAmender['amend'] = (plan, facts) => registrationSteps(plan, facts, registering);
  return [{ policyName, priority: binding.priority, amend }];
}

/** In the transaction that follows the action's work; the policies say what their bindings remember of it. */
export async function afterPlan(
  tx: Tx,
  clusterId: string,
  { plan, succeeded, now }: { readonly plan: ClusterPlan; readonly succeeded: boolean; readonly now: number },
  tools: Omit<PlanTools, 'db'>,
): Promise<void> {
  const cluster = await getCluster(tx.db, clusterId);
  // It was deleted, and its bindings with it.
  if (cluster === undefined) return;
  const facts = await clusterFacts({ ...tools, db: tx.db }, cluster, now);
  for (const { type, value, binding } of await hookedPolicies(tx.db, clusterId, tools.policyTypes)) {
    const changes = type.after?.({ plan, facts, value, binding, succeeded }) ?? null;
    if (changes !== null) await updateBinding(tx, binding.id, changes);
  }
}

/** Until when an attached policy refuses the action, and which; undefined: none does. */
export async function cooldownOf(
  db: Db,
  clusterId: string,
  action: string,
  now: number,
  types?: readonly PolicyType[],
): Promise<{ readonly policy: AttachedPolicy['policy']; readonly until: number } | undefined> {
  for (const { type, value, binding, policy } of await hookedPolicies(db, clusterId, types)) {
    const until = type.cooldown?.({ action, value, binding }) ?? null;
    if (until !== null && until > now) return { policy, until };
  }
  return undefined;
}

/** By priority. A type without hooks is not read. */
async function hookedPolicies(db: Db, clusterId: string, types?: readonly PolicyType[]): Promise<Hooked[]> {
  const hooked: Hooked[] = [];
  for (const attached of await attachedPolicies(db, clusterId)) {
    const type = findPolicyType(attached.policy.type, types);
    if (!attached.binding.enabled || type === undefined) continue;
    if (type.before === undefined && type.after === undefined && type.registration === undefined) continue;
    hooked.push({ ...attached, type, value: readPolicy(type, attached.policy) });
  }
  return hooked;
}
