/**
 * What an action on a cluster is going to do, decided before anything is touched: pure, recorded with the
 * action, and shown.
 *
 *     ClusterFacts --make-plan--> ClusterPlan --amend-plan: each attached policy, by priority--> recorded
 *         --> carried out
 *
 * The groups of a plan are carried out one after the other, the nodes of one group side by side; a group in
 * which a node fails ends the plan. Nothing here reads a database or knows a policy:
 * `policies/policy-type.ts` says how a policy amends a plan, `actions/cluster/carry-out-plan.ts` does what
 * the plan says.
 */
import type { NodeActionName } from '../domain/action-requests.ts';
import type { JsonObject } from '../domain/json.ts';
import type { NodeStatus } from '../domain/states.ts';
import type { HealthState } from '../domain/health-record.ts';

/** A node of the cluster, as far as it counts for a plan. Times in milliseconds. */
export interface MemberFacts {
  readonly id: string;
  readonly name: string;
  readonly index: number;
  readonly status: NodeStatus;
  readonly profileId: string;
  /** When the profile that it has was created. */
  readonly profileCreatedAt: number;
  /** Marked by a user as one to be removed first. */
  readonly tainted: boolean;
  readonly createdAt: number | null;
  /** What the health record says of the node as it is now; null: nothing is known. */
  readonly health: HealthState | null;
  readonly quarantined: boolean;
  /** Its availability zone; null: it has none, or it is not known. */
  readonly zone: string | null;
  /** The region of the cloud in which it was placed; null: in none, so that it is where Coppice works. */
  readonly region: string | null;
}

export interface ClusterFacts {
  readonly id: string;
  readonly name: string;
  readonly profileId: string;
  readonly minSize: number;
  /** -1: no limit. */
  readonly maxSize: number;
  /** Of any cluster, whatever its own limits are. */
  readonly mostNodes: number;
  readonly desiredCapacity: number;
  /** By index. */
  readonly members: readonly MemberFacts[];
  /** Nodes in no cluster that the action names. */
  readonly outsiders: readonly MemberFacts[];
  /**
   * Availability zones that have an outage by the health policy, which no operator has released; one of a
   * region as `RegionTwo/az1`.
   */
  readonly zonesInOutage: readonly string[];
  readonly now: number;
}

export type NodeOperation = Extract<
  NodeActionName,
  | 'NODE_CREATE'
  | 'NODE_DELETE'
  | 'NODE_JOIN'
  | 'NODE_LEAVE'
  | 'NODE_UPDATE'
  | 'NODE_CHECK'
  | 'NODE_RECOVER'
  | 'NODE_OPERATION'
>;

export interface PlannedNode {
  readonly operation: NodeOperation;
  /** null: a node that does not exist yet. */
  readonly nodeId: string | null;
  readonly name: string | null;
  /** Why this node; '' where the operation is for every node. */
  readonly reason: string;
  /** Of the node's action: the new profile, where to place a new node, ... */
  readonly inputs: JsonObject;
  /** What policies do beside the operation; absent: nothing. */
  readonly steps?: readonly PlannedStep[];
}

export interface PlannedStep {
  /** The name of the policy. */
  readonly by: string;
  /** `removed from the pool 5d3c... before` */
  readonly step: string;
}

export interface PlanGroup {
  readonly nodes: readonly PlannedNode[];
  /** How long to wait before the next group begins. */
  readonly pauseMs: number;
}

/** How many nodes there are, and how many there are to be. */
export interface PlannedSize {
  readonly current: number;
  readonly desired: number;
  readonly minSize: number;
  readonly maxSize: number;
  /** Places that are left free: of nodes that go, and are still wanted. Absent: none. */
  readonly vacant?: number;
}

/** Who decided what of the plan. */
export interface PlanDecision {
  /** The action, or the name of a policy. */
  readonly by: string;
  readonly reason: string;
}

/** Some of the members, of which so many go that serve. */
export interface LeavingShare {
  /** `region RegionTwo`, `zone az1`: why one of them goes. */
  readonly from: string;
  readonly count: number;
  readonly nodes: ReadonlySet<string>;
}

export interface ClusterPlan {
  readonly action: string;
  /** null: the action does not change the size. */
  readonly size: PlannedSize | null;
  /** How long to wait before the first group begins. */
  readonly waitMs: number;
  readonly groups: readonly PlanGroup[];
  /** Of which members the nodes are that go, and a policy chooses after this; absent: of all. */
  readonly leavingShares?: readonly LeavingShare[];
  /** The action's own decision first, then those of the policies in the order in which they were applied. */
  readonly decisions: readonly PlanDecision[];
}

export function nodesOf(plan: Pick<ClusterPlan, 'groups'>, operation: NodeOperation): PlannedNode[] {
  return plan.groups.flatMap((group) => group.nodes.filter((node) => node.operation === operation));
}

/** A group of nodes side by side; none where there are no nodes. */
export function group(nodes: readonly PlannedNode[]): PlanGroup[] {
  return nodes.length === 0 ? [] : [{ nodes, pauseMs: 0 }];
}
