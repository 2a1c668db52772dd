/**
 * A Coppice process and a simulated cloud to which bad things happen: servers or stacks break or are deleted,
 * answers are lost, APIs are away, Coppice is killed with SIGKILL. The cloud's own log says what was done to
 * it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { faultSchema } from '../../src/cloud-simulator/faults.ts';
import type { ServiceName } from '../../src/cloud-simulator/settings.ts';
import type { VmState } from '../../src/cloud-simulator/server-states.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { eventually } from '../support/eventually.ts';
import type { CloudKind, Thing } from './cloud-kinds.ts';

export const nodesInCluster = 4;

export type CloudEvent =
  | { readonly kind: 'break'; readonly node: number; readonly state: VmState }
  | { readonly kind: 'delete'; readonly node: number }
  | {
      readonly kind: 'fault';
      readonly fault: 'lost-answer' | 'error' | 'slow' | 'hang' | 'fail';
      readonly operation: string;
    }
  | { readonly kind: 'away'; readonly service: ServiceName }
  | { readonly kind: 'back' }
  | { readonly kind: 'kill' };

const node = fc.nat({ max: nodesInCluster - 1 });

export interface TimedEvent {
  readonly event: CloudEvent;
  readonly afterMs: number;
}

export function cloudEvents({ operations, service }: CloudKind): fc.Arbitrary<readonly TimedEvent[]> {
  return fc.array(
    fc.record({
      event: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            kind: fc.constant('break' as const),
            node,
            state: fc.constantFrom<VmState>('error', 'stopped', 'paused'),
          }),
        },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), node }) },
        {
          weight: 4,
          arbitrary: fc.record({
            kind: fc.constant('fault' as const),
            fault: fc.constantFrom(
              'lost-answer' as const,
              'error' as const,
              'slow' as const,
              'hang' as const,
              'fail' as const,
            ),
            operation: fc.constantFrom(...operations),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            kind: fc.constant('away' as const),
            service: fc.constantFrom<ServiceName[]>(service, 'identity'),
          }),
        },
        { weight: 2, arbitrary: fc.constant({ kind: 'back' as const }) },
        { weight: 2, arbitrary: fc.constant({ kind: 'kill' as const }) },
      ),
      afterMs: fc.nat({ max: 800 }),
    }),
    { minLength: 10, maxLength: 14 },
  );
}

function policyOf({ actions }: CloudKind): JsonObject {
  return {
    detection: {
      interval: 1,
      node_update_timeout: 10,
      detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
    },
    recovery: { strategy: 'ESCALATE', actions: [...actions], relapse: 0 },
  };
}

export class CloudRun {
  readonly simulator: CloudSimulator;
  readonly #kind: CloudKind;
  readonly #directory: string;
  readonly #listen: string;
  #process: ChildProcess | undefined;

  private constructor(kind: CloudKind, simulator: CloudSimulator, directory: string, port: number) {
    this.#kind = kind;
    this.simulator = simulator;
    this.#directory = directory;
    this.#listen = `127.0.0.1:${port}`;
  }

  /** @param port that is free. */
  static async start(kind: CloudKind, port: number): Promise<CloudRun> {
    const simulator = await startCloudSimulator({
      settings: { latency: { answer_ms: 0, operation_ms: 150 } },
    });
    const directory = mkdtempSync(join(tmpdir(), 'coppice-cloud-'));
    const run = new CloudRun(kind, simulator, directory, port);
    writeFileSync(
      join(directory, 'coppice.yaml'),
      'log: {level: error}\ncloud: {use: openstack, request_timeout: 2}\n',
    );
    await run.run();
    return run;
  }

  /** Starts Coppice, and waits until it answers. */
  async run(): Promise<void> {
    const program = new URL('../../bin/coppice.js', import.meta.url).pathname;
    const data = ['--data-dir', join(this.#directory, 'data')];
    this.#process = spawn(
      process.execPath,
      [
        program,
        'serve',
        ...data,
        '--listen',
        this.#listen,
        '--config',
        join(this.#directory, 'coppice.yaml'),
      ],
      { env: { ...process.env, ...this.simulator.environment }, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    await eventually('Coppice answers', () => this.#get('/healthz').then(Boolean, () => false), 60_000);
  }

  /** SIGKILL, and a new process. */
  async killAndRun(): Promise<void> {
    await this.#end('SIGKILL');
    await this.run();
  }

  async createCluster(): Promise<void> {
    const { profile } = this.#kind;
    const health = { type: 'senlin.policy.health', version: '1.3', properties: policyOf(this.#kind) };
    await this.#post('/v1/profiles', { profile: { name: 'web', spec: profile } });
    await this.#post('/v1/policies', { policy: { name: 'web', spec: health } });
    const cluster = { name: 'web', profile_id: 'web', desired_capacity: nodesInCluster };
    await this.#post('/v1/clusters', { cluster });
    await eventually('the cluster is created', async () => {
      const { cluster: created } = (await this.#get('/v1/clusters/web')) as { cluster: { status: string } };
      return created.status === 'ACTIVE';
    });
    await this.#post('/v1/clusters/web/actions', { policy_attach: { policy_id: 'web' } });
    await this.allHealthy();
  }

  /** Waits until every node is seen to be healthy, has a server that runs, and no recovery is open. */
  async allHealthy(): Promise<void> {
    let seen: unknown;
    try {
      await eventually(
        'all nodes are healthy',
        async () => {
          const { nodes } = (await this.#get('/v1/nodes')) as { nodes: { status: string; health: string }[] };
          const { recoveries } = (await this.#get('/v1/recoveries?state=OPEN')) as { recoveries: unknown[] };
          seen = { nodes, recoveries, things: this.things };
          const areHealthy = nodes.every(({ status, health }) => status === 'ACTIVE' && health === 'HEALTHY');
          return nodes.length === nodesInCluster && areHealthy && recoveries.length === 0 && this.#areWell();
        },
        90_000,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${JSON.stringify(seen, null, 1).slice(0, 6000)}`, {
        cause: error,
      });
    }
  }

  async apply(event: CloudEvent): Promise<void> {
    const { world } = this.simulator;
    switch (event.kind) {
      case 'break':
      case 'delete': {
        const thing = this.#thingOf(event.node);
        if (thing === undefined || thing.isBusy) return;
        if (event.kind === 'break') thing.break(event.state);
        else thing.remove();
        return;
      }
      case 'fault':
        world.faults.add(
          faultSchema.parse({
            service: this.#kind.service,
            operation: event.operation,
            kind: event.fault,
            count: 1,
            delay_ms: 700,
            status: 503,
          }),
        );
        return;
      case 'away':
        world.faults.setAway(event.service, true);
        return;
      case 'back':
        world.faults.clear();
        return;
      case 'kill':
        await this.killAndRun();
    }
  }

  async play(events: readonly TimedEvent[]): Promise<void> {
    for (const { event, afterMs } of events) {
      await pause(afterMs);
      await this.apply(event);
    }
    this.simulator.world.faults.clear();
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await this.simulator.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** The servers or stacks that are there. */
  get things(): readonly Thing[] {
    return this.#kind.things(this.simulator.world).filter(({ deletedAt }) => deletedAt === null);
  }

  /** What was broken last may not have been seen yet: the cloud knows better than the health record. */
  #areWell(): boolean {
    return this.things.length >= nodesInCluster && this.things.every(({ isWell }) => isWell);
  }

  /** One of those there are; none while all are gone. */
  #thingOf(index: number): Thing | undefined {
    return this.things[index % Math.max(1, this.things.length)];
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async #get(path: string): Promise<unknown> {
    const answer = await fetch(`http://${this.#listen}${path}`, {
      headers: { 'openstack-api-version': 'clustering 1.14' },
    });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async #post(path: string, body: JsonObject): Promise<void> {
    const headers = { 'content-type': 'application/json', 'openstack-api-version': 'clustering 1.14' };
    const answer = await fetch(`http://${this.#listen}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  }
}
