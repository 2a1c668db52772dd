/**
 * What Coppice keeps, as values. Times are milliseconds since 1970 in UTC; ids are UUIDs; `project`, `user`
 * and `domain` say whose it is (one fixed owner where authentication is `none`).
 */
import type { WorkflowServiceName } from './workflow-service-name.ts';
import type { JsonObject } from './json.ts';
import type {
  ActionStatus,
  ClusterStatus,
  NodeStatus,
  RecoveryMode,
  RecoveryOrigin,
  RecoveryState,
  RecoveryStepState,
  RowPurpose,
} from './states.ts';

export interface Owner {
  readonly project: string;
  readonly user: string;
  readonly domain: string | null;
}

/** What a profile or policy is made from, as the user wrote it. */
export interface Spec {
  readonly type: string;
  readonly version: string;
  readonly properties: JsonObject;
}

export interface Profile extends Owner {
  readonly id: string;
  readonly name: string;
  /** `local.process-1.0` */
  readonly type: string;
  readonly spec: Spec;
  readonly metadata: JsonObject;
  readonly createdAt: number;
  readonly updatedAt: number | null;
}

export interface Policy extends Owner {
  readonly id: string;
  readonly name: string;
  /** `senlin.policy.health-1.3` */
  readonly type: string;
  readonly spec: Spec;
  readonly data: JsonObject;
  readonly createdAt: number;
  readonly updatedAt: number | null;
}

export interface Cluster extends Owner {
  readonly id: string;
  readonly name: string;
  readonly profileId: string;
  readonly minSize: number;
  /** -1: no limit. */
  readonly maxSize: number;
  readonly desiredCapacity: number;
  readonly nextIndex: number;
  /** Seconds an action of this cluster may take. */
  readonly timeout: number;
  readonly status: ClusterStatus;
  readonly statusReason: string;
  readonly metadata: JsonObject;
  readonly config: JsonObject;
  readonly data: JsonObject;
  readonly dependents: JsonObject;
  /** When it was requested; `createdAt` is when its creation ended. */
  readonly initAt: number;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
}

export interface Node extends Owner {
  readonly id: string;
  readonly name: string;
  /** null: an orphan, in no cluster. */
  readonly clusterId: string | null;
  readonly profileId: string;
  /** Place in the cluster, from 1; -1 for an orphan. */
  readonly index: number;
  readonly role: string;
  readonly physicalId: string | null;
  readonly status: NodeStatus;
  readonly statusReason: string;
  readonly metadata: JsonObject;
  /** What the profile type keeps of the node (a pid, a port, ...). */
  readonly data: JsonObject;
  readonly dependents: JsonObject;
  readonly tainted: boolean;
  readonly initAt: number;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
}

/** What a user may do in a project. */
export const knownRoles = ['reader', 'member', 'admin'] as const;
export type Role = (typeof knownRoles)[number];

/** What a receiver can start: the actions on a cluster that a request can name, and its deletion. */
export const receiverActions = [
  'CLUSTER_ADD_NODES',
  'CLUSTER_ATTACH_POLICY',
  'CLUSTER_CHECK',
  'CLUSTER_DELETE',
  'CLUSTER_DEL_NODES',
  'CLUSTER_DETACH_POLICY',
  'CLUSTER_RECOVER',
  'CLUSTER_REPLACE_NODES',
  'CLUSTER_RESIZE',
  'CLUSTER_SCALE_IN',
  'CLUSTER_SCALE_OUT',
  'CLUSTER_UPDATE_POLICY',
] as const;
export type ReceiverAction = (typeof receiverActions)[number];

/** A URL that starts an action on a cluster. */
export interface Receiver extends Owner {
  readonly id: string;
  readonly name: string;
  readonly type: 'webhook';
  readonly clusterId: string;
  readonly action: ReceiverAction;
  /** Of the action; those of the call win. */
  readonly params: JsonObject;
  readonly channel: { readonly alarm_url: string };
  /** Those that its user had when it was created. */
  readonly roles: readonly Role[];
  readonly createdAt: number;
  readonly updatedAt: number | null;
}

/** A policy attached to a cluster. */
export interface ClusterPolicy {
  readonly id: string;
  readonly clusterId: string;
  readonly policyId: string;
  readonly enabled: boolean;
  readonly priority: number;
  readonly data: JsonObject | null;
  readonly lastOp: number | null;
}

/** Who requested an action (Senlin's `cause`). */
export type ActionCause = 'RPC Request' | 'Derived Action' | 'Health Policy';

export interface Action extends Owner {
  readonly id: string;
  readonly name: string;
  /** `CLUSTER_RECOVER`, `NODE_CREATE`, ... */
  readonly action: string;
  readonly cause: ActionCause;
  /** Id of the cluster or node that it is about. */
  readonly target: string;
  readonly clusterId: string | null;
  readonly parentId: string | null;
  /** Of the request over the API that it comes from; null: it comes from none. */
  readonly requestId: string | null;
  readonly status: ActionStatus;
  readonly statusReason: string;
  /** The process that runs it now. */
  readonly owner: string | null;
  readonly inputs: JsonObject;
  readonly outputs: JsonObject;
  readonly data: JsonObject;
  /** Seconds; 0: no limit. */
  readonly timeout: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly updatedAt: number | null;
}

