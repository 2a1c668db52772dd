/**
 * Our server as the recorded Senlin was: a cloud that is simulated, an administrator of one project, a member
 * of another, and what stood there before the recording began.
 */
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { Authentication } from '../../src/authentication/authentication.ts';
import { ServiceClouds } from '../../src/openstack/cloud.ts';
import { findSettings } from '../../src/openstack/find-settings.ts';
import { profileTypes } from '../../src/profiles/registry.ts';
import type { Caller } from '../../src/requests/request-tools.ts';
import { eventually } from '../support/eventually.ts';
import { TestServer, type Reply } from '../support/test-server.ts';
import type { RecordedCaller } from './recorded-exchange.ts';
import { textOf } from './text-of.ts';

export const PROJECT = '5f0c3a8e4b7d4b6c9a1d2e3f4a5b6c7d';
export const USER = '0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a';

const tokens: Readonly<Record<RecordedCaller, string | undefined>> = {
  admin: 'admin',
  'member of another project': 'member',
  anonymous: undefined,
};

const callers: Readonly<Record<string, Caller>> = {
  admin: { project: PROJECT, user: USER, domain: null, roles: ['member', 'admin'] },
  member: { project: 'other', user: 'other', domain: null, roles: ['member'] },
};

export class SenlinStage {
  readonly server: TestServer;
  readonly #simulator: CloudSimulator;
  readonly #clouds: ServiceClouds;
  readonly #gate: Gate;

  private constructor(parts: {
    server: TestServer;
    simulator: CloudSimulator;
    clouds: ServiceClouds;
    gate: Gate;
  }) {
    this.server = parts.server;
    this.#simulator = parts.simulator;
    this.#clouds = parts.clouds;
    this.#gate = parts.gate;
  }

  static async start(): Promise<SenlinStage> {
    const gate = new Gate();
    const simulator = await startCloudSimulator({
      settings: { latency: { answer_ms: 0, operation_ms: 1 } },
      clock: { now: Date.now, after: (ms, run) => gate.after(ms, run) },
    });
    const clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
    const server = await TestServer.start({
      authentication: twoUsers(),
      tools: {
        profileTypes: profileTypes({ dataDir: '/nonexistent', clouds }),
        checkSettings: { healthCheckIntervalMin: 10 },
      },
    });
    await server.startEngine();
    return new SenlinStage({ server, simulator, clouds, gate });
  }

  async stop(): Promise<void> {
    this.#gate.open();
    await this.server.stop();
    await this.#clouds.close();
    await this.#simulator.close();
  }

  /** From now on the cloud ends no operation. */
  holdCloud(): void {
    this.#gate.close();
  }

  releaseCloud(): void {
    this.#gate.open();
  }

  ask(
    method: string,
    path: string,
    request: {
      readonly body?: Json | undefined;
      readonly text?: string | undefined;
      readonly caller?: RecordedCaller | undefined;
      readonly microversion?: string | null;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    } = {},
  ): Promise<Reply> {
    const { body, text, caller = 'admin', microversion = 'clustering 1.14', headers = {} } = request;
    const token = tokens[caller];
    const sent = {
      ...(token === undefined ? {} : { 'x-auth-token': token }),
      ...(microversion === null ? {} : { 'openstack-api-version': microversion }),
      ...headers,
    };
    const payload = text ?? body;
    return this.server.ask(method, path, {
      headers: sent,
      minor: null,
      ...(payload === undefined ? {} : { body: payload }),
    });
  }

  /** @returns the action once it has ended. */
  async ended(actionId: string): Promise<{ readonly status: string; readonly reason: string }> {
    return await eventually(`action ${actionId} has ended`, async () => {
      const action = await this.action(actionId);
      if (action['end_time'] === null) return false;
      return { status: textOf(action['status']), reason: textOf(action['status_reason']) };
    });
  }

  async action(actionId: string): Promise<JsonObject> {
    const { body } = await this.ask('GET', `/v1/actions/${actionId}`);
    return (body as { action: JsonObject }).action;
  }

  /** A server that nothing of ours has created. */
  async foreignServer(): Promise<string> {
    const { nova, glance, neutron } = this.#clouds.service;
    const context = { signal: new AbortController().signal };
    const [image] = await glance.findImages('cirros-0.3.5-x86_64-disk', context);
    const [network] = await neutron.find('networks', 'private', context);
    const body = {
      name: 'old-web',
      flavorRef: '1',
      imageRef: image?.id ?? '',
      networks: [{ uuid: network?.id ?? '' }],
    };
    const id = await nova.createServer(body, undefined, context);
    await eventually('the server runs', async () => (await nova.getServer(id, context)).status === 'ACTIVE');
    return id;
  }
}

/** Lets what takes time in the cloud end, or holds it. */
class Gate {
  #isOpen = true;
  #held: (() => void)[] = [];

  after(ms: number, run: () => void): () => void {
    let isOver = false;
    const timer = setTimeout(() => this.#pass(() => !isOver && run()), ms);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }

  #pass(run: () => void): void {
    if (this.#isOpen) run();
    else this.#held.push(run);
  }

  close(): void {
    this.#isOpen = false;
  }

  open(): void {
    this.#isOpen = true;
    for (const run of this.#held.splice(0)) run();
  }
}

function twoUsers(): Authentication {
  return {
    challenge: '',
    rolesOf: (_owner, granted) => Promise.resolve(granted),
    checkAddress: () => undefined,
    checkRequest: () => undefined,
    authenticate: (request) => {
      const caller = callers[request.header('x-auth-token') ?? ''];
      const anonymous: Caller = { project: '', user: '', domain: null, roles: [] };
      return caller === undefined ? Promise.resolve(anonymous) : Promise.resolve(caller);
    },
  };
}
