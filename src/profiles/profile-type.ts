/**
 * A profile type defines how nodes of one kind are created, probed, repaired and removed. This file is what
 * every type provides; `registry.ts` lists the types there are.
 *
 * Every operation that changes the outside world gets a `key`: the same key means the same request, repeated
 * after a crash. An operation checks what exists before it acts, so that a repeated request finds what the
 * first one made and never makes it twice.
 */
import type { FieldsCheckOptions } from '../domain/check-fields.ts';
import type { CloudService } from '../domain/cloud-state.ts';
import type { Issue } from '../domain/errors.ts';
import type { DetectionModeType, LbStatusOptions } from '../domain/health-policy.ts';
import type { Elsewhere, LocatedDomain } from '../domain/failure-domain.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Session } from '../domain/session.ts';
import type { Fields, SupportStatus } from '../domain/spec-schema.ts';
import type { UserStop } from '../domain/user-stop.ts';
import type { FailureClass, Verdict } from '../domain/verdict.ts';
import type { Adoptable, AdoptionRequest } from './adoptable.ts';
import type { LeftNode } from './left-node.ts';
import type { NoPlace } from './no-place.ts';
import type { EventListener } from './node-events.ts';
import type { OperationParameter } from './operation-parameter.ts';
import type { UpdatePlan } from './update-way.ts';

/** What an operation may know of the node it works on. */
export interface NodeFacts {
  readonly id: string;
  readonly name: string;
  readonly index: number;
  readonly role: string;
  readonly clusterId: string | null;
  readonly clusterName: string | null;
  readonly metadata: JsonObject;
  /** What the last operation that made the node returned; null and {} where there was none. */
  readonly physicalId: string | null;
  readonly data: JsonObject;
  /**
   * The profile's `properties`, defaults filled in. What is secret in them is encrypted: see
   * `plainProperties`.
   */
  readonly properties: JsonObject;
  /** Absent: nothing in `properties` is encrypted. @throws CoppiceError as `plainProperties`. */
  readonly decrypt?: (properties: JsonObject) => JsonObject;
  /** The node's owner: in whose name a cloud is called, by operations and probes alike. */
  readonly session: Session;
}

export interface OperationRequest {
  readonly key: string;
  /**
   * Aborted when the action is cancelled or out of time: end what was begun, or wait for its end, so that
   * nothing of it runs when the operation has returned; and leave things so that a repeat can continue.
   * Aborted from the start: begin nothing, and bring to its end what an earlier request of the same key may
   * have begun.
   */
  readonly signal: AbortSignal;
  /**
   * Keeps data of the node at once, beside what it has: what must be known also where the operation does not
   * come to its end. What it returns has them as well. Absent: nothing is kept before the end.
   */
  readonly keepData?: ((data: JsonObject) => Promise<void>) | undefined;
  /** Is told what the operation waits for, in a clause: the reason where its time is over. */
  readonly waitsFor?: ((what: string) => void) | undefined;
}

export interface RemoveRequest extends RunRequest {
  /**
   * Where the host of the node has died, it is kept from starting it again before the node counts as gone.
   * Absent: no.
   */
  readonly fence?: boolean | undefined;
}

export interface Removal {
  /** As in `PhysicalNode`. */
  readonly note?: string;
}

/** Of one of `operations`. */
export interface RunRequest extends OperationRequest {
  /** Told before a host is forced down in Nova: operators are told of it until it is up again. */
  readonly hostForcedDown?: ((host: string) => Promise<void>) | undefined;
}

export interface CreateRequest extends OperationRequest {
  /** Failure domains in which it is not to be created, of a kind in `avoidable`; absent: anywhere. */
  readonly elsewhere?: Elsewhere;
}

/** What exists after an operation: kept in the node, and given to the next operation. */
export interface PhysicalNode {
  readonly physicalId: string;
  readonly data: JsonObject;
  /** What an operation leaves for an operator to do, in a sentence for the record; absent: nothing. */
  readonly note?: string;
}