export const eventLevels = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 } as const;
export type EventLevel = keyof typeof eventLevels;

export interface Event {
  readonly id: string;
  /** Order of commit; what a stream resumes from. */
  readonly seq: number;
  readonly timestamp: number;
  readonly level: EventLevel;
  readonly otype: 'CLUSTER' | 'NODE' | 'RECOVERY';
  readonly oid: string;
  readonly oname: string;
  readonly clusterId: string | null;
  readonly action: string;
  readonly status: string;
  readonly statusReason: string;
  readonly metaData: JsonObject;
  readonly project: string;
  readonly user: string;
}

/** One failure of one node, from the moment it is confirmed until it is closed. Its owner is the node's. */
export interface Recovery extends Owner {
  readonly id: string;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly clusterId: string | null;
  /** null: requested by an operator, with no policy. */
  readonly policyId: string | null;
  /** The NODE_RECOVER that carries it out; null until one was started. */
  readonly actionId: string | null;
  readonly state: RecoveryState;
  /** OBSERVE: what would be done was decided and recorded, and nothing was touched. */
  readonly mode: RecoveryMode;
  readonly failure: { readonly class: string; readonly reason: string };
  /** When the first failed probe of this failure was seen; the recovery opens once it is confirmed. */
  readonly failedAt: number;
  readonly openedAt: number;
  /** When its result was certain; hooks may follow. null: not yet, or the chain was never begun. */
  readonly settledAt: number | null;
  readonly closedAt: number | null;
  readonly origin: RecoveryOrigin;
  /** Of RECOVERED: the item of the chain after which the node was healthy. */
  readonly helped: string | null;
  /** What it continues; null: the node failed for the first time. */
  readonly relapse: Relapse | null;
  /**
   * When the node failed again so soon that this recovery counts as one that did not help; null: it did not.
   */
  readonly relapsedAt: number | null;
}

/** What keeps a profile or a policy from being deleted. */
export interface UserOfObject {
  readonly kind: 'cluster' | 'node';
  readonly name: string;
  readonly project: string;
}

/** A process or server that RECREATE has stopped and keeps, instead of removing it. */

export interface Retained extends Owner {
  readonly id: string;
  readonly nodeId: string;
  /** The node, its cluster and the recovery may be gone. */
  readonly nodeName: string;
  readonly clusterId: string | null;
  /** Whose RECREATE has kept it. */
  readonly recoveryId: string;
  /** `local.process-1.0` */
  readonly profileType: string;
  /** As the row of its node named it. */
  readonly physicalId: string;
  readonly data: JsonObject;
  readonly stoppedAt: number;
  /** When it is removed. */
  readonly until: number;
}

/** A failure so soon after RECOVERED that the recovery before did not help: both are the same trouble. */
export interface Relapse {
  /** The recovery before. */
  readonly of: string;
  /** Its item of the chain that had seemed to help. */
  readonly helped: string | null;
  /**
   * The failure classes that the recoveries before were for: an item whose `when` names none of them was not
   * run. Absent: recorded by an earlier version.
   */
  readonly failures?: readonly string[];
  /** How often the node has failed in this trouble, this time included: 2 or more. */
  readonly times: number;
  /** When it failed for the first time. */
  readonly since: number;
  /**
   * How long it was healthy after the recovery before, and at least and at most after all of them.
   * Milliseconds.
   */
  readonly healthyMs: number;
  readonly shortestMs: number;
  readonly longestMs: number;
}

export interface RecoveryStep {
  readonly id: string;
  readonly recoveryId: string;
  readonly seq: number;
  /** The action's name: REBOOT, WORKFLOW, ... */
  readonly name: string;
  /** Where it stands in the chain: `actions[0]`, `actions[0].before[0]`, ... or the id that the user gave. */
  readonly item: string;
  readonly purpose: RowPurpose;
  /** Of a WORKFLOW; null: of another action, or kept before names were. */
  readonly workflowName: string | null;
  readonly attempt: number;
  readonly state: RecoveryStepState;
  readonly reason: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly executionId: string | null;
  /** What runs that execution; null: there is none. */
  readonly workflowService: WorkflowServiceName | null;
  readonly output: JsonObject | null;
  /** Of a verification: the id of the step that it verifies; null: of another step, or of the whole chain. */
  readonly verifies: string | null;
  /** Of a verification: when it is given up. */
  readonly deadline: number | null;
}

export interface RecoveryDecision {
  readonly recoveryId: string;
  readonly seq: number;
  readonly at: number;
  /** `open`, `hold`, `start`, `skip`, `verify`, `close`, ... */
  readonly decision: string;
  readonly reason: string;
}
