/**
 * The plan of each action on a cluster that touches its nodes, from the inputs of the action: what the action
 * carries out, and what a dry run shows.
 */
import { planResize, planScaleIn, resizeRequest } from '../domain/capacity.ts';
import type { ClusterActionName } from '../domain/action-requests.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ClusterFacts, ClusterPlan, MemberFacts } from './cluster-plan.ts';
import { planForNodes, planProfileUpdate, planSize } from './make-plan.ts';

type MakePlan = (action: string, facts: ClusterFacts, inputs: JsonObject) => ClusterPlan;

const plans = {
  CLUSTER_CREATE: (action, facts) => planSize(action, facts, { desired: facts.desiredCapacity }),
  /** Inputs: `{adjustment_type?, number?, min_size?, max_size?, min_step?, strict?}`. */
  CLUSTER_RESIZE: (action, facts, inputs) =>
    planSize(action, facts, planResize(facts.members.length, facts, resizeRequest(inputs))),
  /** Inputs: `{count?}`, 1 if absent. How far it may go is asked when the policies have spoken. */
  CLUSTER_SCALE_OUT: (action, facts, inputs) =>
    planSize(action, facts, { desired: facts.members.length + countOf(inputs) }),
  /** Inputs: `{count?}`, 1 if absent; goes as far as the minimum allows. */
  CLUSTER_SCALE_IN: (action, facts, inputs) =>
    planSize(action, facts, { desired: planScaleIn(facts.members.length, facts, countOf(inputs)) }),
  /** Inputs: `{profile_id, ...}`. */
  CLUSTER_UPDATE: (action, facts, { profile_id: profileId }) =>
    planProfileUpdate(action, facts, String(profileId)),
  CLUSTER_CHECK: (action, { members }) => planForNodes(action, 'NODE_CHECK', members),
  /** Inputs: `{operation?, operation_params?}`. */
  CLUSTER_RECOVER: (action, { members }, inputs) =>
    planForNodes(action, 'NODE_RECOVER', members.filter(needsRecovery), operationOf(inputs)),
  CLUSTER_DELETE: (action, { members }) => planForNodes(action, 'NODE_DELETE', members),
} as const satisfies Partial<Record<ClusterActionName, MakePlan>>;

export type PlannedActionName = keyof typeof plans;

export function hasPlan(action: string): action is PlannedActionName {
  return Object.hasOwn(plans, action);
}

/**
 * The plan before any policy amends it.
 * @throws CoppiceError `bad-request` where the inputs contradict the cluster.
 */
export function planAction(action: PlannedActionName, facts: ClusterFacts, inputs: JsonObject): ClusterPlan {
  return plans[action](action, facts, inputs);
}

function countOf(inputs: JsonObject): number {
  return typeof inputs['count'] === 'number' ? inputs['count'] : 1;
}

function needsRecovery({ status, health }: MemberFacts): boolean {
  return status !== 'ACTIVE' || health === 'FAILED';
}

function operationOf({ operation, operation_params: parameters }: JsonObject): JsonObject {
  return {
    ...(operation === undefined ? {} : { operation }),
    ...(parameters === undefined ? {} : { operation_params: parameters }),
  };
}