/** One operation beyond create, check and delete, as `GET /v1/profile-types/{type}/ops` shows it. */
export interface Operation {
  readonly description: string;
  readonly parameters: Readonly<Record<string, OperationParameter>>;
  /** Whether the node serves no more, or serves again, once it is done; absent: as before. */
  readonly service?: 'ENDS' | 'BEGINS';
  /** It makes what the node lacks where there is none; absent: it needs what the node has. */
  readonly creates?: true;
  /** @throws CoppiceError `operation-failed` (a retry may help) or `operation-impossible` (it cannot). */
  run(node: NodeFacts, parameters: JsonObject, request: RunRequest): Promise<PhysicalNode>;
}

export type { SupportStatus };

export type SpecCheck =
  | { readonly ok: true; readonly properties: JsonObject }
  | { readonly ok: false; readonly issues: Issue[] };

export interface ProfileType {
  /** `local.process` of version `1.0` */
  readonly name: string;
  readonly version: string;
  /** What a node of it has one of: `process`. */
  readonly noun: string;
  readonly supportStatus: readonly SupportStatus[];
  /** What a spec may hold, and what of it is secret. */
  readonly fields: Fields;

  /**
   * Checks a spec's `properties` and fills in defaults; an unknown key is an issue. Reads nothing outside.
   * @param options `isStored`: what is secret in them is encrypted, and stays so.
   */
  check(properties: Json | undefined, options?: Pick<FieldsCheckOptions, 'isStored'>): SpecCheck;

  /** The service of a cloud that has its nodes, and that `examine` asks; absent: they are in no cloud. */
  readonly cloudService?: CloudService;

  /**
   * What depends on the machine, or on a region of the cloud: called when a profile is created.
   * @param properties checked, and in plain text.
   */
  examine?(properties: JsonObject, region: string | null): Promise<Issue[]>;

  /**
   * Why no new one could be placed now, whatever its spec says: asked before an old one is removed for it.
   * null: nothing is known against it. Absent: there is nothing to ask. It may throw: then nothing is known.
   */
  noPlaceFor?(node: NodeFacts, request: CreateRequest): Promise<NoPlace | null>;

  /** @throws CoppiceError `operation-failed` or `operation-impossible`. */
  create(node: NodeFacts, request: CreateRequest): Promise<PhysicalNode>;

  /**
   * Removes the node and all that it left behind, also what a `create` made whose answer was lost and
   * `physicalId` does not name: else the next create would make a second one. A node that is already gone is
   * a success.
   */
  remove(node: NodeFacts, request: RemoveRequest): Promise<Removal | void>;

  /** The type's own status (NODE_STATUS_POLLING). Never throws: what it could not probe is `unknown`. */
  probe(node: NodeFacts, signal: AbortSignal): Promise<Verdict>;

  /**
   * Probes by requests that answer for many nodes at once, for the rounds: a round costs those requests, not
   * one for each node. Absent: each node is probed by itself.
   */
  readonly sharedProbes?: SharedProbes;

  /**
   * The ways in which nodes of this type can be probed. A policy that requires another one cannot be
   * attached.
   */
  readonly detectionModes: readonly DetectionModeType[];

  /**
   * Whether what the node has was stopped by a request to its cloud that Coppice did not make. null: it was
   * not, or runs. Absent: that cannot be told. @throws Error where it cannot be seen.
   */
  stoppedByUser?(node: NodeFacts, signal: AbortSignal): Promise<UserStop | null>;

  /** Why nodes of this type cannot be probed by a mode; what is said where a policy requires it. */
  readonly withoutMode?: Readonly<Partial<Record<DetectionModeType, string>>>;

  /**
   * Where nodes of this type are, of what they share with others and fail with: the name of the zone or
   * host, from what the last operation returned of the node; null: it is not known. Absent, or without a
   * kind: nodes of this type have none, and a policy that names it cannot be attached.
   */
  readonly failureDomains?: Readonly<Partial<Record<LocatedDomain, (data: JsonObject) => string | null>>>;

  /** Where it is now, for its `data`: others may have moved it. Absent: nodes of the type never move. */
  location?(node: NodeFacts, signal: AbortSignal): Promise<JsonObject>;

  /** The kinds of domain that `create` can avoid; absent: none. */
  readonly avoidable?: readonly LocatedDomain[];

