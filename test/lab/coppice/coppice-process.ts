/**
 * A real `coppice serve --cloud openstack`, in a process of its own, against the lab or a cloud simulator;
 * and its API, as the scenes in this folder use it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { JsonObject } from '../../../src/domain/json.ts';
import { installationId } from '../../../src/store/installation.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { eventually } from '../../support/eventually.ts';
import type { Lab } from '../lab.ts';

const program = join(import.meta.dirname, '../../../bin/coppice.js');

/** A cloud on a busy machine takes minutes for what it does in seconds otherwise. */
const patienceMs = 300_000;
const pollMs = 100;

export interface CoppiceNode extends JsonObject {
  readonly id: string;
  readonly name: string;
  readonly physical_id: string | null;
  readonly profile_id: string;
  readonly status: string;
  readonly health: string;
  readonly region: string | null;
}

export interface Recovery {
  readonly id: string;
  readonly node_id: string;
  readonly state: string;
  readonly reason: string;
  readonly failure: { readonly class: string; readonly reason: string };
  readonly steps: readonly ShownStep[];
}

export interface ShownStep {
  /** Its id in the policy, or its place: `actions[1]`. */
  readonly item: string;
  readonly name: string;
  readonly state: string;
  readonly purpose: string;
  readonly reason: string;
  readonly output: JsonObject | null;
  readonly execution_id: string | null;
}

/** Variables with which OpenStack's clients use the lab as its administrator. */
export function environmentOf(lab: Lab, user: 'admin' | 'demo' = 'admin'): Readonly<Record<string, string>> {
  return {
    OS_AUTH_URL: lab.authUrl,
    OS_IDENTITY_API_VERSION: '3',
    OS_USERNAME: user,
    OS_PASSWORD: lab.password,
    OS_PROJECT_NAME: user,
    OS_USER_DOMAIN_ID: 'default',
    OS_PROJECT_DOMAIN_ID: 'default',
    OS_REGION_NAME: 'RegionOne',
  };
}

/** How Coppice is started. */
export interface CoppiceOptions {
  /** Where its servers and stacks are: in the lab, or in a cloud of its own without machines. */
  readonly cloud?: 'openstack' | 'simulated' | 'none';
  /** Who may call its API; absent: every user of this machine. */
  readonly auth?: 'none' | 'keystone';
  /** Where it receives what happens in the cloud; absent: nowhere. */
  readonly notifications?: { readonly url: string; readonly exchanges: readonly string[] };
  /** The Mistral of clusters that ask for one; absent: the one of the cloud's catalog, if there is one. */
  readonly mistralUrl?: string | undefined;
  /** Whose requests the scenes send; absent: the administrator's. */
  readonly user?: 'admin' | 'demo';
  /** Variables in addition, such as another address of Nova. */
  readonly environment?: Readonly<Record<string, string>>;
}

export class CoppiceProcess {
  /** `http://127.0.0.1:8777`; another one after each start. */
  url = '';
  readonly #directory = mkdtempSync(join(tmpdir(), 'coppice-lab-'));
  readonly #lab: Lab;
  readonly #options: CoppiceOptions;
  #process: ChildProcess | undefined;

