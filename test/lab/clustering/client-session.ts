/**
 * A Coppice process, a recording proxy before it, and Keystone's catalog that leads clients there. What a
 * client says becomes a conversation, stored with COPPICE_RECORD=1 in test/data/clustering-clients.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import {
  byProject,
  conversationsFile,
  toStored,
  type Sender,
  type WireConversation,
} from '../../clustering-clients/conversation.ts';
import { eventually } from '../../support/eventually.ts';
import { CoppiceProcess, type CoppiceOptions } from '../coppice/coppice-process.ts';
import type { Lab } from '../lab.ts';
import { registerClustering } from './catalog-entry.ts';
import { RecordingProxy } from '../recording-proxy.ts';

const storing = process.env['COPPICE_RECORD'] === '1';
const patienceMs = 300_000;

interface Token {
  readonly token: {
    readonly project: { readonly id: string };
    readonly roles: readonly { readonly name: string }[];
  };
}

export class ClientSession {
  readonly lab: Lab;
  readonly coppice: CoppiceProcess;
  /** Where clients find the API. */
  readonly url: string;
  readonly #proxy: RecordingProxy;
  readonly #unregister: () => Promise<void>;
  readonly #conversations: WireConversation[] = [];
  readonly #senders = new Map<string, Sender | undefined>();
  readonly #projects = new Map<string, string>();

  private constructor(
    lab: Lab,
    coppice: CoppiceProcess,
    proxy: RecordingProxy,
    unregister: () => Promise<void>,
  ) {
    this.lab = lab;
    this.coppice = coppice;
    this.url = proxy.url;
    this.#proxy = proxy;
    this.#unregister = unregister;
  }

  static async start(lab: Lab, options: CoppiceOptions = {}): Promise<ClientSession> {
    await lab.connect();
    await deleteServers(lab);
    const coppice = await CoppiceProcess.start(lab, { auth: 'keystone', ...options });
    const proxy = await RecordingProxy.start(coppice.url);
    return new ClientSession(lab, coppice, proxy, await registerClustering(lab, proxy.url));
  }

  async stop(): Promise<void> {
    await this.#unregister();
    await this.#proxy.close();
    await this.coppice.stop();
  }

  /** What clients have said since the last time is a conversation of this name. */
  async note(name: string, isLeftRunning = false): Promise<WireConversation> {
    const exchanges = await this.#proxy.take((token) => this.#senderOf(token));
    const conversation = { name, ...(isLeftRunning ? { isLeftRunning } : {}), exchanges };
    if (exchanges.length > 0) this.#conversations.push(conversation);
    return conversation;
  }

  /** The same where clients have talked side by side: a conversation for each project. */
  async noteByProject(): Promise<void> {
    const exchanges = await this.#proxy.take((token) => this.#senderOf(token));
    this.#conversations.push(...byProject(exchanges));
  }

  /** @param client names the file. @param hookUrl takes lifecycle hooks. */
  store(client: string, hookUrl?: string): void {
    if (!storing) return;
    const file = conversationsFile(client);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(toStored(this.#conversations, hookUrl), null, 1)}\n`);
  }

  /** Waits until no action waits or runs. */
  async settle(): Promise<void> {
    await eventually(
      'all actions have ended',
      async () => {
        const ended = ['SUCCEEDED', 'FAILED', 'CANCELLED'];
        const { actions } = await this.coppice.send('GET', '/v1/actions');
        return (actions as { status: string }[]).every(({ status }) => ended.includes(status));
      },
      patienceMs,
      100,
    );
  }

  /** null: a token that is not Keystone's, as clients send without authentication. */
  async #senderOf(token: string): Promise<Sender | undefined> {
    if (!this.#senders.has(token)) this.#senders.set(token, await this.#askKeystone(token));
    return this.#senders.get(token);
  }

  async #askKeystone(token: string): Promise<Sender | undefined> {
    const { status, body } = await this.lab.send({
      as: 'admin',
      service: 'identity',
      method: 'GET',
      path: '/v3/auth/tokens?nocatalog',
      headers: { 'X-Subject-Token': token },
    });
    if (status !== 200) return undefined;
    const { project, roles } = (body as Token).token;
    const name = this.#projects.get(project.id) ?? `project${this.#projects.size + 1}`;
    this.#projects.set(project.id, name);
    return { project: name, isAdmin: roles.some((role) => role.name === 'admin') };
  }
}

/** What runs that were interrupted have left counts for the quota. */
async function deleteServers(lab: Lab): Promise<void> {
  const ask = (method: string, path: string) =>
    lab.send({ as: 'demo', service: 'compute', method, path: `/v2.1/servers${path}` });
  const ids = async (): Promise<readonly string[]> => {
    const { body } = await ask('GET', '');
    return (body as { servers: { id: string }[] }).servers.map(({ id }) => id);
  };
  for (const id of await ids()) await ask('DELETE', `/${id}`);
  await eventually('the servers are gone', async () => (await ids()).length === 0, patienceMs, 100);
}

/** Runs a program of the system to its end. @throws Error with what it wrote where it fails. */
export async function runProgram(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<string> {
  const { stdout } = await promisify(execFile)(file, [...args], {
    maxBuffer: 100_000_000,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...environment },
    ...(cwd === undefined ? {} : { cwd }),
  });
  return stdout;
}
