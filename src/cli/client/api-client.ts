/**
 * The public HTTP API as a command sees it: JSON in, JSON out, and every failure in words for a person. Nothing here knows more
 * of the server than any other client could.
 */
import { describeIssue } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { CliError, usageError } from '../cli-error.ts';
import { objectsIn } from '../rendering/objects-in.ts';
import { textOf } from '../rendering/text-of.ts';

export const DEFAULT_URL = 'http://127.0.0.1:8777';

/** The newest microversion of Senlin: what is left out for older clients is there. */
const API_VERSION = 'clustering 1.14';

/** Within this a request must be answered; lists of many thousand nodes take one or two. */
const ANSWER_TIMEOUT_MS = 60_000;

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ApiRequest {
  readonly query?: Query;
  readonly body?: JsonObject;
  /** A body that is no JSON: the text of a workflow definition. */
  readonly text?: string;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly body: Json;
  /** Id of the action that the request started, from `Location` or the body. */
  readonly actionId: string | undefined;
}

/** The server said no. */
export class ApiError extends CliError {
  readonly status: number;
  /** `ResourceNotFound`, `BadRequest`, ... */
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.type = type;
  }
}

/** Nobody answered. */
export class UnreachableError extends CliError {}

export class ApiClient {
  readonly url: string;

  /** @throws CliError for a text that is not an http(s) URL. */
  constructor(url: string) {
    const parsed = URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
      throw usageError(`--url: expected an address like ${DEFAULT_URL}, found ${JSON.stringify(url)}`);
    }
    this.url = url.replace(/\/+$/, '');
  }

  async get(path: string, query: Query = {}, signal?: AbortSignal): Promise<JsonObject> {
    return objectOf(
      await this.send('GET', path, { query, ...(signal === undefined ? {} : { signal }) }),
      this.url,
    );
  }

  /** The list under `key`. */
  async list(path: string, key: string, query: Query = {}, signal?: AbortSignal): Promise<JsonObject[]> {
    const body = await this.get(path, query, signal);
    const list = body[key];
    if (!Array.isArray(list)) throw strange(this.url, `no list of ${key}`);
    const found = list.filter(isJsonObject);
    // The workflow API gives a bounded page, and says where it goes on.
    const next = typeof body['next'] === 'string' ? new URL(body['next']).searchParams.get('marker') : null;
    const isAll = query['limit'] === undefined || query['limit'] === 0;
    if (next === null || !isAll) return found;
    return [...found, ...(await this.list(path, key, { ...query, marker: next }, signal))];
  }

  /** The object under `key`. */
  async one(path: string, key: string, query: Query = {}, signal?: AbortSignal): Promise<JsonObject> {
    const object = (await this.get(path, query, signal))[key];
    if (!isJsonObject(object)) throw strange(this.url, `no ${key}`);
    return object;
  }

  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    request: ApiRequest = {},
  ): Promise<Answer> {
    const { response, text } = await this.#exchange(method, path, request);
    const body = readBody(response, text, this.url);
    if (!response.ok) throw refusal(response.status, body, this.url);
    return { status: response.status, body, actionId: actionIdOf(response, body) };
  }

  /** An answer that never ends (server-sent events). */
  async stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const response = await fetch(this.url + path, { headers: headersFor('text/event-stream'), signal });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    if (!response.ok || !isStream || response.body === null) throw strange(this.url, 'no stream of events');
    return response.body;
  }

  /** @throws UnreachableError also where a server dies in the middle of its answer. */
  async #exchange(
    method: string,
    path: string,
    request: ApiRequest,
  ): Promise<{ response: Response; text: string }> {
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
    const body = bodyOf(request);
    const headers = headersFor('application/json', request.body !== undefined);
    const url = this.url + path + queryText(request.query ?? {});
    try {
      const response = await fetch(url, { method, headers, signal, ...body });
      return { response, text: await response.text() };
    } catch (error) {
      if (request.signal?.aborted === true) throw error;
      throw new UnreachableError(unreachableText(this.url, error), { cause: error });
    }
  }
}

/** Part of a path: a name, an id or the beginning of one. */
export function identity(nameOrId: string): string {
  if (nameOrId.trim() === '') throw usageError('expected a name or an id, found an empty text');
  // However they are encoded, a URL takes them for folders.
  if (nameOrId === '.' || nameOrId === '..')
    throw usageError(`expected a name or an id, found ${JSON.stringify(nameOrId)}, which nothing is called`);
  return encodeURIComponent(nameOrId);
}

function bodyOf({ body, text }: ApiRequest): { body?: string } {
  if (text !== undefined) return { body: text };
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

function headersFor(accept: string, hasBody = false): Record<string, string> {
  const type = hasBody ? { 'Content-Type': 'application/json' } : {};
  return { Accept: accept, 'OpenStack-API-Version': API_VERSION, ...type };
}

function queryText(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

function readBody(response: Response, text: string, url: string): Json {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    if (!response.ok) return text;
    throw strange(url, 'something that is not JSON');
  }
}

function objectOf(answer: Answer, url: string): JsonObject {
  if (!isJsonObject(answer.body)) throw strange(url, 'no JSON object');
  return answer.body;
}

function actionIdOf(response: Response, body: Json): string | undefined {
  const inBody = isJsonObject(body) ? body['action'] : undefined;
  if (typeof inBody === 'string') return inBody;
  return /\/actions\/([^/?]+)$/.exec(response.headers.get('location') ?? '')?.[1];
}

function refusal(status: number, body: Json, url: string): ApiError {
  const error = isJsonObject(body) && isJsonObject(body['error']) ? body['error'] : {};
  const { message, type } = error;
  if (typeof message === 'string')
    return new ApiError(status, typeof type === 'string' ? type : '', withIssues(message, error['issues']));
  // The workflow API says what is wrong in its own way.
  const fault = isJsonObject(body) ? body['faultstring'] : undefined;
  if (typeof fault === 'string') return new ApiError(status, '', fault);
  const text = typeof body === 'string' ? firstLines(body) : '';
  return new ApiError(status, '', `${url} answered ${status}${text === '' ? '' : `: ${text}`}`);
}

/** Senlin's sentences leave out what our own say: field, expected, found. */
function withIssues(message: string, issues: Json | undefined): string {
  const untold = objectsIn(issues).filter((issue) => !message.includes(textOf(issue['expected'])));
  const lines = untold.map((issue) =>
    describeIssue({
      field: textOf(issue['field']),
      expected: textOf(issue['expected']),
      found: textOf(issue['found']),
    }),
  );
  return [message, ...lines].join('\n');
}

function firstLines(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
}

function strange(url: string, found: string): CliError {
  return new CliError(`${url} answered with ${found}. Is it a Coppice server?`);
}

function unreachableText(url: string, error: unknown): string {
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  const reason = isLate ? `no answer within ${ANSWER_TIMEOUT_MS / 1000} s` : connectionProblem(error);
  return (
    `No Coppice server answers at ${url} (${reason}).\n` +
    'Start one with: coppice serve    or name another with --url or COPPICE_URL.'
  );
}

/** `fetch failed` says nothing; what happened is in the cause, or in the causes of a name with several addresses. */
function connectionProblem(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = (first as NodeJS.ErrnoException).code;
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name of the host is not known';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO')
    return 'it does not speak https: try http://';
  return firstLines(first instanceof Error ? first.message : String(first));
}
