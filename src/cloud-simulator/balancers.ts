/**
 * Load balancers and their parts: what Octavia does with them. A change of any part makes it and all above it
 * PENDING until the operation's time is over; meanwhile every other change of the balancer is refused.
 *
 *     loadbalancer ── listener ──(default_pool_id)── pool ── member
 *                  └─ pool                                └─ healthmonitor
 */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import type { Clock } from './clock.ts';
import type { MutationLog } from './mutation-log.ts';
import type { SimulatorSettings } from './settings.ts';

export type PartKind = 'loadbalancer' | 'listener' | 'pool' | 'healthmonitor' | 'member';

const kinds: readonly PartKind[] = ['loadbalancer', 'listener', 'pool', 'healthmonitor', 'member'];

/** As in Octavia's sentences. */
export const labels: Readonly<Record<PartKind, string>> = {
  loadbalancer: 'Load Balancer',
  listener: 'Listener',
  pool: 'Pool',
  healthmonitor: 'Health Monitor',
  member: 'Member',
};

export const memberStatuses = ['ONLINE', 'OFFLINE', 'DEGRADED', 'ERROR', 'NO_MONITOR', 'DRAINING'] as const;
export type OperatingStatus = (typeof memberStatuses)[number];

type Provisioning = 'ACTIVE' | 'ERROR' | 'PENDING_CREATE' | 'PENDING_UPDATE' | 'PENDING_DELETE';

export interface SimulatedBalancerPart {
  readonly kind: PartKind;
  readonly id: string;
  readonly projectId: string;
  readonly createdAt: number;
  updatedAt: number | null;
  provisioning: Provisioning;
  /** Of a listener or pool its balancer, of a member or health monitor its pool; null: a balancer. */
  readonly parent: SimulatedBalancerPart | null;
  /** What was written, with Octavia's defaults. */
  properties: JsonObject;
  /** Of a member: as the admin API has set it; it wins over what the server is like. */
  forced: OperatingStatus | null;
}

/** The request that changes something. */
export interface PartRequest {
  readonly requestId: string;
  /** It is to end in ERROR. */
  readonly fails: boolean;
}

export interface BalancerTools {
  readonly clock: Clock;
  readonly mutations: MutationLog;
  readonly settings: () => SimulatorSettings;
  /** Whether a server with this address runs. */
  readonly answersAt: (address: string) => boolean;
  /** The balancer is gone. */
  readonly removed: (balancer: SimulatedBalancerPart) => void;
}

export class Balancers {
  readonly #parts = new Map<string, SimulatedBalancerPart>();
  /** By the parent's id and the kind: a list of members asks for the monitor of each one's pool. */
  readonly #children = new Map<string, Set<SimulatedBalancerPart>>();
  readonly #tools: BalancerTools;

  constructor(tools: BalancerTools) {
    this.#tools = tools;
  }

