/**
 * The policies of a cluster amend the plan of an action, one after the other in the order of their priority:
 * each is given the plan as the ones before it left it. A policy may also refuse the action. What a policy
 * makes of a plan is checked: a plan that contradicts itself is a mistake of the policy type, and nothing of
 * it is carried out.
 */
import { CoppiceError } from '../domain/errors.ts';
import { nodesOf } from './cluster-plan.ts';
import type { ClusterFacts, ClusterPlan, PlanGroup } from './cluster-plan.ts';
import { sizeInWords } from './make-plan.ts';

/** What a policy makes of a plan. null: it has nothing to say about this action. */
export type Amendment =
  | { readonly plan: ClusterPlan; readonly reason: string }
  | { readonly refused: string }
  | null;

/** An attached policy that is enabled. */
export interface PlanAmender {
  readonly policyName: string;
  /** The smaller number is applied first. */
  readonly priority: number;
  amend(plan: ClusterPlan, facts: ClusterFacts): Amendment;
}

/** @throws CoppiceError `operation-impossible` where a policy refuses the action. */
export function amendPlan(
  plan: ClusterPlan,
  facts: ClusterFacts,
  amenders: readonly PlanAmender[],
): ClusterPlan {
  const inOrder = [...amenders].sort(
    (one, other) => one.priority - other.priority || (one.policyName < other.policyName ? -1 : 1),
  );
  return inOrder.reduce((before, amender) => amendedBy(amender, before, facts), plan);
}

function amendedBy(amender: PlanAmender, before: ClusterPlan, facts: ClusterFacts): ClusterPlan {
  const { policyName } = amender;
  const amendment = amender.amend(before, facts);
  if (amendment === null) return before;
  if ('refused' in amendment) {
    const sentence = `The policy ${policyName} refuses ${before.action}: ${amendment.refused}`;
    throw new CoppiceError('operation-impossible', sentence);
  }
  const { size, waitMs, groups, leavingShares } = amendment.plan;
  const changed = size !== null && size.desired !== before.size?.desired;
  const reason = changed ? `${amendment.reason}: ${sizeInWords(size)}` : amendment.reason;
  const decision = { by: policyName, reason };
  // What the action is, and who decided what, is not the policy's to change.
  const after = {
    ...before,
    size,
    waitMs,
    ...(leavingShares === undefined ? {} : { leavingShares }),
    groups: groups.filter(hasNodes),
    decisions: [...before.decisions, decision],
  };
  const contradiction = contradictionIn(after, facts);
  if (contradiction === null) return after;
  throw new CoppiceError(
    'internal',
    `The policy ${policyName} made a plan that contradicts itself: ${contradiction}`,
  );
}

function hasNodes({ nodes }: PlanGroup): boolean {
  return nodes.length > 0;
}

function contradictionIn(plan: ClusterPlan, { members, outsiders }: ClusterFacts): string | null {
  const known = new Set(members.map((member) => member.id));
  const outside = new Set(outsiders.map((node) => node.id));
  const seen = new Set<string>();
  for (const { nodeId, operation } of plan.groups.flatMap((each) => each.nodes)) {
    if ((nodeId === null) !== (operation === 'NODE_CREATE'))
      return `${operation} of node ${nodeId ?? 'without an id'}`;
    if (nodeId === null) continue;
    if (operation === 'NODE_JOIN' && !outside.has(nodeId)) return `node ${nodeId} cannot join`;
    if (operation !== 'NODE_JOIN' && !known.has(nodeId)) return `node ${nodeId} is not in the cluster`;
    if (seen.has(nodeId)) return `node ${nodeId} is in it twice`;
    seen.add(nodeId);
  }
  if (plan.size === null) return null;
  const { current, desired, vacant = 0 } = plan.size;
  const added = nodesOf(plan, 'NODE_CREATE').length + nodesOf(plan, 'NODE_JOIN').length;
  const removed = nodesOf(plan, 'NODE_DELETE').length + nodesOf(plan, 'NODE_LEAVE').length;
  if (current + added - removed + vacant === desired) return null;
  return `${current} nodes with ${added} added and ${removed} removed are not ${desired}`;
}
