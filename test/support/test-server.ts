/**
 * The HTTP server on a temporary store, with nodes of a fake cloud; actions stay in the queue unless an
 * engine is started.
 */
import { Registry } from 'prom-client';
import { lifecycleMessages } from '../../src/actions/node/lifecycle-hook.ts';
import { http, probe } from './probe.ts';
import { actionDefinitions } from '../../src/actions/registry.ts';
import type { ActionDefinition } from '../../src/engine/action-context.ts';
import { FakeWorkflows } from './fake-workflows.ts';
import { actionEnded, actionStarted } from '../../src/clusters/action-events.ts';
import { nodeActionNames } from '../../src/domain/action-requests.ts';
import { Engine } from '../../src/engine/engine.ts';
import { noAuthentication } from '../../src/authentication/loopback-only.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/http/http-server.ts';
import { registryOf } from '../../src/profiles/registry.ts';
import { policyTypes } from '../../src/policies/registry.ts';
import { defaultRequestLimits, type Caller, type RequestTools } from '../../src/requests/request-tools.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore } from './backends.ts';
import { checkFields } from '../../src/domain/check-fields.ts';
import type { Fields } from '../../src/domain/spec-schema.ts';
import type { ProfileType } from '../../src/profiles/profile-type.ts';
import { FakeCloud } from './fake-cloud.ts';
import { joined } from './membership.ts';
import { WorkflowServices } from '../../src/workflow/workflow-services.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** The body, where it is JSON. */
  readonly body: unknown;
}

export interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** N of microversion 1.N; null: no header. */
  readonly minor?: number | null;
}

export class TestServer {
  readonly store: Store;
  readonly cloud: FakeCloud;
  readonly server: HttpServer;
  readonly tools: RequestTools;
  /** What was logged as unforeseen. */
  readonly logged: object[];
  readonly #close: () => Promise<void>;
  #engine: Engine | undefined;

  private constructor(
    parts: Pick<TestServer, 'store' | 'cloud' | 'server' | 'tools' | 'logged'>,
    close: () => Promise<void>,
  ) {
    this.store = parts.store;
    this.cloud = parts.cloud;
    this.server = parts.server;
    this.tools = parts.tools;
    this.logged = parts.logged;
    this.#close = close;
  }

  static async start(
    options: Omit<Partial<HttpServerOptions>, 'tools'> & { tools?: Partial<RequestTools> } = {},
  ): Promise<TestServer> {
    const { store, close } = await openTestStore();
    const cloud = new FakeCloud();
    const tools = { ...testTools(store, cloud), ...options.tools };
    const logged: object[] = [];
    const server = await createHttpServer({
      authentication: noAuthentication(),
      registry: new Registry(),
      log: { error: (details) => void logged.push(details) },
      checkAnswers: true,
      ...options,
      tools,
    });
    return new TestServer({ store, cloud, server, tools, logged }, close);
  }

  /** From now on actions are carried out. */
  async startEngine(): Promise<void> {
    const { store, tools } = this;
    const definitions = definitionsFor(store, tools);
    const observer = {
      started: (...[tx, action]: Parameters<NonNullable<ObserverStarted>>) =>
        actionStarted(tx, action, Date.now()),
      ended: (...[tx, action, ending]: Parameters<NonNullable<ObserverEnded>>) =>
        actionEnded(tx, action, ending, Date.now()),
    };
    this.#engine = new Engine({ store, definitions, membership: await joined(store), observer });
    await this.#engine.start();
  }

  async stopEngine(): Promise<void> {
    await this.#engine?.stop();
    this.#engine = undefined;
  }

  async ask(method: string, url: string, { body, headers = {}, minor = 14 }: Asked = {}): Promise<Reply> {
    const version = minor === null ? {} : { 'openstack-api-version': `clustering 1.${minor}` };
    const reply = await this.server.inject({
      method: method as 'GET',
      url,
      headers: { host: '127.0.0.1:8777', ...version, ...headers },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const json = /json/.test(String(reply.headers['content-type'])) && reply.body !== '';
    return {
      status: reply.statusCode,
      headers: reply.headers as Record<string, string | undefined>,
      text: reply.body,
      body: json ? (JSON.parse(reply.body) as unknown) : undefined,
    };
  }

  async stop(): Promise<void> {
    await this.server.close();
    await this.stopEngine();
    await this.#close();
  }
}

type Observer = NonNullable<ConstructorParameters<typeof Engine>[0]['observer']>;
type ObserverStarted = Observer['started'];
type ObserverEnded = Observer['ended'];

function definitionsFor(
  store: Store,
  { profileTypes, limits }: Pick<RequestTools, 'profileTypes' | 'limits'>,
): ActionDefinition[] {
  return actionDefinitions({
    store,
    profileTypes,
    limits,
    probe,
    workflows: new WorkflowServices({ embedded: new FakeWorkflows() }),
    sendLifecycleMessage: lifecycleMessages(http),
  });
}

export function testTools(store: Store, cloud: FakeCloud): RequestTools {
  const profileTypes = registryOf([strict(cloud.type)]);
  const limits = defaultRequestLimits;
  const names = definitionsFor(store, { profileTypes, limits }).map((definition) => definition.action);
  return {
    store,
    profileTypes,
    policyTypes,
    checkSettings: { healthCheckIntervalMin: 1 },
    actionNames: new Set([...names, ...nodeActionNames]),
    limits,
    now: Date.now,
  };
}

const fields: Fields = {
  flavor: { type: 'String', required: true },
  image: { type: 'String' },
  size: { type: 'Integer' },
};

/** The fake's own type takes any spec; a request is to be refused for a wrong one. */
function strict(type: ProfileType): ProfileType {
  return {
    ...type,
    check: (properties) => {
      const check = checkFields(fields, properties, '1.0');
      return check.ok ? { ok: true, properties: check.value } : check;
    },
  };
}

export const testCaller: Caller = {
  project: 'local',
  user: 'local',
  domain: null,
  roles: ['member', 'admin'],
};
