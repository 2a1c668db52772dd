/**
 * What is outside of the process that is killed: servers, and what workflows call. It knows a request by its key, as a cloud does, and
 * kills whom it serves before or after an effect, if it is asked to.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Verdict } from '../../src/domain/verdict.ts';

export interface KillPoint {
  readonly node: string;
  /** `reboot`, `create`, ..., or the name of a workflow. */
  readonly effect: string;
  readonly when: 'before' | 'after';
}

interface MachineState {
  readonly node: string;
  verdict: Verdict;
}

const well: Verdict = { health: 'healthy', reason: 'runs' };
const broken: Verdict = { health: 'unhealthy', failure: 'SERVER_ERROR', reason: 'broken' };

export class KillingCloud {
  /** By physical id. */
  readonly servers = new Map<string, MachineState>();
  /** How often each effect was had: `reboot <key>`, or `drain <node>` for a workflow's call. */
  readonly effects = new Map<string, number>();
  /** Nodes that only a new server cures. */
  readonly stubborn = new Set<string>();
  /** The next one to be killed at; it is used once. */
  killPoint: KillPoint | null = null;
  kill: () => void = () => {};
  kills = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  addBroken(node: string): string {
    const physicalId = `server of ${node}`;
    this.servers.set(physicalId, { node, verdict: broken });
    return physicalId;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', this.url);
    const effect = url.pathname.slice(1);
    const field = (name: string): string => url.searchParams.get(name) ?? '';
    const asked = { effect, node: field('node'), server: field('server'), key: field('key') };
    if (this.#isTimeToKill(asked, 'before')) return this.#strike();
    const answer =
      effect === 'look' ? (this.servers.get(asked.server)?.verdict ?? broken) : this.#have(asked);
    if (this.#isTimeToKill(asked, 'after')) return this.#strike();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  }

  #have({ effect, node, server, key }: Record<'effect' | 'node' | 'server' | 'key', string>): unknown {
    const name = `${effect} ${key === '' ? node : key}`;
    const times = this.effects.get(name) ?? 0;
    // Who calls for a workflow has no key: a repeated call is a second effect.
    if (key === '' || times === 0) this.effects.set(name, times + 1);
    const physicalId = `server of ${node} by ${key}`;
    if (effect === 'create') this.servers.set(physicalId, { node, verdict: well });
    if (effect === 'remove') this.servers.delete(server);
    const machine = this.servers.get(server);
    if ((effect === 'reboot' || effect === 'rebuild') && machine !== undefined && !this.stubborn.has(node))
      machine.verdict = well;
    return { physicalId, data: {} };
  }

  #isTimeToKill({ effect, node }: { effect: string; node: string }, when: KillPoint['when']): boolean {
    const point = this.killPoint;
    return point !== null && point.when === when && point.effect === effect && point.node === node;
  }

  /** The answer never comes. */
  #strike(): void {
    this.killPoint = null;
    this.kills += 1;
    this.kill();
  }
}
