/**
 * Servers: what Nova does with them. An action is taken or refused by their state (`server-checks.ts`), sets
 * a task, and ends later; on a host that is down it ends when the host is back (`hosts.ts`).
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { type JsonObject, isJsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import type { Clock } from './clock.ts';
import { textIn } from './endpoint.ts';
import type { Flavors } from './flavors.ts';
import { type SimulatedHost, type SimulatedHosts, isDown } from './hosts.ts';
import { operationMs } from './operation-time.ts';
import type { MutationLog } from './mutation-log.ts';
import type { Quota, Quotas } from './quotas.ts';
import {
  checkAction,
  checkInterfaces,
  checkQuota,
  instanceActionName,
  isHardReboot,
  type ServerActionRequest,
} from './server-checks.ts';
import { fitsNoHost, goalOf } from './server-goal.ts';
import type { ServerGroups } from './server-groups.ts';
import type { ServerRequest } from './server-request.ts';
import { transitions, type VmState } from './server-states.ts';
import type { SimulatorSettings } from './settings.ts';
import {
  FAULT_AFTER_MS,
  type SimulatedServer,
  type InstanceActionRecord,
  type ServerObserver,
  isBeingDeleted,
} from './simulated-server.ts';

const NO_VALID_HOST = 'No valid host was found. ';

/** Instance actions kept of a server. */
const ACTIONS_KEPT = 20;

/** Deleted servers that are remembered: the newest. */
const DELETED_KEPT = 100;

export class Servers {
  readonly #hosts: SimulatedHosts;
  readonly #groups: ServerGroups;
  readonly #all = new Map<string, SimulatedServer>();
  #newestFirst: readonly SimulatedServer[] | undefined;
  readonly #clock: Clock;
  readonly #mutations: MutationLog;
  readonly #settings: () => SimulatorSettings;
  readonly #observer: ServerObserver;
  readonly #flavors: Flavors;
  readonly #quotas: Quotas;
  #deleted: SimulatedServer[] = [];
  constructor(tools: {
    readonly clock: Clock;
    readonly mutations: MutationLog;
    readonly hosts: SimulatedHosts;
    readonly groups: ServerGroups;
    readonly settings: () => SimulatorSettings;
    readonly observer: ServerObserver;
    readonly flavors: Flavors;
    readonly quotas: Quotas;
  }) {
    this.#clock = tools.clock;
    this.#mutations = tools.mutations;
    this.#hosts = tools.hosts;
    this.#groups = tools.groups;
    this.#settings = tools.settings;
    this.#observer = tools.observer;
    this.#flavors = tools.flavors;
    this.#quotas = tools.quotas;
  }

  /** The newest first, as Nova lists them. */
  get all(): readonly SimulatedServer[] {
    this.#newestFirst ??= [...this.#all.values()].toReversed();
    return this.#newestFirst;
  }

  /** The newest of those that were deleted, the last deleted first. */
  get deleted(): readonly SimulatedServer[] {
    return this.#deleted;
  }

  /**
   * @param which `shown`: also one that was deleted a moment ago, which Nova still shows; `known`: also one
   * that was deleted and is remembered.
   */
  find(id: string, which: 'there' | 'shown' | 'known' = 'there'): SimulatedServer | undefined {
    const there = this.#all.get(id);
    if (there !== undefined || which === 'there') return there;
    const deleted = this.#deleted.find((server) => server.id === id);
    if (deleted === undefined || which === 'known') return deleted;
    const age = this.#clock.now() - (deleted.deletedAt ?? 0);
    return age < this.#settings().latency.operation_ms ? deleted : undefined;
  }

