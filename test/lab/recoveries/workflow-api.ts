/** The API of a workflow service, `/v2`: that of a Mistral, or of Coppice's own runner. */
import type { JsonObject } from '../../../src/domain/json.ts';
import { eventually } from '../../support/eventually.ts';

/** Sends one request. @throws Error with what was answered where it was refused. */
export type SendToWorkflows = (
  method: string,
  path: string,
  body?: JsonObject | string,
) => Promise<JsonObject>;

export interface ShownExecution {
  readonly id: string;
  readonly workflow_name: string;
  readonly state: string;
}

const patienceMs = 60_000;
const pollMs = 100;

export class WorkflowApi {
  readonly #send: SendToWorkflows;

  constructor(send: SendToWorkflows) {
    this.#send = send;
  }

  /** @param text of one or several workflows; those that are there under their names are replaced. */
  async create(names: readonly string[], text: string): Promise<void> {
    for (const name of names) await this.#remove(name);
    await this.#send('POST', '/v2/workflows', text);
  }

  async #remove(name: string): Promise<void> {
    try {
      await this.#send('DELETE', `/v2/workflows/${name}`);
    } catch (error) {
      if (!String(error).includes(' 404 ')) throw error;
    }
  }

  async execution(id: string): Promise<ShownExecution> {
    return (await this.#send('GET', `/v2/executions/${id}`)) as unknown as ShownExecution;
  }

  /** The executions of a workflow. */
  async executionsOf(workflow: string): Promise<readonly ShownExecution[]> {
    const { executions } = await this.#send('GET', `/v2/executions?workflow_name=${workflow}`);
    return executions as unknown as ShownExecution[];
  }

  async executionIs(id: string, state: string): Promise<ShownExecution> {
    return await eventually(
      `execution ${id} is ${state}`,
      async () => {
        const execution = await this.execution(id);
        return execution.state === state && execution;
      },
      patienceMs,
      pollMs,
    );
  }

  async resume(id: string): Promise<void> {
    await this.#send('PUT', `/v2/executions/${id}`, { state: 'RUNNING' });
  }
}

/** @param headers of each request: tokens change. */
export function sendTo(url: () => string, headers: () => Readonly<Record<string, string>>): SendToWorkflows {
  return async (method, path, body) => {
    const isText = typeof body === 'string';
    const response = await eventually(
      `an answer to ${method} ${path}`,
      // It may just have been killed, and be started at another address.
      () =>
        fetch(`${url()}${path}`, {
          method,
          headers: { ...headers(), 'content-type': isText ? 'text/plain' : 'application/json' },
          ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
        }).catch(() => undefined),
      patienceMs,
      pollMs,
    );
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as JsonObject;
  };
}