  private constructor(lab: Lab, options: CoppiceOptions) {
    this.#lab = lab;
    this.#options = options;
    const { mistralUrl, notifications } = options;
    const workflows = mistralUrl === undefined ? {} : { workflows: { url: mistralUrl } };
    const cloud = notifications === undefined ? {} : { cloud: { notifications } };
    writeFileSync(this.#config, JSON.stringify({ log: { level: 'silent' }, ...workflows, ...cloud }));
  }

  static async start(lab: Lab, options: CoppiceOptions = {}): Promise<CoppiceProcess> {
    const coppice = new CoppiceProcess(lab, options);
    await coppice.#start();
    return coppice;
  }

  get #config(): string {
    return join(this.#directory, 'coppice.yaml');
  }

  /** @param roles what it does, as of `--roles`; absent: everything. */
  async #start(roles?: string): Promise<void> {
    const { cloud = 'openstack', auth = 'none', environment } = this.#options;
    const data = ['--data-dir', join(this.#directory, 'data'), '--config', this.#config];
    const args = ['serve', '--json', ...data, '--listen', '127.0.0.1:0', '--cloud', cloud, '--auth', auth];
    if (roles !== undefined) args.push('--roles', roles);
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ...environmentOf(this.#lab), ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [])]);
    const line = String(first[0] ?? '');
    if (!line.startsWith('{"ready"')) throw new Error(`coppice serve did not get ready: ${line}`);
    const { ready } = JSON.parse(line) as { ready: { url: string } };
    this.url = ready.url;
  }

  /**
   * SIGKILL, and a start with the same data.
   * @param roles what it does from then on, as of `--roles`; absent: everything.
   */
  async killAndStart(roles?: string): Promise<void> {
    await this.#end('SIGKILL');
    await this.#start(roles);
  }

  /** Of the messages of the cloud; where it is started without them, there is none. */
  async queue(): Promise<string> {
    const store = openSqlite(join(this.#directory, 'data', 'coppice.db'));
    const id = await installationId(store);
    await store.close();
    return `coppice.${id}`;
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Sends a request. @throws Error with what was answered where it was refused. */
  async send(method: string, path: string, body?: JsonObject): Promise<JsonObject> {
    return (await this.#request(method, path, body)).answer;
  }

  /** Sends a request that is answered with an action, and waits for its end. @throws Error as it failed. */
  async act(method: string, path: string, body?: JsonObject): Promise<JsonObject> {
    const { answer, action } = await this.#request(method, path, body);
    if (action === undefined) throw new Error(`${method} ${path}: there is no action to wait for`);
    const { status, status_reason: reason } = await this.#until(`the end of ${method} ${path}`, async () => {
      const shown = (await this.send('GET', `/v1/actions/${action}`))['action'] as {
        status: string;
        status_reason: string;
      };
      return ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(shown.status) && shown;
    });
    if (status !== 'SUCCEEDED') throw new Error(`${method} ${path}: ${status}: ${reason}`);
    return answer;
  }

  async #request(
    method: string,
    path: string,
    body?: JsonObject,
  ): Promise<{ readonly answer: JsonObject; readonly action: string | undefined }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        'openstack-api-version': 'clustering 1.14',
        'content-type': 'application/json',
        'x-auth-token': this.#lab.login(this.#options.user ?? 'admin').token,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const answer = text === '' ? {} : ((JSON.parse(text) as JsonObject | null) ?? {});
    return { answer, action: response.headers.get('location')?.split('/').at(-1) };
  }

  async createProfile(name: string, spec: JsonObject): Promise<string> {
    const { profile } = await this.send('POST', '/v1/profiles', { profile: { name, spec } });
    return (profile as { id: string }).id;
  }

  /** The spec of the profile that a node has. */
  async specOf({ profile_id: id }: CoppiceNode): Promise<JsonObject & { readonly properties: JsonObject }> {
    const { profile } = await this.send('GET', `/v1/profiles/${id}`);
    return (profile as { spec: JsonObject & { properties: JsonObject } }).spec;
  }

  async node(name: string): Promise<CoppiceNode> {
    return (await this.send('GET', `/v1/nodes/${name}`))['node'] as CoppiceNode;
  }

  async nodes(cluster: string): Promise<readonly CoppiceNode[]> {
    return (await this.send('GET', `/v1/nodes?cluster_id=${cluster}&sort=index`))['nodes'] as CoppiceNode[];
  }

  /** The one of `POST /v1/nodes/adopt`. */
  async adopt(identity: string, type: string, name: string): Promise<CoppiceNode> {
    return (await this.send('POST', '/v1/nodes/adopt', { identity, type, name }))['node'] as CoppiceNode;
  }

  /** Gives a node a profile that differs from its own in these properties, and waits for its end. */
  async change(node: string, properties: JsonObject): Promise<void> {
    const spec = await this.specOf(await this.node(node));
    const changed = { ...spec, properties: { ...spec.properties, ...properties } };
    const profile = await this.createProfile(`${node}-${Object.keys(properties).join('-')}`, changed);
    await this.act('PATCH', `/v1/nodes/${node}`, { node: { profile_id: profile } });
  }

  /** Waits until a node that was broken has a recovery that is closed; answers it with its steps. */
  async closedRecovery({ id }: CoppiceNode, count = 1): Promise<Recovery> {
    const closed = await this.#until(`recovery ${count} of node ${id} is closed`, async () => {
      const { recoveries } = await this.send('GET', '/v1/recoveries');
      const own = (recoveries as unknown as Recovery[]).filter((one) => one.node_id === id);
      return own.length >= count && own.every(({ state }) => state !== 'OPEN') && own;
    });
    const [last] = closed;
    return (await this.send('GET', `/v1/recoveries/${last?.id ?? ''}`))['recovery'] as unknown as Recovery;
  }

  async allHealthy(cluster: string): Promise<readonly CoppiceNode[]> {
    return await this.#until(`all nodes of ${cluster} are healthy`, async () => {
      const nodes = await this.nodes(cluster);
      return nodes.every(({ health, status }) => health === 'HEALTHY' && status === 'ACTIVE') && nodes;
    });
  }

  async #until<T>(what: string, check: () => Promise<T | false>): Promise<T> {
    return await eventually(what, check, patienceMs, pollMs);
  }
}
