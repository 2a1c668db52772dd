/**
 * A cloud whose servers exist in memory and in virtual time: they can be broken, be out of sight, and their
 * operations take time, fail, hang, or succeed without saying so. As a real cloud does, it knows a request by
 * its key, and it continues what it has begun when the process that asked is killed. It notes where two
 * operations change a node at once.
 */
import { CoppiceError } from '../../src/domain/errors.ts';
import type { EventListener } from '../../src/profiles/node-events.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { FailureClass, Verdict } from '../../src/domain/verdict.ts';
import type { NodeFacts, CreateRequest, PhysicalNode, ProfileType } from '../../src/profiles/profile-type.ts';
import type { NodeHome } from './node-home.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type OperationName = 'create' | 'remove' | 'reboot' | 'rebuild' | 'stop' | 'remove kept';

/** Of a removal: the servers that stay. */
type SimulatedRequest = CreateRequest & { readonly kept?: readonly string[] };

export interface Server {
  readonly physicalId: string;
  readonly nodeId: string;
  verdict: Verdict;
  /** null: whatever is done to it. */
  curedBy: readonly string[] | null;
  isStopped: boolean;
}

/** How one operation goes. */
export interface Course {
  readonly takesMs: number;
  /** `unanswered`: it works, and the answer is an error; `hangs`: until it is aborted. */
  readonly ends: 'works' | 'fails' | 'refused' | 'unanswered' | 'hangs';
}

interface Begun {
  readonly name: OperationName;
  readonly nodeId: string;
  readonly result: Promise<PhysicalNode | null>;
}

const healthy: Verdict = { health: 'healthy', reason: 'runs' };
const works: Course = { takesMs: 0, ends: 'works' };

