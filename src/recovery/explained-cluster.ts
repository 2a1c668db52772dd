/** What a cluster's health is explained from. Times in milliseconds since 1970. */
import type { WorkflowServiceName } from '../domain/workflow-service-name.ts';
import type { StartedBy } from '../domain/workflow-commands.ts';
import type { Failure } from '../domain/health-record.ts';
import type { Maintenance } from '../domain/maintenance.ts';
import type { JsonObject } from '../domain/json.ts';
import type { RecoveryMode, RowPurpose } from '../domain/states.ts';
import type { ClosedGate } from './gates.ts';
import type { NextUp } from './next-up.ts';
import type { Standing } from './standing.ts';
import type { StandingOutage } from './zone-outage.ts';

export interface ExplainedNode {
  readonly name: string;
  readonly standing: Standing;
  /** Since when the last probe has found it so; null: it is not known. */
  readonly since: number | null;
  /** When it was last found as it stands, or its status was last changed; null: it is not known. */
  readonly asOf: number | null;
  /** What the last probe said, or why there is none. */
  readonly reason: string;
  /** Its last probe found it healthy, whatever its standing. */
  readonly isHealthy: boolean;
  /** Its last probe could not say how it is, whatever its standing. */
  readonly isUnknown: boolean;
  /** It cannot be probed only because its member was deleted from a pool of a load balancer; null: it can. */
  readonly lostMember: LostMember | null;
  /** What it has failed to have (NOT_CREATED), since its last one was removed: `server`. null: it has one. */
  readonly lacks: string | null;
  /** Why it could not be created, of one that lacks what it stands for; null: not known. */
  readonly notCreated: { readonly at: number; readonly reason: string } | null;
  readonly failure: Failure | null;
  /** What it wrote before it ended is kept, and is not empty. */
  readonly hasLog: boolean;
  /** With which it failed first, where it was replaced since and that did not help; null: as now. */
  readonly firstFailure: { readonly failure: Failure; readonly failedAt: number } | null;
  readonly excluded: Maintenance | null;
  readonly quarantine: { readonly since: number; readonly reason: string } | null;
  /**
   * Its last recovery, which did not help; null: it has had none since it was last healthy or released from
   * quarantine, or the last one helped.
   */
  readonly tried: { readonly at: number; readonly reason: string } | null;
  /** The workflow for which its last recovery did not help; null: it was another cause. */
  readonly failedWorkflow: FailedWorkflow | null;
  readonly recovery: ExplainedRecovery | null;
  readonly next: NextUp;
  /** A hook after its last recovery failed: the node is healthy, and what the hook was for is not done. */
  readonly warning: ExplainedHookFailure | null;
}

/** A member that a policy of the cluster wants to be there: it is added again, and nothing is recovered. */
export interface LostMember {
  /** The id of the pool. */
  readonly pool: string;
  /** null: not as long as an operator or an action may be at work on the node. */
  readonly addedAgainAt: number | null;
}

/** A hook before an action, or an action, of a recovery that did not help. */
export interface FailedWorkflow {
  readonly name: string;
  readonly reason: string;
  readonly isHook: boolean;
  readonly service: WorkflowServiceName;
  /** null: it never started, or cannot be shown. */
  readonly executionId: string | null;
  /** Of a hook: the action that was not run; null: it is no hook, or that is not known. */
  readonly action: ExplainedStep['action'];
}

export interface ExplainedRecovery {
  readonly id: string;
  readonly mode: RecoveryMode;
  readonly startedAt: number | null;
  /** The step that runs, and what follows it, in a sentence; null: none runs. */
  readonly doing: string | null;
  /** null: none runs. */
  readonly step: ExplainedStep | null;
}

export interface ExplainedStep {
  readonly purpose: RowPurpose;
  /** `REBOOT`, `WORKFLOW drain`, `verification of REBOOT` */
  readonly label: string;
  /** Of a hook: the action before or after which it is run; null: it is no such hook. */
  readonly action: { readonly name: string; readonly label: string; readonly params: JsonObject } | null;
  readonly startedAt: number | null;
  /** What follows if it fails; null: it is not known. */
  readonly ifItFails: string | null;
  /** Of a WORKFLOW; null: there is none, or none that can be shown. */
  readonly execution: (StartedBy & { readonly isPaused: boolean }) | null;
  /** Why its execution cannot be shown, with the execution; absent: it can, or there is none. */
  readonly unseen?: StartedBy & { readonly problem: string };
  /** Of a workflow that its service has not begun: why it could not be reached; null: it is being asked. */
  readonly unbegun?: Pick<StartedBy, 'service'> & { readonly reason: string | null };
  /** The recovery is being cancelled. */
  readonly isCancelled?: boolean;
}

