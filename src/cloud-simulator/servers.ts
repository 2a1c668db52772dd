/**
 * Servers and hosts: what Nova does with them. An action is taken or refused by its state, sets a task, and
 * ends later; on a host that is down it ends when the host is back.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import { ApiError } from './api-error.ts';
import type { Clock } from './clock.ts';
import type { Host } from './host.ts';
import type { MutationLog } from './mutation-log.ts';
import { transitions, type VmState } from './server-states.ts';
import type { SimulatorSettings } from './settings.ts';

export interface SimulatedServer {
  readonly id: string;
  name: string;
  readonly projectId: string;
  readonly userId: string;
  readonly createdAt: number;
  updatedAt: number;
  launchedAt: number | null;
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
  readonly securityGroups: readonly string[];
  isLocked: boolean;
  fault: { readonly code: number; readonly message: string; readonly created: number } | null;
  readonly adminPass: string;
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
}

export interface ServerRequest {
  readonly name: string;
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
  /** What waits for a host to come back. */
  readonly #stuck = new Map<string, { readonly serverId: string; readonly run: () => void }[]>();

  constructor(tools: {
    readonly clock: Clock;
    readonly mutations: MutationLog;
    readonly settings: () => SimulatorSettings;
    readonly observer: ServerObserver;
  }) {
    this.#clock = tools.clock;
    this.#mutations = tools.mutations;
    this.#settings = tools.settings;
    this.#observer = tools.observer;
    this.hosts = tools.settings().hosts.map(({ name, zone }) => ({
      name,
      zone,
      serviceId: randomUUID(),
      hypervisorId: randomUUID(),
      isUp: true,
      isForcedDown: false,
      isDisabled: false,
      disabledReason: null,
    }));
  }

  /** The newest first, as Nova lists them. */
  get all(): readonly SimulatedServer[] {
    this.#newestFirst ??= [...this.#all.values()].toReversed();
    return this.#newestFirst;
  }

  find(id: string): SimulatedServer | undefined {
    return this.#all.get(id);
  }

  host(name: string | null): Host | undefined {
    return this.hosts.find((host) => host.name === name);
  }

  /** @throws ApiError 400, 403. */
  create(request: ServerRequest): SimulatedServer {
    this.#checkQuota(request.projectId);
    if (request.zone !== null && !this.hosts.some(({ zone }) => zone === request.zone))
      throw new ApiError(400, 'The requested availability zone is not available');
    const now = this.#clock.now();
    const { hostName, zone, requestId, failure, ...given } = request;
    const chosen = this.#chooseHost({ zone, hostName, not: null });
    const server: SimulatedServer = {
      ...given,
      id: randomUUID(),
      createdAt: now,
      updatedAt: now,
      launchedAt: null,
      vmState: 'building',
      taskState: 'scheduling',
      hostName: null,
      zone: chosen?.zone ?? zone ?? 'nova',
      previous: null,
      configDrive: given.configDrive ? 'True' : '',
      isLocked: false,
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
    if (server.taskState === 'deleting') return;
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
    this.#unplace(server);
    server.vmState = 'deleted';
    this.#all.delete(server.id);
    this.#newestFirst = undefined;
    this.#observer.deleted(server);
    this.#endStuck(server);
  }

  /** @throws ApiError 400 and 409 as Nova refuses. */
  act(server: SimulatedServer, request: ActionRequest): void {
    const transition = transitions[request.action];
    if (transition === undefined) throw new ApiError(400, `There is no such action: ${request.action}`);
    this.#checkAction(server, request);
    if (request.action === 'evacuate') return this.#evacuate(server, request);
    const isHard = request.action === 'reboot' && request.input['type'] === 'HARD';
    const before = server.vmState;
    const goal = this.#goalOf(server, request);
    server.previous = this.#previousOf(server, request.action);
    server.taskState = isHard ? 'rebooting_hard' : transition.task;
    server.updatedAt = this.#clock.now();
    const ended = this.#record(server, request.action, request.requestId);
    this.#later(server, this.host(server.hostName), transition.byHost === true, () => {
      if (request.failure !== null) return ended(this.#fail(server, request.failure));
      if (goal.host === null) {
        server.taskState = null;
        server.previous = null;
        return ended(NO_VALID_HOST);
      }
      if (goal.host !== undefined) this.#move(server, goal.host);
      if (goal.flavor !== undefined) server.flavor = goal.flavor;
      if (goal.imageId !== undefined) server.imageId = goal.imageId;
      const to = goal.vmState ?? (request.action === 'rebuild' && before === 'error' ? 'active' : before);
      this.#settle(server, transition.to ?? to);
      ended(null);
    });
  }

  /** At once: what an operator, or a test, does to a server behind Nova's back. */
  setState(server: SimulatedServer, vmState: VmState, fault: string | null): void {
    this.#settle(server, vmState);
    if (vmState === 'error') this.#fail(server, fault ?? 'Reset to error by an administrator.');
  }

  setHost(
    host: Host,
    change: Partial<Pick<Host, 'isUp' | 'isForcedDown' | 'isDisabled' | 'disabledReason'>>,
  ): void {
    Object.assign(host, change);
    if (!host.isUp) return;
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

  #checkQuota(projectId: string): void {
    const limit = this.#settings().quota.instances;
    if (limit < 0) return;
    const used = this.all.filter((server) => server.projectId === projectId).length;
    if (used >= limit)
      throw new ApiError(
        403,
        `Quota exceeded for instances: Requested 1, but already used ${used} of ${limit} instances`,
      );
  }

  #checkAction(server: SimulatedServer, { action, input }: ActionRequest): void {
    const isSoft = action === 'reboot' && input['type'] !== 'HARD';
    const from = isSoft ? ['active'] : (transitions[action]?.from ?? []);
    if (server.isLocked) throw new ApiError(409, `Instance ${server.id} is locked`);
    if (from.includes(server.vmState)) {
      // A hard reboot breaks off what hangs; all else waits for the task before.
      const mayBreakOff = (action === 'reboot' && !isSoft) || action === 'evacuate';
      if (server.taskState === null || mayBreakOff) return;
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
        return {
          host: elsewhere() ?? this.host(server.hostName) ?? null,
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
    if (host !== undefined && !this.isDown(host))
      throw new ApiError(400, `Compute service of ${host.name} is still in use.`);
    const wanted = textOf(input['host']);
    if (wanted !== null && this.host(wanted) === undefined)
      throw new ApiError(400, `Compute host ${wanted} not found.`);
    const before = server.vmState;
    server.taskState = 'rebuilding';
    const ended = this.#record(server, 'evacuate', requestId);
    const target = this.#chooseHost({ zone: null, hostName: wanted, not: server.hostName });
    this.#later(server, target, target !== undefined, () => {
      if (failure !== null) return ended(this.#fail(server, failure));
      if (target === undefined) return ended(this.#fail(server, NO_VALID_HOST));
      this.#move(server, target);
      this.#settle(server, before === 'stopped' ? 'stopped' : 'active');
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
    const end = this.#mutations.begin({ server_id: server.id, operation, request_id: requestId, ...of });
    const record: InstanceActionRecord = {
      action: nameOf(operation),
      requestId,
      startedAt: this.#clock.now(),
      endedAt: null,
      result: null,
      message: null,
    };
    server.actions.unshift(record);
    server.actions.splice(ACTIONS_KEPT);
    return (failure) => {
      record.endedAt = this.#clock.now();
      record.result = failure === null ? 'Success' : 'Error';
      record.message = failure === null ? null : 'Error';
      end();
    };
  }
}

/** `os-start` is `start` in Nova's sentences and instance actions. */
function nameOf(action: string): string {
  return action === 'os-migrateLive' ? 'live-migration' : action.replace(/^os-/, '');
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