  /** Why `create` cannot avoid a kind that its nodes have; what is said where a policy wants it to. */
  readonly withoutAvoiding?: Readonly<Partial<Record<LocatedDomain, string>>>;

  /** Why nodes of this type have no domain of a kind; what is said where a policy names it. */
  readonly withoutDomain?: Readonly<Partial<Record<LocatedDomain, string>>>;

  /**
   * Reports nodes that something happened to (LIFECYCLE_EVENTS); what it was, `probe` finds out. Events may
   * be lost, so that nothing may depend on one. Absent: the type has none, or none of it come.
   */
  events?(listener: EventListener): { stop(): void };

  /**
   * Why no events come, though LIFECYCLE_EVENTS is taken, and how they would: such a policy probes in each
   * round alone. Absent: they come, or the type does not list the mode.
   */
  readonly withoutEvents?: string;

  /** `reboot`, `rebuild`, ...; names in lower case. RECREATE is remove and create, for every type. */
  readonly operations: Readonly<Record<string, Operation>>;

  /** RECREATE with `surge`; absent: a node cannot have two of them at once. */
  readonly surge?: Surge;

  /**
   * RECREATE with `retain`, for a type that has `surge`; a clause: why what a node has cannot be stopped and
   * kept. Absent: it cannot.
   */
  readonly retention?: Retention | string;

  /** Giving a node a new profile without making it again; absent: it is always made again. */
  readonly update?: InPlaceUpdate;

  /**
   * Making nodes of what exists and was not created by Coppice; a clause: why that cannot be done with this
   * type. Absent: it cannot.
   */
  readonly adoption?: Adoption | string;

  /** The node's `details` (`?show_details=true`); also of one whose making failed. */
  details(node: NodeFacts, signal: AbortSignal): Promise<JsonObject>;

  /**
   * What may stand in a poll URL: `{address}`, `{port}`. Absent: nodes of this profile have none, so that a
   * URL with it is a mistake of the policy. null: this node should have one and lacks it, which makes it
   * unhealthy (NOT_CREATED).
   */
  endpoint(node: NodeFacts): { readonly address?: string | null; readonly port?: number | null };

  /**
   * Which of {address} and {port} nodes of a profile can have; without properties: of any profile of this
   * type. A policy whose poll URL needs another one cannot be attached.
   */
  endpointParts(properties?: JsonObject): readonly EndpointPart[];

  /**
   * Whether `details` shows anything that the node has written before it ended. Absent: nothing is kept of
   * what nodes of this type write.
   */
  hasLog?(node: NodeFacts): Promise<boolean>;

  /** What the data directory holds of nodes of this type; absent: the type keeps nothing there. */
  leftNodes?(isWanted: (nodeId: string) => boolean): Promise<LeftNode[]>;

  /** Work between requests (log limits, ...), started with the process and stopped with it. */
  start?(nodes: () => Promise<readonly NodeFacts[]>): { stop(): Promise<void> };
}

/** How what exists becomes a node: `read` says what it is, and changes nothing; `claim` marks it. */
export interface Adoption {
  /** What `identity` is to be: `the id of a server of this project`. */
  readonly expected: string;

  /**
   * @param identity as its user names it: an id.
   * @returns undefined where there is no such thing in the owner's project.
   * @throws CoppiceError `bad-request` where it cannot be adopted as it is.
   */
  read(identity: string, request: AdoptionRequest): Promise<Adoptable | undefined>;

  /**
   * Writes into it that it is the node's, as `create` does, so that what is found by that is found. Repeated
   * after a crash it does nothing more.
   * @param node with the `physicalId` that was read.
   */
  claim(node: NodeFacts, request: OperationRequest): Promise<PhysicalNode>;
}

/**
 * A node is changed where it is: `change` for each change of the plan; then it is verified; then `confirm`,
 * or `revert` where something went wrong. `request.key` is the same for all calls of one update.
 */
export interface InPlaceUpdate {
  /**
   * Decides by the two specs alone, which are checked, have their defaults, and are in plain text.
   * @param from the properties that the node has. What cannot be decrypted of them is equal to nothing.
   * @param to those that it is to have.
   */
  plan(from: JsonObject, to: JsonObject): UpdatePlan;

