/**
 * A policy type defines what a spec of its kind may contain and what it means. This file is what every type
 * provides; `registry.ts` lists the types there are. A type amends the plans of actions (`plans/`) as a pure
 * function; what else its value means is read by the part that acts (health: `health/` and `recovery/`).
 *
 *     document --policy-document--> type, version, properties
 *         --check--> value, or issues with field, expected, found
 *
 * A check reads nothing outside: no profile, no workflow engine, no clock. What depends on them is a
 * second check, made when the policy is attached.
 */
import type { CloudService } from '../domain/cloud-state.ts';
import type { Issue } from '../domain/errors.ts';
import type { FailureDomain } from '../domain/failure-domain.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Cluster, ClusterPolicy, Node } from '../domain/model.ts';
import type { Fields, SupportStatus } from '../domain/spec-schema.ts';
import type { Cloud } from '../openstack/cloud.ts';
import type { Amendment } from '../plans/amend-plan.ts';
import type { ClusterFacts, ClusterPlan } from '../plans/cluster-plan.ts';
import type { NodeFacts, OperationRequest, ProfileType } from '../profiles/profile-type.ts';

/** What of the configuration a check has to know. */
export interface CheckSettings {
  /**
   * Seconds; Senlin's `health_check_interval_min`. Ours is short, because processes of this machine are cheap
   * to probe.
   */
  readonly healthCheckIntervalMin: number;
  /**
   * Why Coppice does not connect to an address; absent where the configuration of the server is not known.
   */
  readonly objectionTo?: (address: string) => string | undefined;
  /** It was checked before, and what is secret in it is encrypted, and stays so. */
  readonly isStored?: boolean;
}

export const defaultCheckSettings: CheckSettings = { healthCheckIntervalMin: 1 };

/** What was accepted once is not refused because the configured minimum has changed since. */
export const storedCheckSettings: CheckSettings = { healthCheckIntervalMin: 0, isStored: true };

/** `warnings`: allowed, but probably not meant. */
export type PolicyCheck<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: Issue[] }
  | { readonly ok: false; readonly issues: Issue[] };

export interface NamedWorkflow {
  /** Where it is named, from the top of the properties. */
  readonly field: string;
  readonly name: string;
  /** What it is made from where it does not exist; null: it has to be there. */
  readonly definition: string | null;
  /** Names of the inputs that the policy gives it. */
  readonly inputs: readonly string[];
}

/** What an attached policy knows of an action on its cluster. */
export interface PlanView<T> {
  /** As the policies before it have left it. */
  readonly plan: ClusterPlan;
  readonly facts: ClusterFacts;
  readonly value: T;
  readonly binding: ClusterPolicy;
  /** Of the action. */
  readonly inputs: JsonObject;
  /** The same whenever the action is planned: what is chosen at random is chosen from it. */
  readonly seed: string;
  /** What its `lookUp` has found; null: it has none, or not for this action. */
  readonly lookedUp: LookedUp | null;
}

/** What was looked up outside before an action was planned, or why it could not be. */
export type LookedUp =
  | { readonly ok: true; readonly found: Json }
  | { readonly ok: false; readonly reason: string };

/** The plan that was carried out. */
export interface EndedPlanView<T> extends Omit<PlanView<T>, 'inputs' | 'seed' | 'lookedUp'> {
  readonly succeeded: boolean;
}

/** A request for an action on the cluster. */
export interface CooldownView<T> {
  readonly action: string;
  readonly value: T;
  readonly binding: ClusterPolicy;
}

