/** The parts of Heat's API that Coppice uses (Orchestration API v1). */
import type { Json, JsonObject } from '../domain/json.ts';
import { bodyOf, pathSegment } from './answer-body.ts';
import { isStatus } from './cloud-error.ts';
import type { CallContext, CloudAnswer, CloudRequest } from './cloud-request.ts';
import type { CloudSession } from './cloud-session.ts';

export interface Stack {
  readonly id: string;
  readonly stack_name: string;
  /** ACTION_STATUS: CREATE_COMPLETE, UPDATE_FAILED, DELETE_IN_PROGRESS, ... */
  readonly stack_status: string;
  readonly stack_status_reason: string;
  readonly tags: readonly string[] | null;
  readonly creation_time: string;
  readonly updated_time: string | null;
}

export class HeatClient {
  readonly #session: CloudSession;

  constructor(session: CloudSession) {
    this.#session = session;
  }

  /** One page of the project's stacks. */
  async listStacks(
    query: {
      readonly name?: string;
      readonly id?: string;
      /** All of them, separated by commas. */
      readonly tags?: string;
      readonly marker?: string | undefined;
      readonly limit?: number;
    },
    context: CallContext,
    retries?: number,
  ): Promise<readonly Stack[]> {
    const answer = await this.#request(
      { method: 'GET', path: '/stacks', query, ...(retries === undefined ? {} : { retries }) },
      context,
    );
    return bodyOf<{ stacks: Stack[] }>(answer).stacks;
  }

  /** With its parameters, outputs and the rest. @throws CloudError 404 where there is none. */
  async getStack(name: string, id: string, context: CallContext): Promise<Stack & JsonObject> {
    const answer = await this.#request({ method: 'GET', path: pathOf(name, id) }, context);
    return bodyOf<{ stack: Stack & JsonObject }>(answer).stack;
  }

  /** A stack by its name. @returns undefined where there is none. */
  async findStack(name: string, context: CallContext): Promise<Stack | undefined> {
    // Asked for in the list: the answer to `GET /stacks/NAME` is a redirect.
    return (await this.listStacks({ name }, context)).at(0);
  }

  /** @throws CloudError 409 where the name is taken. */
  async createStack(stack: JsonObject, context: CallContext): Promise<string> {
    const answer = await this.#request({ method: 'POST', path: '/stacks', body: stack }, context);
    return bodyOf<{ stack: { id: string } }>(answer).stack.id;
  }

  /** Checks as createStack does, and creates nothing. @throws CloudError 400 for what Heat does not take. */
  async previewStack(stack: JsonObject, context: CallContext): Promise<void> {
    await this.#request({ method: 'POST', path: '/stacks/preview', body: stack }, context);
  }

  /** With all of it: what is left out is as Heat has it for a new stack. Heat answers when it has begun. */
  async updateStack(name: string, id: string, stack: JsonObject, context: CallContext): Promise<void> {
    const request = { method: 'PUT', path: pathOf(name, id), body: stack, isRepeatable: false } as const;
    await this.#request(request, context);
  }

  /** Another set of tags, as an update that changes nothing else. Heat answers when it has begun. */
  async setTags(name: string, id: string, tags: readonly string[], context: CallContext): Promise<void> {
    const body = { tags: tags.join(',') };
    await this.#request({ method: 'PATCH', path: pathOf(name, id), body }, context);
  }

  /** What a stack was made from. */
  async getParts(
    name: string,
    id: string,
    context: CallContext,
  ): Promise<{ readonly template: Json; readonly environment: Json; readonly files: Json }> {
    const read = async (what: string): Promise<Json> =>
      (await this.#request({ method: 'GET', path: `${pathOf(name, id)}/${what}` }, context)).body;
    return {
      template: await read('template'),
      environment: await read('environment'),
      files: await read('files'),
    };
  }

  /** One that is gone already is a success. */
  async deleteStack(name: string, id: string, context: CallContext): Promise<void> {
    try {
      await this.#request({ method: 'DELETE', path: pathOf(name, id) }, context);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }

  /** `check`, `suspend`, `resume`, ...; Heat answers when it has begun. */
  async actOnStack(name: string, id: string, action: string, context: CallContext): Promise<void> {
    const path = `${pathOf(name, id)}/actions`;
    await this.#request({ method: 'POST', path, body: { [action]: null } }, context);
  }

  /** All that the stack consists of. */
  async listResources(
    name: string,
    id: string,
    context: CallContext,
  ): Promise<readonly { resource_name: string; resource_status: string; resource_status_reason: string }[]> {
    const answer = await this.#request({ method: 'GET', path: `${pathOf(name, id)}/resources` }, context);
    return bodyOf<{
      resources: { resource_name: string; resource_status: string; resource_status_reason: string }[];
    }>(answer).resources;
  }

  /** The newest first, of one page. */
  async listEvents(
    name: string,
    id: string,
    context: CallContext,
  ): Promise<readonly { resource_status: string; resource_status_reason: string }[]> {
    const answer = await this.#request(
      { method: 'GET', path: `${pathOf(name, id)}/events`, query: { sort_dir: 'desc' } },
      context,
    );
    return bodyOf<{ events: { resource_status: string; resource_status_reason: string }[] }>(answer).events;
  }

  #request(request: Omit<CloudRequest, 'service'>, context: CallContext): Promise<CloudAnswer> {
    return this.#session.request({ ...request, service: 'orchestration' }, context);
  }
}

function pathOf(name: string, id: string): string {
  return `/stacks/${pathSegment(name)}/${pathSegment(id)}`;
}
