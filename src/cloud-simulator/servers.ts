/**
 * Servers and hosts: what Nova does with them. An action is taken or refused by its state, sets a task, and
 * ends later; on a host that is down it ends when the host is back.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { ApiError } from './api-error.ts';
import type { Clock } from './clock.ts';
import type { Flavors } from './flavors.ts';
import type { Host } from './host.ts';
import type { MutationLog } from './mutation-log.ts';
import { quotaKeys, type Quota, type Quotas } from './quotas.ts';
import { transitions, type VmState } from './server-states.ts';
import type { SimulatorSettings } from './settings.ts';

export interface SimulatedServer {
  readonly id: string;
  name: string;
  description: string | null;
  tags: readonly string[];
  readonly projectId: string;
  readonly userId: string;
  readonly createdAt: number;
  updatedAt: number;
  launchedAt: number | null;
  deletedAt: number | null;
  vmState: VmState;
  taskState: string | null;
  hostName: string | null;
  readonly zone: string;
  imageId: string | null;
  flavor: string;
  /** Before a resize that is not confirmed. */
  previous: { readonly flavor: string; readonly hostName: string | null; readonly vmState: VmState } | null;
  metadata: Readonly<Record<string, string>>;
  keyName: string | null;
  readonly configDrive: string;
  securityGroups: readonly string[];
  isLocked: boolean;
  lockedReason: string | null;
  fault: { readonly code: number; readonly message: string; readonly created: number } | null;
  adminPass: string;
  readonly actions: InstanceActionRecord[];
  readonly volumes: readonly string[];
}

export interface InstanceActionRecord {
  readonly action: string;
  readonly requestId: string;
  readonly startedAt: number;
  endedAt: number | null;
  result: 'Success' | 'Error' | null;
  message: string | null;
  /** Why it failed. */
  details: string | null;
}

export interface ServerRequest {
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly projectId: string;
  readonly userId: string;
  readonly imageId: string | null;
  readonly flavor: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly keyName: string | null;
  readonly configDrive: boolean;
  readonly securityGroups: readonly string[];
  readonly zone: string | null;
  /** `availability_zone: ZONE:HOST`, or `host`. */
  readonly hostName: string | null;
  readonly adminPass: string | null;
  readonly volumes: readonly string[];
  readonly requestId: string;
  /** It is to end in ERROR, with this message. */
  readonly failure: string | null;
}

export interface ActionRequest {
  /** The key of the body: `reboot`. */
  readonly action: string;
  readonly input: JsonObject;
  readonly requestId: string;
  readonly failure: string | null;
}

const NO_VALID_HOST = 'No valid host was found. ';
/** Instance actions kept of a server. */
const ACTIONS_KEPT = 20;
/** Deleted servers that are remembered: the newest. */
const DELETED_KEPT = 100;
/** MiB that a host has for a server; a larger one finds none. */
const HOST_RAM = 800_000;

/** Is told what became of a server. */
export interface ServerObserver {
  /** What was under way has ended, or its state was set. */
  changed(server: SimulatedServer): void;
  deleted(server: SimulatedServer): void;
}

export class Servers {
  readonly hosts: readonly Host[];
  readonly #all = new Map<string, SimulatedServer>();
  #newestFirst: readonly SimulatedServer[] | undefined;
  readonly #load = new Map<string, number>();
  readonly #clock: Clock;
  readonly #mutations: MutationLog;
  readonly #settings: () => SimulatorSettings;
  readonly #observer: ServerObserver;
  readonly #flavors: Flavors;
  readonly #quotas: Quotas;
  #deleted: SimulatedServer[] = [];
  /** What waits for a host to come back. */
  readonly #stuck = new Map<string, { readonly serverId: string; readonly run: () => void }[]>();

