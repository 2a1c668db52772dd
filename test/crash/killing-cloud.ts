/**
 * What is outside of the process that is killed: servers, and what workflows call. It knows a request by its
 * key, as a cloud does, so that a repeated request is the same one and has no second effect. Where it is
 * asked to, it falls silent before or after an effect: the process that waits for the answer stands at a
 * known place until the test kills it there.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Verdict } from '../../src/domain/verdict.ts';

export interface KillPoint {
  /** Which of the node's effects, from 0; or the first probe of it. */
  readonly at: number | 'probe';
  readonly when: 'before' | 'after';
}

/**
 * How a node and what it needs behave; absent: it is broken, the first repair cures it, and nothing is
 * refused.
 */
export interface Temper {
  readonly seenAs?: 'broken' | 'healthy' | 'unseen';
  /** So many repairs do not cure it; Infinity: only a new server does. */
  readonly stubborn?: number;
  /** How those are that are created; absent: healthy. */
  readonly newServers?: 'broken' | 'healthy';
  /** By effect: so many requests fail, the first ones. */
  readonly refuses?: Readonly<Record<string, number>>;
}

interface Request {
  /** `reboot`, `create`, ..., or what a workflow calls. */
  readonly effect: string;
  readonly node: string;
  readonly server: string;
  readonly key: string;
}

interface NodeRecord {
  readonly temper: Temper;
  /** Every request but probes, in the order in which they came. */
  readonly requests: Request[];
  killPoint: KillPoint | undefined;
}

const verdicts: Readonly<Record<NonNullable<Temper['seenAs']>, Verdict>> = {
  healthy: { health: 'healthy', reason: 'runs' },
  broken: { health: 'unhealthy', failure: 'SERVER_ERROR', reason: 'broken' },
  unseen: { health: 'unknown', reason: 'no answer' },
};

const repairs: readonly string[] = ['reboot', 'rebuild'];

export class KillingCloud {
  /** By physical id. */
  readonly #servers = new Map<string, { readonly node: string; verdict: Verdict }>();
  readonly #nodes = new Map<string, NodeRecord>();
  readonly #server: Server;
  /** Called once an effect was had, before it is answered. */
  onRequest: (effect: string, node: string) => Promise<void> = () => Promise.resolve();

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<void> {
    // A connection that it closes is one on which a request may just be under way: that would be a failure of
    // its own.
    this.#server.keepAliveTimeout = 0;
    const listening = { port: 0, host: '127.0.0.1', backlog: 4096 };
    await new Promise<void>((resolve) => void this.#server.listen(listening, resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  /** @returns the physical id of its server. */
  addNode(node: string, temper: Temper, killPoint?: KillPoint): string {
    const physicalId = `server of ${node}`;
    this.#servers.set(physicalId, { node, verdict: verdicts[temper.seenAs ?? 'broken'] });
    this.#nodes.set(node, { temper, requests: [], killPoint });
    return physicalId;
  }

  /** Of these nodes, those that were not yet asked for what they fall silent at. */
  notYetSilent(nodes: readonly string[]): string[] {
    return nodes.filter((node) => this.#nodes.get(node)?.killPoint !== undefined);
  }

  /** What was asked for, in the order in which it was first asked for: a repeated request counts once. */
  effectsOf(node: string): string[] {
    return distinct(this.#requestsOf(node)).map(({ effect }) => effect);
  }

  /** What was asked for more than once, as often as it was asked for again. */
  repeatsOf(node: string): string[] {
    const requests = this.#requestsOf(node);
    return requests.filter((each, index) => firstLike(requests, each) < index).map(({ effect }) => effect);
  }

  serversOf(node: string): Verdict['health'][] {
    return [...this.#servers.values()]
      .filter((each) => each.node === node)
      .map((each) => each.verdict.health);
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = this.#read(incoming);
    const at = this.#note(request);
    if (this.#fallsSilent(request, at, 'before')) return;
    const answer = this.#have(request);
    await this.onRequest(request.effect, request.node);
    if (this.#fallsSilent(request, at, 'after')) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }

  #read(incoming: IncomingMessage): Request {
    const url = new URL(incoming.url ?? '', this.url);
    const field = (name: string): string => url.searchParams.get(name) ?? '';
    return { effect: url.pathname.slice(1), node: field('node'), server: field('server'), key: field('key') };
  }

  /** @returns where a kill point has to stand to be meant. */
  #note(request: Request): KillPoint['at'] {
    if (request.effect === 'probe') return 'probe';
    const requests = this.#requestsOf(request.node);
    requests.push(request);
    return distinct(requests).findIndex((each) => isSame(each, request));
  }

  #fallsSilent({ node }: Request, at: KillPoint['at'], when: KillPoint['when']): boolean {
    const record = this.#recordOf(node);
    if (record.killPoint?.at !== at || record.killPoint.when !== when) return false;
    record.killPoint = undefined;
    return true;
  }

  #have(request: Request): unknown {
    const { effect, node, server, key } = request;
    const machine = this.#servers.get(server);
    if (effect === 'probe') return machine?.verdict ?? verdicts.broken;
    const physicalId = `server of ${node} by ${key}`;
    const answer = { physicalId, data: {}, spare: 'spare' };
    // Not by the status: a workflow's error would then say all about the answer, also when it came.
    if (this.#isRefused(request)) return { ...answer, refused: true };
    if (effect === 'create') {
      const { newServers = 'healthy' } = this.#recordOf(node).temper;
      this.#servers.set(physicalId, { node, verdict: verdicts[newServers] });
    }
    if (effect === 'remove') this.#servers.delete(server);
    if (effect === 'remove-others') this.#removeOthers(node, server.split(','));
    if (machine !== undefined && this.#isCure(request)) machine.verdict = verdicts.healthy;
    return { ...answer, refused: false };
  }

  #removeOthers(node: string, kept: readonly string[]): void {
    for (const [id, server] of this.#servers)
      if (server.node === node && !kept.includes(id)) this.#servers.delete(id);
  }

  #isRefused(request: Request): boolean {
    const refused = this.#recordOf(request.node).temper.refuses?.[request.effect] ?? 0;
    return this.#numberAmong([request.effect], request) < refused;
  }

  #isCure(request: Request): boolean {
    const { stubborn = 0 } = this.#recordOf(request.node).temper;
    return repairs.includes(request.effect) && this.#numberAmong(repairs, request) >= stubborn;
  }

  #numberAmong(effects: readonly string[], request: Request): number {
    const alike = this.#requestsOf(request.node).filter(({ effect }) => effects.includes(effect));
    return distinct(alike).findIndex((each) => isSame(each, request));
  }

  #requestsOf(node: string): Request[] {
    return this.#recordOf(node).requests;
  }

  #recordOf(node: string): NodeRecord {
    const record = this.#nodes.get(node);
    if (record === undefined) throw new Error(`the cloud knows no node ${node}`);
    return record;
  }
}

function distinct(requests: readonly Request[]): Request[] {
  return requests.filter((each, index) => firstLike(requests, each) === index);
}

function firstLike(requests: readonly Request[], request: Request): number {
  return requests.findIndex((each) => isSame(each, request));
}

function isSame(one: Request, other: Request): boolean {
  return one.effect === other.effect && one.key === other.key;
}
