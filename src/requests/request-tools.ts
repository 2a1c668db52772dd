/**
 * Requests: what an operator or a program may request of Coppice, over any interface. Each use case is one
 * function:
 *
 *     validate -> record -> enqueue, in one transaction: it is all there, or none of it is
 *
 * A use case answers as soon as the action is in the queue; what the action does is `actions/`. It throws a
 * CoppiceError for what it refuses. It knows no wire: bodies are read and answers are written by `http/`.
 */
import type { PurgedKind } from '../retention/purges.ts';
import type { NodeLimit } from '../domain/capacity.ts';
import type { CloudState, HostsView } from '../domain/cloud-state.ts';
import type { Clouds } from '../openstack/cloud.ts';
import type { Owner, Role } from '../domain/model.ts';
import type { CheckSettings, PolicyType } from '../policies/policy-type.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import type { UserStops } from '../healing/user-stops.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import type { WorkflowRunner } from '../workflow/runner/workflow-runner.ts';
import type { WorkflowServices } from '../workflow/workflow-services.ts';
import type { Store } from '../store/store.ts';

export interface RequestLimits extends NodeLimit {
  /** Most executions of workflows that a project has stored; 0: any number. */
  readonly maxExecutionsPerProject: number;
}

export const defaultRequestLimits: RequestLimits = {
  maxNodesPerCluster: 1000,
  maxExecutionsPerProject: 100_000,
};

/** A cloud simulator in the process of Coppice. */
export interface SimulatedCloud {
  /** Of Keystone: `OS_AUTH_URL` of clients. */
  readonly authUrl: string;
  /** Of the simulator's own API, which breaks the cloud and says what it has done. */
  readonly adminUrl: string;
}

/** How the cloud is, as the process sees it that answers. */
export interface CloudView extends HostsView {
  readonly credential: CloudState['credential'];
  readonly notifications: CloudState['notifications'];
  /** Where it is, if this process has started it. */
  readonly simulated?: SimulatedCloud;
}

export interface RequestTools {
  readonly store: Store;
  readonly profileTypes: ProfileTypes;
  readonly policyTypes: readonly PolicyType[];
  readonly checkSettings: CheckSettings;
  /** Names of the actions that the engine can carry out; a request for another is refused, not queued. */
  readonly actionNames: ReadonlySet<string>;
  readonly limits: RequestLimits;
  /** Absent: whether the workflows of a policy exist is not checked. */
  readonly workflows?: WorkflowServices;
  /** The embedded runner, which the workflow API calls; absent: there is no workflow API. */
  readonly runner?: WorkflowRunner;
  /**
   * What the last probe of a node has found, where this process probes. The database has what was news: of a
   * node that stays as it is, it does not know when it was last probed.
   */
  readonly lastRecord?: (nodeId: string) => HealthRecord | undefined;
  /**
   * Why what is recorded of a node is not how the node is, where this process probes; null: it is, or the
   * node is not probed here.
   */
  readonly outdatedBecause?: (nodeId: string) => string | null;
  /** Asks which nodes users of the cloud have stopped. Absent: of none that is known. */
  readonly userStops?: Pick<UserStops, 'ask'>;
  /** What an operator has to know of this machine that no cluster shows; undefined: nothing. */
  readonly serverWarning?: () => Promise<string | undefined>;
  /** Absent: this Coppice works with no cloud. */
  readonly cloud?: CloudView;
  /** For what policies look up before an action is planned; absent as `cloud`. */
  readonly clouds?: Clouds;
  /** For what an administrator did that no event records. Absent: there is no log. */
  readonly log?: (details: object, message: string) => void;
  /** Told how many records were deleted because they were old. Absent: they are not counted. */
  readonly onPurged?: (kind: PurgedKind, count: number) => void;
  readonly now: () => number;
}

export type { Role } from '../domain/model.ts';

/** The caller. */
export interface Caller extends Owner {
  readonly roles: readonly Role[];
  /** `req-` and a UUID. Absent: it is no request over the API. */
  readonly requestId?: string;
  /** Of the receiver whose webhook was called, as whose user. */
  readonly receiverId?: string;
}

/** The project whose objects the caller sees; undefined: those of all projects, as a Senlin admin does. */
export function visibleProject(caller: Caller): string | undefined {
  return caller.roles.includes('admin') ? undefined : caller.project;
}