  all(kind: PartKind): readonly SimulatedBalancerPart[] {
    return [...this.#parts.values()].filter((part) => part.kind === kind);
  }

  find(kind: PartKind, id: string): SimulatedBalancerPart | undefined {
    const part = this.#parts.get(id);
    return part?.kind === kind ? part : undefined;
  }

  children(parent: SimulatedBalancerPart, kind: PartKind): readonly SimulatedBalancerPart[] {
    return [...(this.#children.get(`${parent.id} ${kind}`) ?? [])];
  }

  listenersOf(pool: SimulatedBalancerPart): readonly SimulatedBalancerPart[] {
    return this.all('listener').filter(({ properties }) => properties['default_pool_id'] === pool.id);
  }

  /** @throws SimulatorError 409 while something of the balancer is PENDING. */
  create(given: NewPart, request: PartRequest): SimulatedBalancerPart {
    if (given.parent !== null) this.checkMutable(given.parent);
    return this.#create(given, request);
  }

  /** @throws SimulatorError 409 while something of the balancer is PENDING. */
  update(part: SimulatedBalancerPart, properties: JsonObject, request: PartRequest): void {
    this.checkMutable(part);
    this.#update(part, properties, request);
  }

  /** With all its parts. @throws SimulatorError 409 while something of the balancer is PENDING. */
  delete(part: SimulatedBalancerPart, request: PartRequest): void {
    if (part.kind === 'loadbalancer' && isPending(part))
      throw new SimulatorError(409, `Invalid state ${part.provisioning} of loadbalancer resource ${part.id}`);
    this.checkMutable(part);
    this.#change(part, 'DELETE', request);
  }

  /**
   * The members of a pool as a whole: one with the same address and port is kept.
   * @param isAdditive those that are not named are kept as well.
   * @throws SimulatorError 409 while something of the balancer is PENDING.
   */
  replaceMembers(
    pool: SimulatedBalancerPart,
    wanted: readonly JsonObject[],
    request: PartRequest & { readonly isAdditive: boolean },
  ): void {
    this.checkMutable(pool);
    const before = this.children(pool, 'member');
    const kept = wanted.map((target) => before.find(({ properties }) => isSameTarget(properties, target)));
    for (const member of before)
      if (!request.isAdditive && !kept.includes(member)) this.#change(member, 'DELETE', request);
    for (const [index, properties] of wanted.entries()) {
      const member = kept[index];
      if (member !== undefined) this.#update(member, properties, request);
      else this.#create({ kind: 'member', projectId: pool.projectId, parent: pool, properties }, request);
    }
  }

  /** The first of the part and all above it that is PENDING refuses. @throws SimulatorError 409. */
  checkMutable(part: SimulatedBalancerPart): void {
    const pending = [part, ...this.#above(part)].find(isPending);
    if (pending !== undefined)
      throw new SimulatorError(
        409,
        `${labels[pending.kind]} ${pending.id} is immutable and cannot be updated.`,
      );
  }

  /** Members follow from their servers, all else from members. */
  operatingStatus(part: SimulatedBalancerPart): OperatingStatus {
    if (part.kind === 'member') return this.#memberStatus(part);
    if (part.provisioning === 'PENDING_CREATE' || part.properties['admin_state_up'] === false)
      return 'OFFLINE';
    if (part.kind === 'pool') return this.#poolStatus(part);
    if (part.kind !== 'loadbalancer') return 'ONLINE';
    const pools = this.children(part, 'pool').map((pool) => this.#poolStatus(pool));
    if (pools.includes('ERROR')) return 'ERROR';
    return pools.includes('DEGRADED') ? 'DEGRADED' : 'ONLINE';
  }

  #memberStatus(member: SimulatedBalancerPart): OperatingStatus {
    if (member.forced !== null) return member.forced;
    const { parent, properties, provisioning } = member;
    const isMonitored =
      parent !== null &&
      this.children(parent, 'healthmonitor').some((one) => one.provisioning !== 'PENDING_CREATE');
    if (!isMonitored) return 'NO_MONITOR';
    if (properties['admin_state_up'] === false || provisioning === 'PENDING_CREATE') return 'OFFLINE';
    const address = properties['monitor_address'] ?? properties['address'];
    return typeof address === 'string' && this.#tools.answersAt(address) ? 'ONLINE' : 'ERROR';
  }

  #poolStatus(pool: SimulatedBalancerPart): OperatingStatus {
    const statuses = this.children(pool, 'member').map((member) => this.#memberStatus(member));
    const failed = statuses.filter((status) => status === 'ERROR').length;
    if (failed === 0) return 'ONLINE';
    return failed === statuses.length ? 'ERROR' : 'DEGRADED';
  }

  /** Of a pool its listeners are above it as well. */
  #above(part: SimulatedBalancerPart): readonly SimulatedBalancerPart[] {
    const listeners = part.kind === 'pool' ? this.listenersOf(part) : [];
    return [...listeners, ...(part.parent === null ? [] : [part.parent, ...this.#above(part.parent)])];
  }

  #create(given: NewPart, request: PartRequest): SimulatedBalancerPart {
    const part: SimulatedBalancerPart = {
      ...given,
      id: randomUUID(),
      createdAt: this.#tools.clock.now(),
      updatedAt: null,
      provisioning: 'PENDING_CREATE',
      forced: null,
    };
    this.#parts.set(part.id, part);
    if (part.parent !== null) {
      const key = `${part.parent.id} ${part.kind}`;
      this.#children.set(key, (this.#children.get(key) ?? new Set()).add(part));
    }
    this.#change(part, 'CREATE', request);
    return part;
  }

  #update(part: SimulatedBalancerPart, properties: JsonObject, request: PartRequest): void {
    part.properties = { ...part.properties, ...properties };
    this.#change(part, 'UPDATE', request);
  }

  #change(part: SimulatedBalancerPart, change: 'CREATE' | 'UPDATE' | 'DELETE', request: PartRequest): void {
    const { clock, mutations, settings } = this.#tools;
    const above = this.#above(part);
    part.provisioning = `PENDING_${change}`;
    for (const one of above) one.provisioning = 'PENDING_UPDATE';
    const ended = mutations.begin({
      server_id: part.id,
      operation: `${change.toLowerCase()}-${part.kind}`,
      request_id: request.requestId,
    });
    clock.after(settings().latency.operation_ms, () => {
      if (change === 'DELETE' && !request.fails) this.#remove(part);
      for (const one of [part, ...above]) {
        one.provisioning = one === part && request.fails ? 'ERROR' : 'ACTIVE';
        one.updatedAt = clock.now();
      }
      ended();
    });
  }

  #remove(part: SimulatedBalancerPart): void {
    for (const kind of kinds) for (const child of this.children(part, kind)) this.#remove(child);
    this.#parts.delete(part.id);
    if (part.parent !== null) this.#children.get(`${part.parent.id} ${part.kind}`)?.delete(part);
    if (part.kind === 'loadbalancer') this.#tools.removed(part);
    if (part.kind === 'pool')
      for (const listener of this.listenersOf(part))
        listener.properties = { ...listener.properties, default_pool_id: null };
  }
}

type NewPart = Pick<SimulatedBalancerPart, 'kind' | 'projectId' | 'parent' | 'properties'>;

export function isPending({ provisioning }: SimulatedBalancerPart): boolean {
  return provisioning.startsWith('PENDING');
}

/** A pool has one member for each address and port. */
export function isSameTarget(one: JsonObject, other: JsonObject): boolean {
  return one['address'] === other['address'] && one['protocol_port'] === other['protocol_port'];
}
