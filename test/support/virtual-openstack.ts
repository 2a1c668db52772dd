/**
 * The simulated cloud in virtual time, without a network: the real profile types and their clients send their
 * requests to it within the process. What it has begun continues when the process that asked is killed.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import {
  clientEnvironment,
  openWorld,
  simulatorApp,
  type SimulatorOptions,
} from '../../src/cloud-simulator/cloud-simulator.ts';
import { faultSchema, type Fault } from '../../src/cloud-simulator/faults.ts';
import { overlappingMutations } from '../../src/cloud-simulator/mutation-log.ts';
import type { SimulatorSettings } from '../../src/cloud-simulator/settings.ts';
import type { SimulatedServer } from '../../src/cloud-simulator/simulated-server.ts';
import type { World } from '../../src/cloud-simulator/world.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { createCloud, type Clouds } from '../../src/openstack/cloud.ts';
import type { CloudSettings } from '../../src/openstack/cloud-settings.ts';
import { CloudHosts } from '../../src/openstack/cloud-hosts.ts';
import { findSettings } from '../../src/openstack/find-settings.ts';
import { RequestFailed } from '../../src/outbound/request-failed.ts';
import type { ServiceAnswer, ServiceRequest } from '../../src/outbound/service-client.ts';
import { novaServer } from '../../src/profiles/os-nova-server/os-nova-server.ts';
import type { ProfileType } from '../../src/profiles/profile-type.ts';
import type { CloudView } from '../../src/requests/request-tools.ts';
import type { NodeHome } from './node-home.ts';
import type { VirtualClock } from './virtual-clock.ts';

const url = 'http://cloud.test';
/** Short, so that a request that hangs does not take up a whole story. */
export const attemptTimeoutMs = 10_000;

export class VirtualOpenStack implements NodeHome {
  readonly world: World;
  readonly profileSpec: JsonObject = {
    type: 'os.nova.server',
    version: '1.0',
    properties: { flavor: 'm1.tiny', image: 'debian' },
  };
  readonly #app: FastifyInstance;
  readonly #settings: CloudSettings;
  readonly #clock: VirtualClock;
  readonly #outages: { readonly host: string; readonly since: number; until: number }[] = [];

  constructor(clock: VirtualClock, settings: SimulatorOptions['settings'] = {}) {
    this.#clock = clock;
    const { world, password } = openWorld({
      settings,
      clock: {
        now: () => clock.epoch + clock.now,
        after(ms, run) {
          clock.outside(ms, run);
          return () => undefined;
        },
      },
    });
    this.world = world;
    this.#app = simulatorApp(world, () => url);
    this.#settings = findSettings({ env: clientEnvironment(world, url, password) });
  }

  /**
   * With what it has, and nothing that is only named: an image `debian`.
   * @param hosts `compute1`, or `az1:compute1` in an availability zone.
   */
  static strict(clock: VirtualClock, hosts: readonly string[]): VirtualOpenStack {
    const cloud = new VirtualOpenStack(clock, {
      hosts: hosts.map((host) => {
        const [zone = 'nova', name] = host.includes(':') ? host.split(':') : ['nova', host];
        return { name: name ?? host, zone };
      }),
      latency: { answer_ms: 10, operation_ms: 2000 },
      strict: true,
    });
    cloud.world.addImage('debian');
    return cloud;
  }

  get serverCount(): number {
    return this.world.servers.all.length;
  }

  /** Changes of servers, when they began. */
  get calls(): readonly { readonly at: number; readonly text: string }[] {
    return this.world.mutations.all.map(({ server_id: id, operation, host, began_at: at }) => ({
      at: at - this.#clock.epoch,
      text: `${operation} ${id}${host === undefined ? '' : ` (on ${host})`}`,
    }));
  }

  /** `web-1's server`, `web-1's server 2`: in the order in which they were created. */
  readable(text: string): string {
    const names = new Map<string, string>();
    const counts = new Map<string, number>();
    for (const { server_id: id, name } of this.world.mutations.all) {
      if (name === undefined) continue;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      names.set(id, `<${name}'s server${count === 1 ? '' : ` ${count}`}>`);
    }
    const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
    return text.replace(uuid, (id) => names.get(id) ?? '<id>');
  }

