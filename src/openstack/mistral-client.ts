/** The parts of Mistral's API v2 that Coppice uses (recorded from Mistral 15). */
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { isRedirect } from '../outbound/redirect.ts';
import { describeUrl } from '../outbound/url-text.ts';
import { pathSegment } from './answer-body.ts';
import { CloudError, isStatus } from './cloud-error.ts';
import type { CallContext, CloudAnswer, CloudRequest } from './cloud-request.ts';
import type { CloudSession } from './cloud-session.ts';

export interface MistralWorkflow {
  readonly id: string;
  readonly name: string;
  readonly namespace?: string;
  /** `node, grace="2"` */
  readonly input: string | null;
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
  readonly workflow_name?: string;
  readonly state: (typeof states)[number];
  readonly state_info?: string | null;
  readonly input?: string | null;
  readonly output?: string | null;
  /** `2026-11-22 18:29:12`, in UTC. */
  readonly updated_at?: string | null;
}

export interface NewMistralExecution {
  /** A UUID that the caller chooses: with the id of one that exists, that one is the answer. */
  readonly id: string;
  readonly workflow_id: string;
  readonly input: JsonObject;
  readonly params: JsonObject;
  readonly description: string;
}

/** Of executions (Mistral 15). */
const states = ['IDLE', 'RUNNING', 'PAUSED', 'SUCCESS', 'ERROR', 'CANCELLED'] as const;

type MistralRequest = Omit<CloudRequest, 'service' | 'version'>;

/** Each method: @throws CloudError, also for an answer that is not Mistral's. */
export class MistralClient {
  readonly #session: CloudSession;

  constructor(session: CloudSession) {
    this.#session = session;
  }

  /** By name, or by id. undefined: there is none. */
  async findWorkflow(
    identity: string,
    namespace: string,
    context: CallContext,
  ): Promise<MistralWorkflow | undefined> {
    const path = `/workflows/${pathSegment(identity)}`;
    const request = { method: 'GET', path, query: { namespace }, retries: 0 } as const;
    return await this.#unlessMissing(request, context, isWorkflow);
  }

  async workflowNames(context: CallContext): Promise<readonly string[]> {
    const request = { method: 'GET', path: '/workflows', query: { fields: 'name' }, retries: 0 } as const;
    const { workflows } = await this.#ask(request, context, isListOf(hasName));
    return workflows.map(({ name }) => name);
  }

  /** @param yaml one workflow or several. @throws CloudError 409 where one of them exists. */
  async createWorkflows(
    yaml: string,
    namespace: string,
    context: CallContext,
  ): Promise<readonly MistralWorkflow[]> {
    // It answers 406 to a text whose sender accepts JSON alone.
    const headers = { 'content-type': 'text/plain', accept: '*/*' };
    const request = {
      method: 'POST',
      path: '/workflows',
      query: { namespace },
      headers,
      text: yaml,
    } as const;
    return (await this.#ask(request, context, isListOf(isWorkflow))).workflows;
  }

  /** A repeat does no harm, because the id is given. */
  async startExecution(execution: NewMistralExecution, context: CallContext): Promise<MistralExecution> {
    const body = { ...execution };
    const request = { method: 'POST', path: '/executions', body, isRepeatable: true } as const;
    return await this.#ask(request, context, isExecution(execution.id));
  }

  /** undefined: there is none. */
  async findExecution(id: string, context: CallContext): Promise<MistralExecution | undefined> {
    const request = { method: 'GET', path: `/executions/${pathSegment(id)}`, retries: 0 } as const;
    return await this.#unlessMissing(request, context, isExecution(id));
  }

  /** One that has ended stays as it is. @throws CloudError 404 where there is none. */
  async cancelExecution(id: string, reason: string, context: CallContext): Promise<MistralExecution> {
    const path = `/executions/${pathSegment(id)}`;
    const body = { state: 'CANCELLED', state_info: reason };
    return await this.#ask({ method: 'PUT', path, body, retries: 0 }, context, isExecution(id));
  }

  /** Of the project of the token; null: there is no token. */
  async ownProject(context: CallContext): Promise<string | null> {
    return (await this.#session.token(context)).projectId;
  }

  async #unlessMissing<T>(
    request: MistralRequest,
    context: CallContext,
    isExpected: Expected<T>,
  ): Promise<T | undefined> {
    try {
      return await this.#ask(request, context, isExpected);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async #ask<T>(request: MistralRequest, context: CallContext, isExpected: Expected<T>): Promise<T> {
    const answer = await this.#session.request({ ...request, service: 'workflow', version: 'v2' }, context);
    const { body } = answer;
    if (isExpected(body)) return body;
    throw notMistral(request, answer);
  }
}

type Expected<T> = (body: unknown) => body is T;

/**
 * A proxy, another service, or a version that is not known: what it has done is not known, unless it only
 * says where to go. After a 303 the request has been carried out.
 */
function notMistral({ method, path }: MistralRequest, { status, body, headers }: CloudAnswer): CloudError {
  const to = redirectTarget(path, { status, location: headers['location'] });
  const found = JSON.stringify(body).slice(0, 80);
  const reason = to ?? `the answer is not Mistral's: ${status} with ${found}`;
  const mayHaveHappened = to === null || status === 303;
  const unknown = { status: null, requestId: null, retryAfterMs: null, mayHaveHappened };
  return new CloudError({ ...unknown, service: 'workflow', request: `${method} ${path}`, reason });
}

const NOT_FOLLOWED =
  'which is not followed: workflows.url has to be the URL at which Mistral answers by itself';

/** null: it is no redirect. Of the URL no query is said, in which there may be a token. */
function redirectTarget(
  path: string,
  answer: { readonly status: number; readonly location: string | undefined },
): string | null {
  const { location = '' } = answer;
  if (!isRedirect(answer)) return null;
  const url = URL.parse(location);
  if (url === null)
    return `it redirects to ${location.replace(/[?#].*/s, '').slice(0, 200)} (${answer.status}), ${NOT_FOLLOWED}`;
  const isSamePath = url.pathname.endsWith(path);
  if (isSamePath) url.pathname = url.pathname.slice(0, -path.length);
  url.search = '';
  const to = describeUrl(url).replace(/\/$/, '');
  return isSamePath
    ? `it redirects to ${to} (${answer.status}), which is not followed: workflows.url has to be that`
    : `it redirects to ${to} (${answer.status}), ${NOT_FOLLOWED}`;
}

function isObject(value: unknown): value is JsonObject {
  return isJsonObject(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function hasName(value: unknown): value is { readonly name: string } {
  return isObject(value) && isText(value['name']);
}

function isWorkflow(value: unknown): value is MistralWorkflow {
  if (!isObject(value)) return false;
  const { id, input } = value;
  return isText(id) && isTextOrNothing(input) && hasName(value);
}

function isListOf<T>(isOne: Expected<T>): Expected<{ readonly workflows: readonly T[] }> {
  return (value): value is { readonly workflows: readonly T[] } =>
    isObject(value) && Array.isArray(value['workflows']) && value['workflows'].every(isOne);
}

function isExecution(id: string): Expected<MistralExecution> {
  return (value): value is MistralExecution =>
    isObject(value) &&
    value['id'] === id &&
    states.some((state) => state === value['state']) &&
    isTextOrNothing(value['state_info']);
}

function isTextOrNothing(value: unknown): boolean {
  return value === null || value === undefined || isText(value);
}