export interface ExplainedHookFailure {
  readonly recoveryId: string;
  /** `after WORKFLOW attach: ...` */
  readonly reason: string;
  readonly service: WorkflowServiceName;
  readonly executionId: string | null;
  /** The name of its workflow; absent: not known. */
  readonly workflow?: string;
}

/** One that a caller asked for, and that failed. */
export interface FailedActionOf {
  readonly id: string;
  readonly action: string;
  /** The name of the node; null: an action on the cluster itself. */
  readonly nodeName: string | null;
  readonly reason: string;
  readonly endedAt: number;
  /** It was refused before it began, and has changed nothing: its caller was told. */
  readonly isRefused: boolean;
  /** Of CLUSTER_UPDATE: how the profiles of the nodes are since; null: all have the cluster's. */
  readonly halfDone: HalfDoneUpdate | null;
  /**
   * Of a CLUSTER_UPDATE that has left every node with the cluster's profile: the one that was wanted, by its
   * name, or its id where the name is no help. Absent: another action, or it is gone.
   */
  readonly wantedProfile?: string;
}

/** A cluster whose nodes have not all its own profile, since an update to a new one has failed. */
export interface HalfDoneUpdate {
  /** The profile that was wanted, by its name, or its id where the name is no help; null: it is gone. */
  readonly wanted: string | null;
  /** The cluster's own, likewise. */
  readonly own: string;
  /** Those that nodes have, likewise. */
  readonly groups: readonly ProfileOfNodes[];
}

export interface ProfileOfNodes {
  readonly profile: string;
  readonly nodes: number;
  /** The name of the first of them. */
  readonly first: string;
}

/** An action that waits for the lifecycle hook of a node that is to go. */
export interface LifecycleWait {
  readonly actionId: string;
  /** `NODE_DELETE`, `NODE_LEAVE` */
  readonly action: string;
  /** `CLUSTER_SCALE_IN`: of which it is a part; null: of none. */
  readonly partOf: string | null;
  readonly nodeName: string;
  /** When the node goes at the latest. */
  readonly until: number;
}

export interface ClusterAfterActions {
  readonly name: string;
  readonly now: number;
  readonly desired: number;
  /** Nodes that there are more than desired, with no action under way. */
  readonly excess: number;
  readonly failedActions: readonly FailedActionOf[];
  readonly lifecycleWaits: readonly LifecycleWait[];
}

export interface ExplainedPolicy {
  readonly name: string;
  readonly enabled: boolean;
  readonly mode: RecoveryMode;
  /** One of its actions can create what a node lacks. */
  readonly creates: boolean;
}

export interface ExplainedCluster extends ClusterAfterActions {
  /** Nodes that there are fewer than desired, with no action under way. */
  readonly missing: number;
  readonly policy: ExplainedPolicy | null;
  /** What a change of a property of the profile does to each node, in a clause, by property. */
  readonly profileChanges: Readonly<Record<string, string>>;
  /** How many of its nodes an update to a new profile changes side by side, at most. */
  readonly updateBatch: number;
  readonly maintenance: Maintenance | null;
  /** The server records nothing, which is told once for all clusters: it carries out no command either. */
  readonly recordsNothing: boolean;
  /** All that would hold a recovery now. */
  readonly gates: readonly ClosedGate[];
  readonly zoneOutages: readonly StandingOutage[];
  readonly nodes: readonly ExplainedNode[];
  /** In which its nodes are; null: in none, or nothing is wrong with it. */
  readonly cloud: CloudTrouble | null;
}

export interface CloudTrouble {
  /** Why nodes cannot be probed: `Keystone at http://... is away`; null: they can. */
  readonly unseenBecause: string | null;
  /** No host would take a server that is created, moved or started now. */
  readonly hasNoHost: boolean;
}