  constructor(tools: {
    readonly clock: Clock;
    readonly mutations: MutationLog;
    readonly settings: () => SimulatorSettings;
    readonly observer: ServerObserver;
    readonly flavors: Flavors;
    readonly quotas: Quotas;
  }) {
    this.#clock = tools.clock;
    this.#mutations = tools.mutations;
    this.#settings = tools.settings;
    this.#observer = tools.observer;
    this.#flavors = tools.flavors;
    this.#quotas = tools.quotas;
    this.hosts = tools.settings().hosts.map(({ name, zone }) => ({
      name,
      zone,
      serviceId: randomUUID(),
      hypervisorId: randomUUID(),
      isUp: true,
      isForcedDown: false,
      isDisabled: false,
      disabledReason: null,
      hasEvacuated: false,
    }));
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

  host(name: string | null): Host | undefined {
    return this.hosts.find((host) => host.name === name);
  }

  /** @throws ApiError 400, 403. */
  create(request: ServerRequest): SimulatedServer {
    this.#checkQuota(request);
    if (request.zone !== null && !this.hosts.some(({ zone }) => zone === request.zone))
      throw new ApiError(400, 'The requested availability zone is not available');
    const now = this.#clock.now();
    const { hostName, zone, requestId, failure, ...given } = request;
    const isTooLarge = this.#flavors.get(request.flavor).ram > HOST_RAM;
    const chosen = isTooLarge ? undefined : this.#chooseHost({ zone, hostName, not: null });
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
      zone: chosen?.zone ?? zone ?? 'nova',
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
    if (chosen !== undefined) this.#place(server, chosen);
    this.#later(server, chosen, true, () => {
      if (isGoing(server)) return ended(null);
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

  /** @throws ApiError 409 for a server that is locked. */
  delete(server: SimulatedServer, requestId: string, failure: string | null): void {
    if (server.isLocked) throw new ApiError(409, `Instance ${server.id} is locked`);
    if (server.taskState === 'deleting' || server.deletedAt !== null) return;
    server.taskState = 'deleting';
    const ended = this.#record(server, 'delete', requestId);
    // Nova deletes also what is on a host that is down.
    this.#later(server, undefined, false, () => {
      if (failure !== null) return ended(this.#fail(server, failure));
      ended(null);
      this.remove(server);
    });
  }

  /** At once, and without a request: as if it had been deleted by other means than this API. */
  remove(server: SimulatedServer): void {
    // A deletion was under way when it was deleted by other means.
    if (server.deletedAt !== null) return;
    const { hostName } = server;
    this.#unplace(server);
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
    this.#endStuck(server);
  }

  /** @throws ApiError 400 and 409 as Nova refuses. */
  act(server: SimulatedServer, request: ActionRequest): void {
    const transition = transitions[request.action];
    if (transition === undefined) throw new ApiError(400, `There is no such action: ${request.action}`);
    this.#checkAction(server, request);
    if (request.action === 'evacuate') return this.#evacuate(server, request);
    const isHard = isHardReboot(request.action, request.input);
    const before = server.vmState;
    this.#checkGoal(server, request);
    const goal = this.#goalOf(server, request);
    server.previous = this.#previousOf(server, request.action);
    if (request.action === 'rebuild') rename(server, request.input);
    server.taskState = isHard ? 'rebooting_hard' : transition.task;
    server.updatedAt = this.#clock.now();
    const ended = this.#record(server, request.action, request.requestId);
    this.#later(server, this.host(server.hostName), transition.byHost === true, () => {
      if (isGoing(server)) return ended(null);
      if (request.failure !== null) return ended(this.#fail(server, request.failure));
      if (goal.host === null) {
        server.taskState = null;
        server.previous = null;
        return ended(NO_VALID_HOST);
      }
      if (goal.host !== undefined) this.#move(server, goal.host);
      if (goal.flavor !== undefined) server.flavor = goal.flavor;
      if (goal.imageId !== undefined) server.imageId = goal.imageId;
      server.adminPass = textOf(request.input['adminPass']) ?? server.adminPass;
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
    this.#later(server, this.host(server.hostName), true, () => {
      this.#settle(server, 'stopped');
      ended(null);
    });
  }

