/**
 * A real server with real processes or servers of a simulated cloud, on which an operator has an incident:
 * set up by commands, diagnosed by commands.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCoppice, type Coppice } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { Schemas } from '../../src/client/api-types.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { run } from '../cli/run.ts';
import { eventually } from '../support/eventually.ts';

/**
 * What an operator sees: the texts of `status`, `cluster health`, `node list` and `recovery list` of one
 * cluster.
 */
export interface Seen {
  readonly status: string;
  readonly health: string;
  readonly recoveries: string;
}

export class IncidentServer {
  readonly #directory: string;
  readonly #coppice: Coppice;

  private constructor(directory: string, coppice: Coppice) {
    this.#directory = directory;
    this.#coppice = coppice;
  }

  /** @param settings lines of `coppice.yaml`. */
  static async start(settings = ''): Promise<IncidentServer> {
    const directory = mkdtempSync(join(tmpdir(), 'coppice-incidents-'));
    const path = join(directory, 'coppice.yaml');
    writeFileSync(
      path,
      `data_dir: ${directory}/data\nlisten: 127.0.0.1:0\nlog: {level: silent}\n${settings}`,
    );
    return new IncidentServer(directory, await startCoppice(loadConfig({}, path)));
  }

  /** @throws Error where the command fails. */
  async type(...words: string[]): Promise<string> {
    const { code, out, err } = await run(words, { url: this.#coppice.url, now: Date.now });
    if (code !== 0) throw new Error(`coppice ${words.join(' ')}: ${err}`);
    return out;
  }

  async workflow(definition: string): Promise<void> {
    const body = `version: '2.0'\n${definition}`;
    const { status } = await fetch(`${this.#coppice.url}/v2/workflows`, { method: 'POST', body });
    if (status !== 201) throw new Error(`POST /v2/workflows: ${status}`);
  }

  /** `names` of the nodes are `<cluster>-1`, `<cluster>-2`, ... */
  async cluster(
    name: string,
    made: readonly string[] | JsonObject,
    policy: JsonObject,
    size = 2,
  ): Promise<void> {
    const profile = Array.isArray(made)
      ? { type: 'local.process', version: '1.0', properties: { command: [...(made as string[])] } }
      : made;
    const spec = { type: 'senlin.policy.health', version: '1.3', properties: policy };
    await this.type('profile', 'create', name, this.#file(`${name}-profile.json`, JSON.stringify(profile)));
    await this.type('policy', 'create', name, this.#file(`${name}-policy.json`, JSON.stringify(spec)));
    const config = ['--config', `node.name.format=${name}-$I`];
    await this.type(
      'cluster',
      'create',
      name,
      '--profile',
      name,
      '--size',
      String(size),
      '--wait',
      ...config,
    );
    await this.type('cluster', 'policy-attach', name, name, '--wait');
  }

  /** SIGKILL, as soon as the node was seen to be healthy: before, its failures do not count. */
  async killNode(name: string): Promise<void> {
    await eventually(
      `${name} is healthy`,
      async () => ['HEALTHY', 'EXCLUDED'].includes((await this.#node(name)).health ?? ''),
      30_000,
    );
    const { physical_id: physicalId } = await this.#node(name);
    process.kill(Number(physicalId?.split('.')[0]), 'SIGKILL');
  }

  async #node(name: string): Promise<Schemas['Node']> {
    return JSON.parse(await this.type('--json', 'node', 'show', name)) as Schemas['Node'];
  }

  /** `status` as a terminal of that many columns shows it. */
  async statusIn(columns: number): Promise<string> {
    return (await run(['status'], { url: this.#coppice.url, columns, now: Date.now })).out;
  }

  async see(cluster: string): Promise<Seen> {
    const status = await this.type('status');
    const own = status.split('\n').filter((line) => line.startsWith(`${cluster} `));
    return {
      status: own.join('\n'),
      health: await this.type('cluster', 'health', cluster),
      recoveries: await this.type('recovery', 'list', '--cluster', cluster),
    };
  }

  /** Until everything is to be read that the operator needs. @returns what is read then. */
  async seeUntil(cluster: string, expected: readonly RegExp[]): Promise<string> {
    let last = '';
    const missing = (): readonly RegExp[] => expected.filter((one) => !one.test(last));
    try {
      await eventually(
        'the output',
        async () => {
          const { status, health, recoveries } = await this.see(cluster);
          last = `${status}\n${health}\n${recoveries}`;
          return missing().length === 0;
        },
        60_000,
      );
    } catch {
      throw new Error(`not said of ${cluster}: ${missing().map(String).join(', ')}\n\n${last}`);
    }
    return last;
  }

  async stop(): Promise<void> {
    await this.#coppice.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #file(name: string, text: string): string {
    const path = join(this.#directory, name);
    writeFileSync(path, text);
    return path;
  }
}