  get isAtWork(): boolean {
    return this.world.mutations.all.some(({ ended_at }) => ended_at === null);
  }

  get overlaps(): readonly string[] {
    return overlappingMutations(this.world.mutations.all, (mutation, at) => this.#wasDown(mutation.host, at));
  }

  /** A host dies, with all that is under way on it; or it is back, and an operator lets it be used again. */
  setHost(name: string, isUp: boolean): void {
    const host = this.world.hosts.find(name);
    if (host === undefined) throw new Error(`there is no host ${name}`);
    const at = this.world.clock.now();
    const last = this.#outages.find((each) => each.host === name && each.until === Infinity);
    if (!isUp && last === undefined) this.#outages.push({ host: name, since: at, until: Infinity });
    if (isUp && last !== undefined) last.until = at;
    this.world.hosts.change(host, isUp ? { isUp, isForcedDown: false } : { isUp });
  }

  #wasDown(name: string | undefined, at: number): boolean {
    return this.#outages.some(({ host, since, until }) => host === name && since <= at && at <= until);
  }

  serverOf(nodeId: string): SimulatedServer | undefined {
    return this.world.servers.all.find(({ metadata }) => metadata['cluster_node_id'] === nodeId);
  }

  lose(nodeId: string): void {
    const server = this.serverOf(nodeId);
    if (server !== undefined) this.world.servers.remove(server);
  }

  limit(quota: Partial<SimulatorSettings['quota']>): void {
    const { world } = this;
    world.settings = { ...world.settings, quota: { ...world.settings.quota, ...quota } };
  }

  /** Nova sees that a host has died only when its last report is so old. */
  seeDeathAfter(ms: number): void {
    this.world.settings = { ...this.world.settings, service_down_time: ms / 1000 };
  }

  deleteImage(name: string): void {
    for (const image of this.world.images.values())
      if (image.name === name) this.world.images.delete(image.id);
  }

  fault(fault: Partial<Fault>): void {
    this.world.faults.add(faultSchema.parse({ service: 'compute', ...fault }));
  }

  /** Whether services answer is not measured here: that takes time of its own. */
  get cloudView(): CloudView {
    const hosts = new CloudHosts(this.clouds(() => true).service.nova);
    const { origin: credential, region } = this.#settings;
    return { outages: [], notifications: null, credential, region, hosts: () => hosts.read() };
  }

  profileType(isAlive: () => boolean): ProfileType {
    return novaServer({ clouds: this.clouds(isAlive) });
  }

  clouds(isAlive: () => boolean): Clouds {
    const send = (request: ServiceRequest, signal: AbortSignal): Promise<ServiceAnswer> =>
      this.#send(request, signal, isAlive);
    const cloud = createCloud({
      settings: this.#settings,
      sender: { send },
      random: () => 0.5,
      attemptTimeoutMs,
    });
    return { of: () => cloud, scopeOf: () => 'service', service: cloud };
  }

  /** A process that is killed sends nothing more, and hears nothing of what it has sent. */
  async #send(request: ServiceRequest, signal: AbortSignal, isAlive: () => boolean): Promise<ServiceAnswer> {
    const place = { url: request.url, redirected: false };
    if (!isAlive()) return await new Promise<never>(() => {});
    if (signal.aborted) throw RequestFailed.aborted(place, signal);
    try {
      const { statusCode, headers, body } = await unlessAborted(this.#exchange(request), signal);
      if (!isAlive()) return await new Promise<never>(() => {});
      return { status: statusCode, headers: headers as ServiceAnswer['headers'], body };
    } catch (error) {
      if (!isAlive()) return await new Promise<never>(() => {});
      if (signal.aborted) throw RequestFailed.aborted(place, signal);
      throw RequestFailed.of(place, error);
    }
  }

  #exchange({ method, url: at, headers, body }: ServiceRequest): Promise<LightMyRequestResponse> {
    return this.#app.inject({
      method: method as 'GET',
      url: at.pathname + at.search,
      headers: { ...headers, 'x-request-id': randomUUID() },
      ...(body === undefined ? {} : { payload: body }),
    });
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}