/** A policy and the cluster that it is attached to, or detached from. */
export interface PolicyAttachment<T> {
  readonly value: T;
  readonly cluster: Cluster;
  readonly policyId: string;
  /** The properties of the cluster's profile, as they are written. */
  readonly profile: JsonObject;
  /** The service of the cloud whose things the nodes are; null: they are in no cloud. */
  readonly nodeService: CloudService | null;
  /** Of the binding; null where there is none yet. */
  readonly data: JsonObject | null;
  /**
   * That of the cluster's owner, in the region that the cluster's profile names.
   * @throws CoppiceError `operation-impossible` where there is none.
   */
  readonly cloud: () => Cloud;
  /** In which regions policies of the cluster place its nodes; none: no policy does. */
  readonly regions: () => Promise<readonly string[]>;
}

/** What attaching has made. */
export interface Attached {
  /** Kept in the binding's `data`. */
  readonly data: JsonObject;
  /** Kept in the cluster's `data` as long as the policy is attached: `{KEY: {POLICY ID: value}}`. */
  readonly ofCluster?: { readonly key: string; readonly value: JsonObject };
}

/** A node of the cluster that is registered, or to be. */
export interface RegisteredNode<T> extends PolicyAttachment<T> {
  readonly node: NodeFacts;
}

/**
 * Something outside that has an entry for each node of the cluster which serves, such as the pool of a load
 * balancer. A node is registered once it works, and deregistered before it stops, leaves or is deleted.
 */
export interface Registration<T> {
  /** `the pool 5d3c...` @param data of the binding. */
  where(data: JsonObject | null): string;

  /** Whether the entries of the nodes are in a pool. @param data of the binding. @param pool its id. */
  isPool(data: JsonObject | null, pool: string): boolean;

  /** Whether the node's entry is there, and as it has to be. @throws CoppiceError where it is not seen. */
  isRegistered(of: RegisteredNode<T>, request: OperationRequest): Promise<boolean>;

  /**
   * What of it takes one change at a time: actions take turns there, and hold no worker while
   * they wait. null: nothing. @param data of the binding.
   */
  takesTurnsAt(data: JsonObject | null): { readonly resource: string; readonly shown: string } | null;

  /**
   * Makes the node's entry what it has to be, also where there is one of what the node was before. An entry
   * that is as it should be is a success.
   * @returns what the node's `data` keep of it.
   */
  register(of: RegisteredNode<T>, request: OperationRequest): Promise<JsonObject>;

  /** Removes the node's entry; one that is gone already is a success. */
  deregister(of: RegisteredNode<T>, request: OperationRequest): Promise<void>;

  /** Whether `detach` of the type removes the entries of all nodes. */
  goWithDetach(value: T): boolean;

  /** Keys of the node's `data` that `register` returns. */
  readonly nodeKeys: readonly string[];
}

/** A profile that a policy is checked against. */
export interface CheckedProfile {
  readonly name: string;
  readonly properties: JsonObject;
}

/** What the check of a policy needs of a profile type. */
export type CheckedProfileType = Pick<
  ProfileType,
  | 'name'
  | 'version'
  | 'cloudService'
  | 'operations'
  | 'detectionModes'
  | 'withoutMode'
  | 'withoutEvents'
  | 'endpointParts'
  | 'failureDomains'
  | 'avoidable'
  | 'withoutDomain'
  | 'withoutAvoiding'
  | 'surge'
  | 'retention'
>;

/** What attaching or detaching a policy means for the healing of the cluster. */
export type BindingEffect =
  /** Failures that were counted under other rules say nothing about these. */
  | { readonly kind: 'FORGET_UNHELPFUL' }
  /** What was an outage under other rules may be none under these. */
  | { readonly kind: 'FORGET_ZONE_OUTAGES' }
  | { readonly kind: 'CANCEL_HELD_RECOVERIES'; readonly reason: string };

export interface PolicyType<T = unknown> {
  /** `senlin.policy.health` */
  readonly name: string;
  /** `1.3` */
  readonly version: string;
  readonly supportStatus: readonly SupportStatus[];
  /** Order in which the policies of a cluster amend the plan of an action: the smaller number first. */
  readonly priority: number;
  /** Whether a cluster can have one policy of this type only. */
  readonly singleton: boolean;
  /** What a spec may hold, and what of it is secret. */
  readonly fields: Fields;
  /** JSON Schema of the whole document: type, version, properties. */
  readonly jsonSchema: JsonObject;

