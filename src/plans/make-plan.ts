/** The plan of each action on a cluster, before any policy amends it. */
import { tooManyNodes, type Resizing } from '../domain/capacity.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Placement } from '../domain/placement.ts';
import { count } from '../recovery/describe.ts';
import { group } from './cluster-plan.ts';
import type {
  ClusterFacts,
  ClusterPlan,
  MemberFacts,
  NodeOperation,
  PlannedNode,
  PlannedSize,
} from './cluster-plan.ts';
import { inRemovalOrder, inUpdateOrder } from './removal-order.ts';

/** Size as requested; what is left out stays as it is. */
export type WantedSize = Pick<PlannedSize, 'desired'> &
  Partial<Pick<PlannedSize, 'minSize' | 'maxSize'>> &
  Pick<Resizing, 'asked'>;

/** Nodes are added, or the first in `inRemovalOrder` are removed. */
export function planSize(action: string, facts: ClusterFacts, { asked, ...wanted }: WantedSize): ClusterPlan {
  const { minSize, maxSize, members } = facts;
  const size: PlannedSize = { minSize, maxSize, ...wanted, current: members.length };
  return {
    action,
    size,
    waitMs: 0,
    groups: group(nodesForSize(facts, size.desired)),
    decisions: [{ by: action, reason: asked === undefined ? sizeInWords(size) : cutInWords(asked, size) }],
  };
}

/** Another size for a plan that has one: the nodes are chosen again. */
export function withDesired(plan: ClusterPlan, facts: ClusterFacts, desired: number): ClusterPlan {
  if (plan.size === null) return plan;
  return { ...plan, size: { ...plan.size, desired }, groups: group(nodesForSize(facts, desired)) };
}

/** @throws CoppiceError `bad-request` for a size that no cluster can have. */
function nodesForSize({ members, mostNodes }: ClusterFacts, desired: number): PlannedNode[] {
  // Before a plan names each of them.
  if (desired > mostNodes && desired > members.length)
    throw new CoppiceError('bad-request', tooManyNodes(desired, mostNodes));
  if (desired >= members.length) return Array.from({ length: desired - members.length }, () => newNode());
  return inRemovalOrder(members)
    .slice(0, members.length - desired)
    .map(({ member, reason }) => planned('NODE_DELETE', member, reason));
}

/** `from 4 to 6 nodes` */
export function sizeInWords({ current, desired }: Pick<PlannedSize, 'current' | 'desired'>): string {
  if (desired === current) return `${count(current, 'node')}, as before`;
  return `from ${current} to ${count(desired, 'node')}`;
}

/** `20 nodes, limited to 9 by max_size` */
function cutInWords(asked: number, { desired }: PlannedSize): string {
  const limit = asked > desired ? 'max_size' : 'min_size';
  return `${count(asked, 'node')}, limited to ${desired} by ${limit}`;
}

/** The same operation for some of the nodes, all side by side. */
export function planForNodes(
  action: string,
  operation: NodeOperation,
  members: readonly MemberFacts[],
  inputs: JsonObject = {},
): ClusterPlan {
  return {
    action,
    size: null,
    waitMs: 0,
    groups: group(members.map((member) => planned(operation, member, '', inputs))),
    decisions: [{ by: action, reason: `${operation} for ${count(members.length, 'node')}` }],
  };
}

export interface MemberChanges {
  readonly joining: readonly MemberFacts[];
  readonly leaving: readonly MemberFacts[];
  /** How they leave; absent: they go on to be. */
  readonly by?: 'NODE_DELETE' | 'NODE_LEAVE';
}

/** Nodes join, then others leave: the cluster has never fewer than before and after. */
export function planMembers(
  action: string,
  facts: ClusterFacts,
  { joining, leaving, by = 'NODE_LEAVE' }: MemberChanges,
): ClusterPlan {
  const { id, members, minSize, maxSize } = facts;
  const current = members.length;
  const size: PlannedSize = {
    minSize,
    maxSize,
    current,
    desired: current + joining.length - leaving.length,
  };
  const inputs = { cluster_id: id };
  return {
    action,
    size,
    waitMs: 0,
    groups: [
      ...group(joining.map((node) => planned('NODE_JOIN', node, 'named in the request', inputs))),
      ...group(leaving.map((node) => planned(by, node, 'named in the request'))),
    ],
    decisions: [{ by: action, reason: membersInWords(joining.length, leaving.length, by) }],
  };
}

function membersInWords(joining: number, leaving: number, by: 'NODE_DELETE' | 'NODE_LEAVE'): string {
  const parts = [
    ...(joining === 0 ? [] : [`${count(joining, 'node')} to join`]),
    ...(leaving === 0 ? [] : [`${count(leaving, 'node')} ${by === 'NODE_LEAVE' ? 'to leave' : 'to delete'}`]),
  ];
  return parts.join(', ');
}

/** A new profile is carried out node by node, so that a bad one costs one node and not the cluster. */
export function planProfileUpdate(action: string, facts: ClusterFacts, profileId: string): ClusterPlan {
  const outdated = facts.members.filter((member) => member.profileId !== profileId);
  const inputs = { new_profile_id: profileId };
  return {
    action,
    size: null,
    waitMs: 0,
    groups: inUpdateOrder(outdated).flatMap(({ member, reason }) =>
      group([planned('NODE_UPDATE', member, reason, inputs)]),
    ),
    decisions: [{ by: action, reason: `a new profile for ${count(outdated.length, 'node')}` }],
  };
}

/** One node that a user creates in a cluster. @param placement what its profile says. */
export function planNewNode(placement: Placement): ClusterPlan {
  const action = 'NODE_CREATE';
  const inputs: JsonObject = Object.keys(placement).length === 0 ? {} : { placement: { ...placement } };
  const decisions = [{ by: action, reason: '1 new node' }];
  return { action, size: null, waitMs: 0, groups: group([{ ...newNode(), inputs }]), decisions };
}

function newNode(): PlannedNode {
  return { operation: 'NODE_CREATE', nodeId: null, name: null, reason: '', inputs: {} };
}

export function planned(
  operation: NodeOperation,
  { id, name }: MemberFacts,
  reason: string,
  inputs: JsonObject = {},
): PlannedNode {
  return { operation, nodeId: id, name, reason, inputs };
}
