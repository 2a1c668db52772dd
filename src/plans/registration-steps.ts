/**
 * Which nodes of a plan are registered where a policy wants them, and which are deregistered: the same rule
 * by which the actions of the nodes do it (`actions/registrations.ts`).
 */
import { count } from '../recovery/describe.ts';
import type { Amendment } from './amend-plan.ts';
import type { ClusterFacts, ClusterPlan, MemberFacts, NodeOperation, PlannedNode } from './cluster-plan.ts';

export interface RegisteringPolicy {
  readonly policyName: string;
  /** `the pool 5d3c...` */
  readonly where: string;
  /** Whether a node serves no more after an operation (stop, start), or again; undefined: as before. */
  readonly serviceAfter: (operation: string) => 'ENDS' | 'BEGINS' | undefined;
  /** Profiles whose nodes an update of the plan changes where they are, if they run. */
  readonly changedInPlace: ReadonlySet<string>;
}

/** REPLACED: it is made again. CORRECTED: it is not. MAY_BE_REPLACED: one of them, as the node is found. */
type Change = 'REGISTER' | 'DEREGISTER' | 'REPLACED' | 'CORRECTED' | 'MAY_BE_REPLACED';

const changes: Readonly<Partial<Record<NodeOperation, Change>>> = {
  NODE_CREATE: 'REGISTER',
  NODE_JOIN: 'REGISTER',
  NODE_DELETE: 'DEREGISTER',
  NODE_LEAVE: 'DEREGISTER',
  NODE_RECOVER: 'MAY_BE_REPLACED',
};

const inWords: Readonly<Record<Change, (where: string) => string>> = {
  REGISTER: (where) => `added to ${where} once it works`,
  DEREGISTER: (where) => `removed from ${where} before`,
  REPLACED: (where) => `removed from ${where} before, and added once it works`,
  CORRECTED: (where) => `its address in ${where} is checked, and corrected`,
  MAY_BE_REPLACED: (where) => `where it is made again: removed from ${where} before, and added once it works`,
};

/** In the order in which a plan says them. */
const summaries: readonly (readonly [Change, (nodes: string, where: string) => string])[] = [
  ['REGISTER', (nodes, where) => `${nodes} added to ${where}`],
  ['DEREGISTER', (nodes, where) => `${nodes} removed from ${where}`],
  ['REPLACED', (nodes, where) => `${nodes} removed from ${where} and added again`],
  ['MAY_BE_REPLACED', (nodes, where) => `${nodes} removed from ${where} and added again if made again`],
  ['CORRECTED', (nodes, where) => `${nodes} left in ${where}, the address checked and corrected`],
];

export function registrationSteps(
  plan: ClusterPlan,
  { members }: Pick<ClusterFacts, 'members'>,
  policy: RegisteringPolicy,
): Amendment {
  const { policyName, where } = policy;
  const byId = new Map(members.map((member) => [member.id, member]));
  const counts = new Map<Change, number>();
  const withStep = (node: PlannedNode): PlannedNode => {
    const change = changeOf(node, byId.get(node.nodeId ?? ''), policy);
    if (change === undefined) return node;
    counts.set(change, (counts.get(change) ?? 0) + 1);
    return { ...node, steps: [...(node.steps ?? []), { by: policyName, step: inWords[change](where) }] };
  };
  const groups = plan.groups.map((group) => ({ ...group, nodes: group.nodes.map(withStep) }));
  if (counts.size === 0) return null;
  const parts = summaries.flatMap(([change, summary]) => {
    const nodes = counts.get(change);
    return nodes === undefined ? [] : [summary(count(nodes, 'node'), where)];
  });
  return { plan: { ...plan, groups }, reason: parts.join(', ') };
}

function changeOf(
  { operation, inputs }: PlannedNode,
  member: MemberFacts | undefined,
  policy: RegisteringPolicy,
): Change | undefined {
  if (operation === 'NODE_UPDATE') return changeByUpdate(member, policy);
  if (operation !== 'NODE_OPERATION') return changes[operation];
  const { operation: name } = inputs;
  const service = typeof name === 'string' ? policy.serviceAfter(name) : undefined;
  if (service === undefined) return undefined;
  return service === 'BEGINS' ? 'REGISTER' : 'DEREGISTER';
}

/** What is gone or beyond a change is made again, also where the profiles could be exchanged in place. */
function changeByUpdate(member: MemberFacts | undefined, { changedInPlace }: RegisteringPolicy): Change {
  if (member === undefined) return 'MAY_BE_REPLACED';
  if (!changedInPlace.has(member.profileId)) return 'REPLACED';
  const runs = member.status === 'ACTIVE' && member.health !== 'FAILED';
  return runs ? 'CORRECTED' : 'MAY_BE_REPLACED';
}
