/**
 * The plan of each action on a cluster that touches its nodes, from the inputs of the action: what the action
 * carries out, and what a dry run shows.
 */
import { planResize, planScaleIn, resizeRequest } from '../domain/capacity.ts';
import type { ClusterActionName } from '../domain/action-requests.ts';
import { CoppiceError } from '../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import type { ClusterFacts, ClusterPlan, MemberFacts } from './cluster-plan.ts';
import { planForNodes, planMembers, planProfileUpdate, planSize } from './make-plan.ts';

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
  /** Inputs: `{new_profile_id, ...}`. */
  CLUSTER_UPDATE: (action, facts, { new_profile_id: profileId }) =>
    planProfileUpdate(action, facts, profileId as string),
  /** Inputs: `{nodes}`, their ids. */
  CLUSTER_ADD_NODES: (action, facts, { nodes }) =>
    planMembers(action, facts, { joining: outsidersOf(facts, nodes), leaving: [] }),
  /** Inputs: `{candidates, destroy_after_deletion?}`. */
  CLUSTER_DEL_NODES: (action, facts, { candidates, destroy_after_deletion: destroy }) =>
    planMembers(action, facts, {
      joining: [],
      leaving: membersOf(facts, candidates),
      ...(destroy === true ? { by: 'NODE_DELETE' } : {}),
    }),
  /** Inputs: `{candidates}`: for each node that leaves the one that takes its place. */
  CLUSTER_REPLACE_NODES: (action, facts, { candidates }) => {
    const pairs = Object.entries(isJsonObject(candidates) ? candidates : {});
    return planMembers(action, facts, {
      joining: outsidersOf(
        facts,
        pairs.map(([, replacement]) => replacement),
      ),
      leaving: membersOf(
        facts,
        pairs.map(([old]) => old),
      ),
    });
  },
  CLUSTER_CHECK: (action, { members }) => planForNodes(action, 'NODE_CHECK', members),
  /** Inputs: `{operation?, operation_params?}`. */
  CLUSTER_RECOVER: (action, { members }, inputs) =>
    planForNodes(action, 'NODE_RECOVER', members.filter(needsRecovery), operationOf(inputs)),
  /** Inputs: `{operation, params, nodes}`; nodes that are gone meanwhile are left out. */
  CLUSTER_OPERATION: (action, { members }, { nodes, operation, params }) => {
    const wanted = new Set(Array.isArray(nodes) ? nodes : []);
    const inputs = { operation: operation ?? null, params: params ?? {} };
    return planForNodes(
      action,
      'NODE_OPERATION',
      members.filter(({ id }) => wanted.has(id)),
      inputs,
    );
  },
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

/** The nodes that the inputs name and that are not of the cluster. */
export function nodesToJoin(action: string, { nodes, candidates }: JsonObject): string[] {
  if (action !== 'CLUSTER_ADD_NODES' && action !== 'CLUSTER_REPLACE_NODES') return [];
  const named = Array.isArray(nodes) ? nodes : isJsonObject(candidates) ? Object.values(candidates) : [];
  return named.map(String);
}

function membersOf({ members }: ClusterFacts, ids: Json | undefined): MemberFacts[] {
  return pick(members, ids, (id) => `Node ${id} is not a member of the cluster.`);
}

/** What was so when the action was requested may have changed. */
function outsidersOf({ outsiders }: ClusterFacts, ids: Json | undefined): MemberFacts[] {
  const found = pick(outsiders, ids, (id) => `Node ${id} is gone, or already owned by some cluster.`);
  const inactive = found.find(({ status }) => status !== 'ACTIVE');
  if (inactive !== undefined)
    throw new CoppiceError('bad-request', `Node ${inactive.id} is not in ACTIVE status.`);
  return found;
}

function pick(
  nodes: readonly MemberFacts[],
  ids: Json | undefined,
  missing: (id: string) => string,
): MemberFacts[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return (Array.isArray(ids) ? ids : []).map((id) => {
    const node = byId.get(String(id));
    if (node === undefined) throw new CoppiceError('bad-request', missing(String(id)));
    return node;
  });
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