  usedBy(projectId: string): Quota {
    const own = this.all.filter((server) => server.projectId === projectId);
    const flavors = own.map(({ flavor }) => this.#flavors.get(flavor));
    return {
      instances: own.length,
      cores: flavors.reduce((sum, { vcpus }) => sum + vcpus, 0),
      ram: flavors.reduce((sum, { ram }) => sum + ram, 0),
    };
  }

  /** @throws SimulatorError 400, 403. */
  create(request: ServerRequest): SimulatedServer {
    const { projectId } = request;
    checkQuota(this.#quotas.of(projectId), () => this.usedBy(projectId), this.#flavors.get(request.flavor));
    if (request.zone !== null && !this.#hosts.all.some(({ zone }) => zone === request.zone))
      throw new SimulatorError(400, 'The requested availability zone is not available');
    const now = this.#clock.now();
    const { hostName, zone, requestId, failure, ...given } = request;
    const isTooLarge = fitsNoHost(this.#flavors.get(request.flavor));
    const chosen = isTooLarge
      ? undefined
      : this.#hosts.choose({
          zone,
          hostName,
          not: null,
          group: this.#groups.wishOf(request.groupId),
        });
    const server: SimulatedServer = {
      ...given,
      id: randomUUID(),
      createdAt: now,
      updatedAt: now,
      launchedAt: null,
      deletedAt: null,
      vmState: 'building',
      taskState: 'scheduling',
      hostName: null,
      zone: zone ?? 'nova',
      previous: null,
      configDrive: given.configDrive ? 'True' : '',
      isLocked: false,
      lockedReason: null,
      fault: null,
      adminPass: given.adminPass ?? randomBytes(9).toString('base64url'),
      actions: [],
    };
    this.#all.set(server.id, server);
    this.#newestFirst = undefined;
    const { name, metadata } = server;
    const ended = this.#record(server, 'create', requestId, { name, metadata });
    if (chosen !== undefined) this.#hosts.place(server, chosen);
    this.#later(server, chosen, true, () => {
      if (isBeingDeleted(server)) return ended(null);
      if (chosen === undefined) ended(this.#fail(server, NO_VALID_HOST));
      else if (failure !== null) ended(this.#fail(server, failure));
      else {
        server.launchedAt = this.#clock.now();
        this.#settle(server, 'active');
        ended(null);
      }
    });
    return server;
  }

  /**
   * Its host carries it out: on one that has died it hangs until that is back. Where Nova knows that the host
   * is down, or there is none, the API itself deletes the server before it answers, also one whose deletion
   * hangs. @throws SimulatorError 409 for a server that is locked.
   */
  delete(server: SimulatedServer, requestId: string, failure: string | null): void {
    if (server.isLocked) throw new SimulatorError(409, `Instance ${server.id} is locked`);
    if (server.deletedAt !== null) return;
    const host = this.#hosts.find(server.hostName);
    const isByHost = host !== undefined && !isDown(host);
    if (isByHost && server.taskState === 'deleting') return;
    server.taskState = 'deleting';
    const ended = this.#record(server, 'delete', requestId);
    const run = (): void => {
      if (failure !== null) return ended(this.#fail(server, failure));
      ended(null);
      this.remove(server);
    };
    if (isByHost) this.#later(server, host, true, run);
    else run();
  }

  /** At once, and without a request: as if it had been deleted by other means than this API. */
  remove(server: SimulatedServer): void {
    // A deletion was under way when it was deleted by other means.
    if (server.deletedAt !== null) return;
    const { hostName } = server;
    this.#hosts.unplace(server);
    // Nova shows where it was.
    server.hostName = hostName;
    server.vmState = 'deleted';
    server.taskState = null;
    server.updatedAt = this.#clock.now();
    server.deletedAt = server.updatedAt;
    this.#all.delete(server.id);
    this.#newestFirst = undefined;
    this.#deleted = [server, ...this.#deleted.slice(0, DELETED_KEPT - 1)];
    this.#observer.deleted(server);
    this.#hosts.endWaitsOf(server.id);
  }

  /** @throws SimulatorError 400 and 409 as Nova refuses. */
  act(server: SimulatedServer, request: ServerActionRequest): void {
    const transition = transitions[request.action];
    if (transition === undefined) throw new SimulatorError(400, `There is no such action: ${request.action}`);
    checkAction(server, request);
    if (request.action === 'evacuate') return this.#evacuate(server, request);
    const isHard = isHardReboot(request.action, request.input);
    const before = server.vmState;
    const goal = goalOf(server, request, {
      hosts: this.#hosts,
      flavors: this.#flavors,
      group: this.#groups.wishOf(server.groupId, server),
    });
    server.previous = this.#previousOf(server, request.action);
    if (request.action === 'rebuild') rename(server, request.input);
    server.taskState = isHard ? 'rebooting_hard' : transition.task;
    server.updatedAt = this.#clock.now();
    const ended = this.#record(server, request.action, request.requestId, {}, request.userId);
    this.#later(server, this.#hosts.find(server.hostName), transition.byHost === true, () => {
      if (isBeingDeleted(server)) return ended(null);
      if (request.failure !== null) return ended(this.#fail(server, request.failure));
      if (goal.host === null) {
        server.taskState = null;
        server.previous = null;
        return ended(NO_VALID_HOST);
      }
      if (goal.host !== undefined) this.#hosts.move(server, goal.host);
      if (goal.flavor !== undefined) server.flavor = goal.flavor;
      if (goal.imageId !== undefined) server.imageId = goal.imageId;
      server.adminPass = textIn(request.input, 'adminPass') ?? server.adminPass;
      const to = goal.vmState ?? (request.action === 'rebuild' && before === 'error' ? 'active' : before);
      if (request.action === 'rebuild' && to === 'stopped') this.#stopAgain(server, ended);
      else {
        this.#settle(server, transition.to ?? to);
        ended(null);
      }
    });
  }

  /** A server that was stopped is built as one that runs, and stopped then: ACTIVE is not the end. */
  #stopAgain(server: SimulatedServer, ended: (failure: string | null) => void): void {
    this.#settle(server, 'active');
    server.taskState = 'powering-off';
    this.#later(server, this.#hosts.find(server.hostName), true, () => {
      this.#settle(server, 'stopped');
      ended(null);
    });
  }

  /** At once, as Nova answers when it is done. @throws SimulatorError 409; 500 where it fails. */
  attach(
    server: SimulatedServer,
    { requestId, failure }: Pick<ServerActionRequest, 'requestId' | 'failure'>,
    plug: () => void,
  ): void {
    checkInterfaces(server, 'attach_interface');
    const ended = this.#record(server, 'attach_interface', requestId);
    if (failure === null) plug();
    ended(failure);
    if (failure !== null) throw new SimulatorError(500, failure);
  }

  /** Nova answers when it has begun; the server keeps its state. @throws SimulatorError 409 */
  detach(
    server: SimulatedServer,
    { requestId, failure }: Pick<ServerActionRequest, 'requestId' | 'failure'>,
    unplug: () => void,
  ): void {
    checkInterfaces(server, 'detach_interface');
    const ended = this.#record(server, 'detach_interface', requestId);
    this.#later(server, this.#hosts.find(server.hostName), true, () => {
      if (failure === null && this.#all.has(server.id)) unplug();
      ended(failure);
    });
  }

  /** The image is made at once; the server has its task for the time that every task takes. */
  snapshot(server: SimulatedServer, requestId: string): void {
    server.taskState = 'image_snapshot';
    const ended = this.#record(server, 'createImage', requestId);
    this.#later(server, this.#hosts.find(server.hostName), true, () => {
      server.taskState = null;
      ended(null);
    });
  }

  /**
   * At once: what an operator, or a test, does to a server behind Nova's back.
   * @param fault with which it is in ERROR; null: none, as after a reset of the state.
   */
  setState(server: SimulatedServer, vmState: VmState, fault: string | null): void {
    this.#settle(server, vmState);
    if (vmState === 'error' && fault !== null) this.#fail(server, fault, 0);
  }

  #previousOf(server: SimulatedServer, action: string): SimulatedServer['previous'] {
    if (action !== 'resize' && action !== 'migrate') return null;
    const { flavor, hostName, vmState } = server;
    return { flavor, hostName, vmState };
  }

  #evacuate(server: SimulatedServer, { input, requestId, failure }: ServerActionRequest): void {
    const host = this.#hosts.find(server.hostName);
    if (host === undefined) throw new SimulatorError(400, "The target host can't be the same one.");
    if (!isDown(host)) throw new SimulatorError(400, `Compute service of ${host.name} is still in use.`);
    const wanted = textIn(input, 'host') ?? null;
    if (wanted !== null && this.#hosts.find(wanted) === undefined)
      throw new SimulatorError(404, `Compute host ${wanted} not found.`);
    const before = server.vmState;
    server.taskState = 'rebuilding';
    const ended = this.#record(server, 'evacuate', requestId);
    const target = this.#hosts.choose({
      zone: null,
      hostName: wanted,
      not: server.hostName,
      group: this.#groups.wishOf(server.groupId, server),
    });
    this.#later(server, target, target !== undefined, () => {
      if (isBeingDeleted(server)) return ended(null);
      if (failure !== null) return ended(this.#fail(server, failure));
      if (target === undefined) return ended(this.#fail(server, NO_VALID_HOST));
      this.#hosts.move(server, target);
      host.hasEvacuated = true;
      if (before === 'stopped') return this.#stopAgain(server, ended);
      this.#settle(server, 'active');
      ended(null);
    });
  }

  #settle(server: SimulatedServer, vmState: VmState): void {
    server.vmState = vmState;
    server.taskState = null;
    if (vmState !== 'error') server.fault = null;
    if (vmState === 'shelved_offloaded') this.#hosts.unplace(server);
    server.updatedAt = this.#clock.now();
    this.#observer.changed(server);
  }

  #fail(server: SimulatedServer, message: string, shownAfterMs = FAULT_AFTER_MS): string {
    server.vmState = 'error';
    server.taskState = null;
    const created = (server.updatedAt = this.#clock.now());
    server.fault = { code: 500, message, created, shownFrom: created + shownAfterMs };
    this.#observer.changed(server);
    return message;
  }

  /** Runs when the operation's time is over: on a host that is down, when it is back. */
  #later(server: SimulatedServer, host: SimulatedHost | undefined, byHost: boolean, run: () => void): void {
    this.#clock.after(operationMs(server, this.#settings()), () => {
      if (!this.#all.has(server.id)) return run();
      if (!byHost || host === undefined || host.isUp) return run();
      this.#hosts.whenBack(host, server.id, run);
    });
  }

  /** @returns ends it, with why it failed. */
  #record(
    server: SimulatedServer,
    operation: string,
    requestId: string,
    of: { readonly name?: string; readonly metadata?: Readonly<Record<string, string>> } = {},
    userId = server.userId,
  ): (failure: string | null) => void {
    const place = server.hostName === null ? {} : { host: server.hostName };
    const request = { server_id: server.id, operation, request_id: requestId };
    const end = this.#mutations.begin({ ...request, ...place, ...of });
    const record: InstanceActionRecord = {
      action: instanceActionName(operation),
      requestId,
      userId,
      startedAt: this.#clock.now(),
      endedAt: null,
      result: null,
      message: null,
      details: null,
    };
    server.actions.unshift(record);
    server.actions.splice(ACTIONS_KEPT);
    return (failure) => {
      record.endedAt = this.#clock.now();
      record.result = failure === null ? 'Success' : 'Error';
      record.message = failure === null ? null : 'Error';
      record.details = failure;
      end();
      this.#observer.actionEnded(server, record);
    };
  }
}

/** A rebuild can give another name and other metadata, at once. */
function rename(server: SimulatedServer, input: JsonObject): void {
  const { metadata } = input;
  server.name = textIn(input, 'name') ?? server.name;
  if (isJsonObject(metadata)) server.metadata = metadata as Record<string, string>;
}