  /** What a change of a property does to nodes: `each server is rebuilt`. null: they are made again. */
  effectOf(property: string): string | null;

  /** Failures of the type's own status in which there is nothing that could be changed: it is made again. */
  readonly unchangeable: readonly FailureClass[];

  /**
   * Carries out one change, to its real end. What is as `to` says already stays untouched.
   * @param node with the properties that it had. @param to in plain text.
   * @throws CoppiceError `operation-failed` or `operation-impossible`, with the reason of the other side.
   */
  change(node: NodeFacts, to: JsonObject, change: string, request: OperationRequest): Promise<PhysicalNode>;

  /** Ends what is tentative; nothing tentative is a success. Absent: no plan of the type is tentative. */
  confirm?(node: NodeFacts, request: OperationRequest): Promise<PhysicalNode>;

  /**
   * Takes back what this update left tentative, and nothing of others. Begins its work also where an earlier
   * call of the update was aborted.
   * @returns null: there was nothing.
   */
  revert?(node: NodeFacts, request: OperationRequest): Promise<PhysicalNode | null>;
}

/** A new one beside the one that the node has: process, server or stack. */
export interface Surge {
  /**
   * What of a profile both would need, so that there cannot be two at once; `field` is one of the profile's
   * properties.
   */
  obstacles(properties: JsonObject): Issue[];

  /** As `create`, and leaves alone what the node has: the row of the node does not name what it makes yet. */
  create(node: NodeFacts, request: CreateRequest): Promise<PhysicalNode>;

  /**
   * Removes what was made for the node, and is none of these: as `remove`, also what no record names. What is
   * already gone is a success.
   */
  removeExcept(
    node: NodeFacts,
    kept: readonly PhysicalNode[],
    request: RemoveRequest,
  ): Promise<Removal | void>;
}

/** What a node had, which is kept when the node has another one, or is gone. */
export interface KeptObject extends PhysicalNode {
  readonly nodeId: string;
  /** In whose name a cloud is called. */
  readonly session: Session;
}

/** What a node has is stopped and kept, while `surge.create` makes the node another one. */
export interface Retention {
  /** As of `Surge`, of one that is stopped and one that runs. */
  obstacles(properties: JsonObject): Issue[];

  /**
   * Stops what the node has, for good, and leaves the rest of it as it is. Already stopped is a success.
   * @returns whether there is anything to keep.
   * @throws CoppiceError where it is not certain that it has stopped.
   */
  stop(node: NodeFacts, request: OperationRequest): Promise<boolean>;

  /** Removes what was kept, and nothing else of its node. Already gone is a success. */
  remove(kept: KeptObject, request: OperationRequest): Promise<void>;

  /** Where an operator finds it: `server 5d3c...`, or the path of a directory. */
  location(kept: Pick<KeptObject, 'nodeId' | 'physicalId' | 'data'>): string;
}

/** Each as `probe`: never throws for what it sees, and answers by requests that began after the call. */
export interface SharedProbes {
  /**
   * Nodes whose probes can share requests: those are probed at the same time.
   * @param owner of the nodes.
   */
  groupOf(owner: Session): string;
  /**
   * More probes of a round are to come, which are to share their requests with those that have begun.
   * @returns to be called once, when they have begun.
   */
  expectMore(): () => void;
  /** As `probe`. */
  status(node: NodeFacts, signal: AbortSignal): Promise<Verdict>;
  /** HYPERVISOR_STATUS_POLLING; absent: `detectionModes` does not list it. */
  host?(node: NodeFacts, signal: AbortSignal): Promise<Verdict>;
  /** LB_STATUS_POLLING; absent: `detectionModes` does not list it. */
  poolMember?(node: NodeFacts, options: LbStatusOptions, signal: AbortSignal): Promise<Verdict>;
}

export type EndpointPart = 'address' | 'port';

/** `local.process-1.0` */
export function typeName(type: { readonly name: string; readonly version: string }): string {
  return `${type.name}-${type.version}`;
}