  /** Checks a spec's `properties`: all that is wrong, or what they mean. */
  check(properties: Json | undefined, settings?: CheckSettings): PolicyCheck<T>;

  /**
   * What a profile cannot do that the policy requires; called when the policy is attached, and by `policy
   * check --profile`. Without a profile only what no profile of the type can do.
   */
  checkAgainstProfile(value: T, type: CheckedProfileType, profile?: CheckedProfile): Issue[];

  /**
   * What of the policy does less than it says with nodes of the type, though it is taken; absent: nothing.
   */
  warnOfProfile?(value: T, type: CheckedProfileType): Issue[];

  /** The workflows that it names; absent: a type that names none. */
  workflows?(value: T): readonly NamedWorkflow[];

  /** Of what kind the failure domains are that it tells apart; null or absent: it tells none apart. */
  failureDomain?(value: T): FailureDomain | null;

  /** The only availability zones in which it lets nodes be; null or absent: any. */
  zones?(value: T): readonly string[] | null;

  /** The regions of the cloud in which it places nodes; absent: it places none in a region. */
  regions?(value: T): readonly string[];

  /** Why it cannot be beside a policy with `regions`, in a clause; absent: it can. */
  readonly withoutRegions?: string;

  /**
   * The `data` of the binding, as Senlin shows it in `GET /v1/clusters/{id}/policies/{policy}`. null: none.
   */
  bindingData(value: T): JsonObject | null;

  /**
   * What of it the outside does not have or cannot take, asked before it is attached: a request is refused
   * for it. It may throw: then attaching it tells. Absent: there is nothing to ask.
   * @param nodes of the cluster, those that work.
   */
  examine?(
    attachment: PolicyAttachment<T>,
    nodes: readonly Pick<Node, 'physicalId'>[],
    signal: AbortSignal,
  ): Promise<Issue[]>;

  /**
   * Work on the outside world when the policy is attached (a load balancer, a server group). As an operation
   * of a profile type it is repeated by its key after a crash; where it fails it leaves nothing. Absent:
   * there is none.
   * @param lookedUp what `lookUp` found for CLUSTER_ATTACH_POLICY, before the first attempt: the same in
   * each.
   */
  attach?(
    attachment: PolicyAttachment<T>,
    request: OperationRequest,
    lookedUp: LookedUp | null,
  ): Promise<Attached>;

  /** Where the nodes of the cluster are registered; absent: nowhere. */
  readonly registration?: Registration<T>;

  /** Removes what `attach` made; what is gone already is a success. The nodes are deregistered before. */
  detach?(attachment: PolicyAttachment<T>, request: OperationRequest): Promise<void>;

  /** Pure. What follows in our own records from attaching or detaching it, in the same transaction. */
  effects?(change: 'ATTACHED' | 'DETACHED'): readonly BindingEffect[];

  /**
   * What `before` has to know of the outside for an action (the zones that there are): looked up before the
   * plan is made, and kept with it. Absent, or null: nothing. It may throw: then `before` is told why.
   */
  lookUp?(attachment: PolicyAttachment<T>, action: string, signal: AbortSignal): Promise<Json>;

  /**
   * Pure. Amends the plan of an action on the cluster before it is carried out, or refuses the action.
   * Absent: it has nothing to say.
   */
  before?(view: PlanView<T>): Amendment;

  /** Pure. Until when the action is refused, in milliseconds since 1970; null or absent: it is not. */
  cooldown?(view: CooldownView<T>): number | null;

  /** Pure. What the binding remembers of an action that ended (a cooldown, ...). null: nothing. */
  after?(view: EndedPlanView<T>): Partial<Pick<ClusterPolicy, 'data' | 'lastOp'>> | null;
}