  /** At once, as Nova answers when it is done. @throws ApiError 409; 500 where it fails. */
  attach(
    server: SimulatedServer,
    { requestId, failure }: Pick<ActionRequest, 'requestId' | 'failure'>,
    plug: () => void,
  ): void {
    this.#checkInterfaces(server, 'attach_interface');
    const ended = this.#record(server, 'attach_interface', requestId);
    if (failure === null) plug();
    ended(failure);
    if (failure !== null) throw new ApiError(500, failure);
  }

  /** Nova answers when it has begun; the server keeps its state. @throws ApiError 409 */
  detach(
    server: SimulatedServer,
    { requestId, failure }: Pick<ActionRequest, 'requestId' | 'failure'>,
    unplug: () => void,
  ): void {
    this.#checkInterfaces(server, 'detach_interface');
    const ended = this.#record(server, 'detach_interface', requestId);
    this.#later(server, this.host(server.hostName), true, () => {
      if (failure === null && this.#all.has(server.id)) unplug();
      ended(failure);
    });
  }

  #checkInterfaces({ id, vmState, taskState, isLocked }: SimulatedServer, action: string): void {
    if (isLocked) throw new ApiError(409, `Instance ${id} is locked`);
    if (!['active', 'paused', 'stopped'].includes(vmState))
      throw new ApiError(409, `Cannot '${action}' instance ${id} while it is in vm_state ${vmState}`);
    if (taskState !== null)
      throw new ApiError(409, `Cannot '${action}' instance ${id} while it is in task_state ${taskState}`);
  }

  /** The image is made at once; the server is in a task for as long as any other takes. */
  snapshot(server: SimulatedServer, requestId: string): void {
    server.taskState = 'image_snapshot';
    const ended = this.#record(server, 'createImage', requestId);
    this.#later(server, this.host(server.hostName), true, () => {
      server.taskState = null;
      ended(null);
    });
  }

  /** @throws ApiError 400 */
  #checkGoal(server: SimulatedServer, { action, input }: ActionRequest): void {
    if (action === 'resize' && input['flavorRef'] === server.flavor)
      throw new ApiError(400, 'When resizing, instances must change flavor!');
  }

  /**
   * At once: what an operator, or a test, does to a server behind Nova's back.
   * @param fault with which it is in ERROR; null: none, as after a reset of the state.
   */
  setState(server: SimulatedServer, vmState: VmState, fault: string | null): void {
    this.#settle(server, vmState);
    if (vmState === 'error' && fault !== null) this.#fail(server, fault);
  }

  setHost(
    host: Host,
    change: Partial<Pick<Host, 'isUp' | 'isForcedDown' | 'isDisabled' | 'disabledReason'>>,
  ): void {
    Object.assign(host, change);
    if (!host.isUp) return;
    if (change.isUp === true) host.hasEvacuated = false;
    const waiting = this.#stuck.get(host.name) ?? [];
    this.#stuck.delete(host.name);
    for (const { run } of waiting) run();
  }

  /** What hung on a host that is down has ended with its server. */
  #endStuck({ id }: SimulatedServer): void {
    for (const [host, waiting] of this.#stuck) {
      const [own, others] = [
        waiting.filter((one) => one.serverId === id),
        waiting.filter((one) => one.serverId !== id),
      ];
      if (own.length === 0) continue;
      this.#stuck.set(host, others);
      for (const { run } of own) run();
    }
  }

  isDown({ isUp, isForcedDown }: Host): boolean {
    return !isUp || isForcedDown;
  }

  #checkQuota({ projectId, flavor }: ServerRequest): void {
    const limits = this.#quotas.of(projectId);
    if (quotaKeys.every((key) => limits[key] < 0)) return;
    const used = this.usedBy(projectId);
    const { vcpus, ram } = this.#flavors.get(flavor);
    const asked: Quota = { instances: 1, cores: vcpus, ram };
    for (const key of quotaKeys)
      if (limits[key] >= 0 && used[key] + asked[key] > limits[key])
        throw new ApiError(
          403,
          `Quota exceeded for ${key}: Requested ${asked[key]}, but already used ${used[key]} of ${limits[key]} ${key}`,
        );
  }

  #checkAction(server: SimulatedServer, { action, input }: ActionRequest): void {
    const isSoft = action === 'reboot' && !isHardReboot(action, input);
    const { from = [], needs } = transitions[action] ?? {};
    if (server.isLocked) throw new ApiError(409, `Instance ${server.id} is locked`);
    if (needs === 'host' && server.hostName === null)
      throw new ApiError(409, `Instance ${server.id} is not ready`);
    if (isSoft ? server.vmState === 'active' : from.includes(server.vmState)) {
      // A hard reboot breaks off what hangs; all else waits for the task before.
      const mayBreakOff = isHardReboot(action, input) || action === 'evacuate';
      if (server.taskState === null || mayBreakOff) {
        if (needs !== 'launch' || server.launchedAt !== null) return;
        throw new ApiError(409, `Instance ${server.id} is in an invalid state for '${nameOf(action)}'`);
      }
      throw new ApiError(
        409,
        `Cannot '${nameOf(action)}' instance ${server.id} while it is in task_state ${server.taskState}`,
      );
    }
    throw new ApiError(
      409,
      `Cannot '${nameOf(action)}' instance ${server.id} while it is in vm_state ${server.vmState}`,
    );
  }

  /** What an action makes of the server; host null: there is none that could take it. */
  #goalOf(
    server: SimulatedServer,
    { action, input }: ActionRequest,
  ): { host?: Host | null; flavor?: string; imageId?: string; vmState?: VmState } {
    const elsewhere = (): Host | null =>
      this.#chooseHost({ zone: null, hostName: textOf(input['host']), not: server.hostName }) ?? null;
    switch (action) {
      case 'migrate':
      case 'os-migrateLive':
        return { host: elsewhere() };
      case 'resize': {
        const flavor = textOf(input['flavorRef']);
        const isTooLarge = flavor !== null && this.#flavors.get(flavor).ram > HOST_RAM;
        return {
          host: isTooLarge ? null : (elsewhere() ?? this.host(server.hostName) ?? null),
          ...(flavor === null ? {} : { flavor }),
        };
      }
      case 'confirmResize':
        return { vmState: server.previous?.vmState ?? 'active' };
      case 'revertResize': {
        const host = this.host(server.previous?.hostName ?? null);
        return {
          ...(host === undefined ? {} : { host }),
          ...(server.previous === null ? {} : { flavor: server.previous.flavor }),
        };
      }
      case 'rebuild': {
        const imageId = textOf(input['imageRef']);
        return imageId === null ? {} : { imageId };
      }
      case 'unshelve': {
        const host = this.#chooseHost({ zone: server.zone, hostName: null, not: null });
        return { host: host ?? null };
      }
      default:
        return {};
    }
  }

  #previousOf(server: SimulatedServer, action: string): SimulatedServer['previous'] {
    if (action !== 'resize' && action !== 'migrate') return null;
    const { flavor, hostName, vmState } = server;
    return { flavor, hostName, vmState };
  }

  #evacuate(server: SimulatedServer, { input, requestId, failure }: ActionRequest): void {
    const host = this.host(server.hostName);
    if (host === undefined) throw new ApiError(400, "The target host can't be the same one.");
    if (!this.isDown(host)) throw new ApiError(400, `Compute service of ${host.name} is still in use.`);
    const wanted = textOf(input['host']);
    if (wanted !== null && this.host(wanted) === undefined)
      throw new ApiError(404, `Compute host ${wanted} not found.`);
    const before = server.vmState;
    server.taskState = 'rebuilding';
    const ended = this.#record(server, 'evacuate', requestId);
    const target = this.#chooseHost({ zone: null, hostName: wanted, not: server.hostName });
    this.#later(server, target, target !== undefined, () => {
      if (isGoing(server)) return ended(null);
      if (failure !== null) return ended(this.#fail(server, failure));
      if (target === undefined) return ended(this.#fail(server, NO_VALID_HOST));
      this.#move(server, target);
      host.hasEvacuated = true;
      if (before === 'stopped') return this.#stopAgain(server, ended);
      this.#settle(server, 'active');
      ended(null);
    });
  }

  #chooseHost(wanted: {
    readonly zone: string | null;
    readonly hostName: string | null;
    readonly not: string | null;
  }): Host | undefined {
    const fitting = this.hosts.filter(
      (host) =>
        !this.isDown(host) &&
        !host.isDisabled &&
        host.name !== wanted.not &&
        (wanted.zone === null || host.zone === wanted.zone) &&
        (wanted.hostName === null || host.name === wanted.hostName),
    );
    return fitting.toSorted((left, right) => this.#loadOf(left) - this.#loadOf(right))[0];
  }

  #loadOf({ name }: Host): number {
    return this.#load.get(name) ?? 0;
  }

  #place(server: SimulatedServer, host: Host): void {
    server.hostName = host.name;
    this.#load.set(host.name, this.#loadOf(host) + 1);
  }

  #unplace(server: SimulatedServer): void {
    const host = this.host(server.hostName);
    if (host !== undefined) this.#load.set(host.name, this.#loadOf(host) - 1);
    server.hostName = null;
  }

  #move(server: SimulatedServer, host: Host): void {
    this.#unplace(server);
    this.#place(server, host);
  }

  #settle(server: SimulatedServer, vmState: VmState): void {
    server.vmState = vmState;
    server.taskState = null;
    if (vmState !== 'error') server.fault = null;
    if (vmState === 'shelved_offloaded') this.#unplace(server);
    server.updatedAt = this.#clock.now();
    this.#observer.changed(server);
  }

  #fail(server: SimulatedServer, message: string): string {
    server.vmState = 'error';
    server.taskState = null;
    server.fault = { code: 500, message, created: this.#clock.now() };
    server.updatedAt = this.#clock.now();
    this.#observer.changed(server);
    return message;
  }

  /** Runs when the operation's time is over: on a host that is down, when it is back. */
  #later(server: SimulatedServer, host: Host | undefined, byHost: boolean, run: () => void): void {
    this.#clock.after(this.#settings().latency.operation_ms, () => {
      if (!this.#all.has(server.id)) return run();
      if (!byHost || host === undefined || host.isUp) return run();
      const waiting = this.#stuck.get(host.name) ?? [];
      this.#stuck.set(host.name, [...waiting, { serverId: server.id, run }]);
    });
  }

  /** @returns ends it, with why it failed. */
  #record(
    server: SimulatedServer,
    operation: string,
    requestId: string,
    of: { readonly name?: string; readonly metadata?: Readonly<Record<string, string>> } = {},
  ): (failure: string | null) => void {
    const place = server.hostName === null ? {} : { host: server.hostName };
    const request = { server_id: server.id, operation, request_id: requestId };
    const end = this.#mutations.begin({ ...request, ...place, ...of });
    const record: InstanceActionRecord = {
      action: nameOf(operation),
      requestId,
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
    };
  }
}

/** Its deletion breaks off what else is under way. */
function isGoing({ taskState, deletedAt }: SimulatedServer): boolean {
  return taskState === 'deleting' || deletedAt !== null;
}

/** `os-start` is `start` in Nova's sentences and instance actions. */
function nameOf(action: string): string {
  return action === 'os-migrateLive' ? 'live-migration' : action.replace(/^os-/, '');
}

/** A rebuild can give another name and other metadata, at once. */
function rename(server: SimulatedServer, { name, metadata }: JsonObject): void {
  server.name = textOf(name) ?? server.name;
  if (isJsonObject(metadata)) server.metadata = metadata as Record<string, string>;
}

function isHardReboot(action: string, input: JsonObject): boolean {
  return action === 'reboot' && textOf(input['type'])?.toUpperCase() === 'HARD';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
