/** The parts of Mistral's API v2 that Coppice uses (recorded from Mistral 15). */
import type { JsonObject } from '../domain/json.ts';
import { bodyOf, pathSegment } from './answer-body.ts';
import { isStatus } from './cloud-error.ts';
import type { CallContext, CloudAnswer, CloudRequest } from './cloud-request.ts';
import type { CloudSession } from './cloud-session.ts';

export interface MistralWorkflow {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  /** `node, grace="2"` */
  readonly input: string;
  /**
   * `{"input": ["node", {"grace": 2}], ...}`, as text where it is read, as an object where it was created.
   */
  readonly interface?: string | JsonObject | null;
  /** `private`: of the own project; `public`: each project may use it. */
  readonly scope: string;
  /** Mistral without authentication has one for all. */
  readonly project_id?: string | null;
}

/** Maps are JSON as text. */
export interface MistralExecution {
  readonly id: string;
  readonly workflow_name: string;
  readonly state: string;
  readonly state_info: string | null;
  readonly input: string;
  readonly output: string;
  /** `2026-11-22 18:29:12`, in UTC. */
  readonly updated_at: string | null;
}

export interface NewMistralExecution {
  /** A UUID that the caller chooses: with the id of one that exists, that one is the answer. */
  readonly id: string;
  readonly workflow_id: string;
  readonly input: JsonObject;
  readonly params: JsonObject;
  readonly description: string;
}

export class MistralClient {
  readonly #session: CloudSession;

  constructor(session: CloudSession) {
    this.#session = session;
  }

  /** By name, or by id. undefined: there is none. @throws CloudError */
  async findWorkflow(
    identity: string,
    namespace: string,
    context: CallContext,
  ): Promise<MistralWorkflow | undefined> {
    return await this.#unlessMissing<MistralWorkflow>(
      { method: 'GET', path: `/workflows/${pathSegment(identity)}`, query: { namespace } },
      context,
    );
  }

  async workflowNames(context: CallContext): Promise<readonly string[]> {
    const query = { fields: 'name' };
    const answer = await this.#request({ method: 'GET', path: '/workflows', query }, context);
    return bodyOf<{ workflows: { name: string }[] }>(answer).workflows.map(({ name }) => name);
  }

  /** @param yaml one workflow or several. @throws CloudError 409 where one of them exists. */
  async createWorkflows(
    yaml: string,
    namespace: string,
    context: CallContext,
  ): Promise<readonly MistralWorkflow[]> {
    // It answers 406 to a text whose sender accepts JSON alone.
    const headers = { 'content-type': 'text/plain', accept: '*/*' };
    const query = { namespace };
    const answer = await this.#request(
      { method: 'POST', path: '/workflows', query, headers, text: yaml },
      context,
    );
    return bodyOf<{ workflows: MistralWorkflow[] }>(answer).workflows;
  }

  /** A repeat does no harm, because the id is given. @throws CloudError */
  async startExecution(execution: NewMistralExecution, context: CallContext): Promise<MistralExecution> {
    const answer = await this.#request(
      { method: 'POST', path: '/executions', body: { ...execution }, isRepeatable: true },
      context,
    );
    return bodyOf<MistralExecution>(answer);
  }

  /** undefined: there is none. @throws CloudError */
  async findExecution(
    id: string,
    context: CallContext,
    retries?: number,
  ): Promise<MistralExecution | undefined> {
    return await this.#unlessMissing<MistralExecution>(
      {
        method: 'GET',
        path: `/executions/${pathSegment(id)}`,
        ...(retries === undefined ? {} : { retries }),
      },
      context,
    );
  }

  /** One that has ended stays as it is. @throws CloudError 404 where there is none. */
  async cancelExecution(id: string, reason: string, context: CallContext): Promise<MistralExecution> {
    const body = { state: 'CANCELLED', state_info: reason };
    const answer = await this.#request(
      { method: 'PUT', path: `/executions/${pathSegment(id)}`, body },
      context,
    );
    return bodyOf<MistralExecution>(answer);
  }

  /** Of the project of the token; null: there is no token. */
  async ownProject(context: CallContext): Promise<string | null> {
    return (await this.#session.token(context)).projectId;
  }

  async #unlessMissing<T>(
    request: Omit<CloudRequest, 'service' | 'version'>,
    context: CallContext,
  ): Promise<T | undefined> {
    try {
      return bodyOf<T>(await this.#request(request, context));
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  #request(request: Omit<CloudRequest, 'service' | 'version'>, context: CallContext): Promise<CloudAnswer> {
    return this.#session.request({ ...request, service: 'workflow', version: 'v2' }, context);
  }
}
