/**
 * Which nodes of a plan are registered where a policy wants them, and which are deregistered: the same rule
 * by which the actions of the nodes do it (`actions/registrations.ts`).
 */
import { count } from '../recovery/describe.ts';
import type { Amendment } from './amend-plan.ts';
import type { ClusterPlan, NodeOperation, PlannedNode } from './cluster-plan.ts';

export interface RegisteringPolicy {
  readonly policyName: string;
  /** `the pool 5d3c...` */
  readonly where: string;
  /** Whether a node serves no more after an operation (stop, start), or again; undefined: as before. */
  readonly serviceAfter: (operation: string) => 'ENDS' | 'BEGINS' | undefined;
}

type Change = 'REGISTER' | 'DEREGISTER' | 'AGAIN';

const changes: Readonly<Partial<Record<NodeOperation, Change>>> = {
  NODE_CREATE: 'REGISTER',
  NODE_JOIN: 'REGISTER',
  NODE_DELETE: 'DEREGISTER',
  NODE_LEAVE: 'DEREGISTER',
  NODE_UPDATE: 'AGAIN',
  NODE_RECOVER: 'AGAIN',
};

const inWords: Readonly<Record<Change, (where: string) => string>> = {
  REGISTER: (where) => `added to ${where} once it works`,
  DEREGISTER: (where) => `removed from ${where} before`,
  AGAIN: (where) => `where it is made again: removed from ${where} before, and added once it works`,
};

export function registrationSteps(plan: ClusterPlan, policy: RegisteringPolicy): Amendment {
  let added = 0;
  let removed = 0;
  const withStep = (node: PlannedNode): PlannedNode => {
    const change = changeOf(node, policy);
    if (change === undefined) return node;
    if (change !== 'DEREGISTER') added += 1;
    if (change !== 'REGISTER') removed += 1;
    const step = { by: policy.policyName, step: inWords[change](policy.where) };
    return { ...node, steps: [...(node.steps ?? []), step] };
  };
  const groups = plan.groups.map((group) => ({ ...group, nodes: group.nodes.map(withStep) }));
  if (added + removed === 0) return null;
  const parts = [
    ...(added === 0 ? [] : [`${count(added, 'node')} added to ${policy.where}`]),
    ...(removed === 0 ? [] : [`${count(removed, 'node')} removed from ${policy.where}`]),
  ];
  return { plan: { ...plan, groups }, reason: parts.join(', ') };
}

function changeOf({ operation, inputs }: PlannedNode, policy: RegisteringPolicy): Change | undefined {
  if (operation !== 'NODE_OPERATION') return changes[operation];
  const { operation: name } = inputs;
  const service = typeof name === 'string' ? policy.serviceAfter(name) : undefined;
  if (service === undefined) return undefined;
  return service === 'BEGINS' ? 'REGISTER' : 'DEREGISTER';
}
