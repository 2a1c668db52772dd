/**
 * The simulated cloud of the demo: a process of its own, which outlives Coppice, and its admin API, by which
 * things go wrong in it.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Mutation } from '../../../cloud-simulator/mutation-log.ts';
import { isJsonObject } from '../../../domain/json.ts';
import type { Json, JsonObject } from '../../../domain/json.ts';
import { CliError } from '../../cli-error.ts';
import { startChild } from '../child-process.ts';
import { program } from '../stage.ts';

/** The hosts, in the order in which servers are put on them. */
export const hosts = ['compute1', 'compute2'] as const;

/** Milliseconds that Nova takes for a change of a server: long enough to see, and to kill Coppice in it. */
const operationMs = 700;
const answerWithinMs = 5000;

export interface CloudServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** null: nothing is done with it. */
  readonly task_state: string | null;
  readonly host: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface DemoHost {
  readonly name: string;
  readonly up: boolean;
  readonly forced_down: boolean;
  readonly servers: number;
}

export class DemoCloud {
  readonly url: string;
  /** With which clients use it, and no other cloud; the password is in them. */
  readonly environment: NodeJS.ProcessEnv;

  private constructor(url: string, environment: NodeJS.ProcessEnv) {
    this.url = url;
    this.environment = environment;
  }

  static async start(workspace: string, signal: AbortSignal): Promise<DemoCloud> {
    const config = path.join(workspace, 'cloud.json');
    const simulator = {
      hosts: hosts.map((name) => ({ name, zone: 'nova' })),
      latency: { answer_ms: 0, operation_ms: operationMs },
    };
    await writeFile(config, JSON.stringify({ cloud: { simulator } }));
    const { url, ready } = await startChild(
      {
        name: 'the simulated cloud',
        args: [program, 'cloud-simulator', '--json', '--listen', '127.0.0.1:0', '--config', config],
        cwd: workspace,
        log: path.join(workspace, 'cloud.log'),
      },
      signal,
    );
    const { environment } = ready;
    if (!isJsonObject(environment)) throw new CliError('the simulated cloud named no variables');
    return new DemoCloud(url, serverEnvironment(environment as NodeJS.ProcessEnv, process.env));
  }

  async servers(): Promise<readonly CloudServer[]> {
    return (await this.#admin('GET', '/servers')) as unknown as CloudServer[];
  }

  async hosts(): Promise<readonly DemoHost[]> {
    return (await this.#admin('GET', '/hosts')) as unknown as DemoHost[];
  }

  /** Every change of a server, in the order in which they began. */
  async mutations(): Promise<readonly Mutation[]> {
    return (await this.#admin('GET', '/mutations')) as unknown as Mutation[];
  }

  /** How often each operation was asked for, answered or not: `compute list`. */
  async requests(): Promise<Readonly<Record<string, number>>> {
    return (await this.#admin('GET', '/requests')) as Record<string, number>;
  }

  /** @param change `{status: 'ERROR'}`; DELETED deletes it, as if by other means than Nova's API. */
  async setServer(id: string, change: { readonly status: string; readonly fault?: string }): Promise<void> {
    await this.#admin('POST', `/servers/${id}`, change);
  }

  async setHost(name: string, up: boolean): Promise<void> {
    await this.#admin('POST', `/hosts/${name}`, { up });
  }

  /** @param service `compute`: Nova. */
  async setService(service: string, up: boolean): Promise<void> {
    await this.#admin('POST', `/services/${service}`, { up });
  }

  /** @param times as long as usual. */
  async slowDown(times: number): Promise<void> {
    await this.#admin('PATCH', '/settings', {
      latency: { answer_ms: 0, operation_ms: times * operationMs },
    });
  }

  async #admin(method: string, route: string, body?: JsonObject): Promise<Json> {
    return (await request(method, `${this.url}/simulator${route}`, body)).body;
  }
}

/**
 * The variables of the simulated cloud, in the place of all that name the user's own: with its `OS_CLOUD`,
 * Coppice would work on that one.
 */
export function serverEnvironment(
  simulated: NodeJS.ProcessEnv,
  inherited: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const others = Object.keys(inherited).filter((name) => name.startsWith('OS_'));
  return { ...Object.fromEntries(others.map((name) => [name, undefined])), ...simulated };
}

/**
 * @throws CliError where it is not answered with a success; the body is not repeated, it may hold a secret.
 */
async function request(
  method: string,
  url: string,
  body?: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly body: Json; readonly headers: Headers }> {
  const response = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerWithinMs),
  }).catch((error: unknown) => {
    throw new CliError(`the simulated cloud does not answer ${method} ${url}`, { cause: error });
  });
  if (!response.ok)
    throw new CliError(`the simulated cloud answered ${method} ${url} with ${response.status}`);
  return { body: (await response.json()) as Json, headers: response.headers };
}