export class SimulatedCloud implements NodeHome {
  readonly profileSpec = { type: 'test.node', version: '1.0', properties: {} };
  readonly servers = new Map<string, Server>();
  /** `reboot web-1`, ... when it begins. */
  readonly calls: { readonly at: number; readonly text: string }[] = [];
  /** The keys of all requests, also of repeated ones. */
  readonly requests: string[] = [];
  /** Operations that changed a node while another did. */
  readonly overlaps: string[] = [];
  /** Effects by key: each may be had once. */
  readonly effects = new Map<string, number>();
  course: (name: OperationName, node: NodeFacts) => Course = () => works;
  /** By node: how long after each operation that makes or cures its server that one fails again. */
  readonly relapses = new Map<string, { readonly afterMs: number; readonly failure: FailureClass }>();
  /** What a probe finds. */
  see: (node: NodeFacts, server: Server | undefined) => Verdict | Promise<Verdict> = (_node, server) =>
    truthOf(server);
  /** In which new servers are made, by the index of their node. */
  zones: readonly string[] = [];
  readonly #listeners = new Map<EventListener, () => boolean>();
  #hanging = Promise.withResolvers<never>();
  readonly #clock: VirtualClock;
  readonly #begun = new Map<string, Begun>();
  /** Of the nodes, by their ids. */
  readonly #names = new Map<string, string>();
  /** Of each node the keys of what changes it now, whether the process that asked lives or not. */
  readonly #running = new Map<string, Set<string>>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get serverCount(): number {
    return this.servers.size;
  }

  /** Its ids are readable. */
  readable(text: string): string {
    return text;
  }

  /** Of two that are there during a surge, the new one. */
  serverOf(nodeId: string): Server | undefined {
    return [...this.servers.values()].findLast((server) => server.nodeId === nodeId);
  }

  break(nodeId: string, failure: FailureClass, curedBy: readonly string[] | null): void {
    const server = this.serverOf(nodeId);
    if (server === undefined) return;
    server.verdict = { health: 'unhealthy', failure, reason: `it has ${failure}` };
    server.curedBy = curedBy;
  }

  heal(nodeId: string): void {
    for (const server of this.servers.values()) if (server.nodeId === nodeId) server.verdict = healthy;
  }

  /** An event of a node, which may be about nothing. It reaches living processes only. */
  sendEvent(nodeId: string): void {
    for (const [listener, isAlive] of this.#listeners) if (isAlive()) void listener.changed({ nodeId });
  }

  /** Operations that hang come to an end: they failed. */
  endHanging(): void {
    const hanging = this.#hanging;
    this.#hanging = Promise.withResolvers();
    hanging.promise.catch(() => {});
    hanging.reject(new CoppiceError('operation-failed', 'the cloud gave up'));
  }

  lose(nodeId: string): void {
    const server = this.serverOf(nodeId);
    if (server !== undefined) this.servers.delete(server.physicalId);
  }

  /** Of a node, or of all: those that are not stopped. */
  runningServers(nodeId?: string): Server[] {
    return [...this.servers.values()].filter(
      (server) => !server.isStopped && (nodeId === undefined || server.nodeId === nodeId),
    );
  }

  profileType(isAlive: () => boolean): ProfileType {
    const alive = <T>(work: () => Promise<T>): Promise<T> =>
      isAlive() ? work() : new Promise<never>(() => {});
    const change = (name: OperationName, node: NodeFacts, request: SimulatedRequest) =>
      alive(() => this.#operate(name, node, request));
    const operation = (name: OperationName): ProfileType['operations'][string] => ({
      description: name,
      parameters: {
        type: { description: 'type', required: false, type: 'String', allowed: ['SOFT', 'HARD'] },
      },
      run: async (node, _parameters, request) => (await change(name, node, request)) as PhysicalNode,
    });
    return {
      name: 'test.node',
      version: '1.0',
      noun: 'server',
      supportStatus: [{ status: 'SUPPORTED', since: '2026.11' }],
      fields: {},
      operations: { reboot: operation('reboot'), rebuild: operation('rebuild') },
      detectionModes: ['NODE_STATUS_POLLING', 'NODE_STATUS_POLL_URL', 'LIFECYCLE_EVENTS'],
      events: (listener) => {
        this.#listeners.set(listener, isAlive);
        return { stop: () => void this.#listeners.delete(listener) };
      },
      avoidable: ['ZONE'],
      failureDomains: { ZONE: ({ zone }) => (typeof zone === 'string' ? zone : null) },
      check: (properties) => ({ ok: true, properties: (properties ?? {}) as JsonObject }),
      create: async (node, request) => (await change('create', node, request)) as PhysicalNode,
      remove: async (node, request) => void (await change('remove', node, request)),
      surge: {
        obstacles: ({ port }) =>
          port === undefined ? [] : [{ field: 'port', expected: 'auto', found: JSON.stringify(port) }],
        create: async (node, request) => (await change('create', node, request)) as PhysicalNode,
        removeExcept: async (node, kept, request) => {
          const ids = kept.map(({ physicalId }) => physicalId);
          const isIdle = !this.#isBegun('remove', request) && this.#serversToRemove(node, ids).length === 0;
          if (!isIdle) await change('remove', node, { ...request, kept: ids });
        },
      },
      retention: {
        obstacles: ({ port }) =>
          port === undefined ? [] : [{ field: 'port', expected: 'auto', found: JSON.stringify(port) }],
        stop: async (node, request) => {
          await change('stop', node, request);
          return this.servers.has(node.physicalId ?? '');
        },
        remove: async ({ nodeId, physicalId }, request) => {
          // It is no longer the node's: what is done to the node does not wait for it.
          const node = { id: `kept ${physicalId}`, name: this.#names.get(nodeId) ?? '', physicalId };
          await change('remove kept', node as NodeFacts, request);
        },
        location: ({ physicalId }) => physicalId.replace(/ of .*/, ''),
      },
      probe: (node) => alive(async () => await this.see(node, this.servers.get(node.physicalId ?? ''))),
      details: async (node) => ({ server: node.physicalId }),
      endpoint: () => ({}),
      endpointParts: () => [],
    };
  }

  /** The same request again joins the first. */
  #operate(name: OperationName, node: NodeFacts, request: SimulatedRequest): Promise<PhysicalNode | null> {
    const key = `${name} ${request.key}`;
    this.#names.set(node.id, node.name);
    this.requests.push(request.key);
    const running = this.#running.get(node.id) ?? new Set<string>();
    this.#running.set(node.id, running);
    const known = this.#begun.get(key);
    if (known !== undefined) return known.result;
    if (request.signal.aborted) return Promise.reject(request.signal.reason as Error);
    this.calls.push({ at: this.#clock.now, text: `${name} ${node.name}` });
    this.#noteOverlap(name, node, running);
    running.add(key);
    const result = this.#carryOut(name, node, request).finally(() => running.delete(key));
    result.catch(() => {});
    this.#begun.set(key, { name, nodeId: node.id, result });
    return result;
  }

  #noteOverlap(name: OperationName, node: NodeFacts, running: ReadonlySet<string>): void {
    if (running.size > 0) this.overlaps.push(`${name} of ${node.name} during ${[...running].join(', ')}`);
  }

  async #carryOut(
    name: OperationName,
    node: NodeFacts,
    request: SimulatedRequest,
  ): Promise<PhysicalNode | null> {
    const { signal } = request;
    const { takesMs, ends } = this.course(name, node);
    const aborted = new Promise<never>((_resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
    aborted.catch(() => {});
    if (ends === 'refused') throw new CoppiceError('operation-impossible', `the cloud refuses to ${name}`);
    if (ends === 'hangs') return await Promise.race([aborted, this.#hanging.promise]);
    if (takesMs > 0) {
      const done = new Promise<void>((resolve) => this.#clock.outside(takesMs, resolve));
      await Promise.race([done, aborted]);
    }
    if (ends === 'fails') throw new CoppiceError('operation-failed', `the cloud failed to ${name}`);
    const made = this.#change(name, node, request);
    this.#failAgain(name, node.id);
    if (ends === 'unanswered') throw new CoppiceError('operation-failed', 'the cloud did not answer');
    return made;
  }

  #failAgain(name: OperationName, nodeId: string): void {
    const relapse = this.relapses.get(nodeId);
    if (relapse === undefined || ['remove', 'stop', 'remove kept'].includes(name)) return;
    this.#clock.outside(relapse.afterMs, () => this.break(nodeId, relapse.failure, null));
  }

  #isBegun(name: OperationName, { key }: SimulatedRequest): boolean {
    return this.#begun.has(`${name} ${key}`);
  }

  /** All of the node but these, also what a create made whose answer was lost. */
  #serversToRemove({ id }: NodeFacts, kept: readonly string[]): Server[] {
    return [...this.servers.values()].filter(
      ({ nodeId, physicalId }) => nodeId === id && !kept.includes(physicalId),
    );
  }

  #change(
    name: OperationName,
    node: NodeFacts,
    { key, elsewhere, kept = [] }: SimulatedRequest,
  ): PhysicalNode | null {
    const avoid = elsewhere?.avoid ?? [];
    const effect = `${name} ${key}`;
    this.effects.set(effect, (this.effects.get(effect) ?? 0) + 1);
    if (name === 'remove') {
      for (const { physicalId } of this.#serversToRemove(node, kept)) this.servers.delete(physicalId);
      return null;
    }
    if (name === 'create') return this.#make(node, key, avoid);
    const server = this.servers.get(node.physicalId ?? '');
    if (name === 'remove kept') this.servers.delete(node.physicalId ?? '');
    if (name === 'stop' && server !== undefined) server.isStopped = true;
    if (name === 'stop' || name === 'remove kept') return null;
    if (server === undefined)
      throw new CoppiceError('operation-impossible', `there is no server of ${node.name}`);
    if (server.curedBy === null || server.curedBy.includes(name.toUpperCase())) server.verdict = healthy;
    return { physicalId: server.physicalId, data: node.data };
  }

  #make(node: NodeFacts, key: string, avoid: readonly string[]): PhysicalNode {
    const physicalId = `server of ${key}`;
    if (!this.servers.has(physicalId))
      this.servers.set(physicalId, {
        physicalId,
        nodeId: node.id,
        verdict: healthy,
        curedBy: null,
        isStopped: false,
      });
    const zones = this.zones.filter((name) => !avoid.includes(name));
    const zone = zones[(node.index - 1) % Math.max(1, zones.length)];
    return { physicalId, data: zone === undefined ? {} : { zone } };
  }
}

export function truthOf(server: Server | undefined): Verdict {
  return (
    server?.verdict ?? { health: 'unhealthy', failure: 'SERVER_DELETED', reason: 'there is no such server' }
  );
}
