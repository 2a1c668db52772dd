/**
 * The public HTTP API as a client sees it: typed by what `openapi.json` declares (`api-types.ts`), JSON in,
 * JSON out, every failure in words for the user. It knows no more of the server than any other client could,
 * and nothing of Node, so that the web console can use it too.
 */
import { describeIssue, type Issue } from '../domain/errors.ts';
import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { tlsProblemOf } from '../outbound/tls-problem.ts';
import type { Operations } from './api-types.ts';
import { wordSentences } from './sentences.ts';

/** The newest microversion of Senlin: what is left out for older clients is there. */
const API_VERSION = 'clustering 1.14';

/**
 * Within this a request must be answered. Lists of many thousand nodes take one or two seconds; what changes
 * or checks something may wait for a cloud.
 */
const READ_TIMEOUT_MS = 20_000;
const ANSWER_TIMEOUT_MS = 60_000;

/** `GET /v1/clusters/{cluster}` */
export type ApiOperation = keyof Operations;

/** What a request of this operation needs: parameters of the path, a body; and what it may have. */
export type RequestOf<K extends ApiOperation> = PathOf<K> &
  BodyOf<K> &
  QueryOf<K> & { readonly signal?: AbortSignal };

type PathOf<K extends ApiOperation> = keyof Operations[K]['path'] extends never
  ? { readonly path?: undefined }
  : { readonly path: Operations[K]['path'] };

interface NoQuery {
  readonly query?: undefined;
}

type QueryOf<K extends ApiOperation> = keyof Operations[K]['query'] extends never
  ? NoQuery
  : { readonly query?: Operations[K]['query'] };

type BodyOf<K extends ApiOperation> = undefined extends Operations[K]['body']
  ? { readonly body?: Operations[K]['body'] }
  : { readonly body: Operations[K]['body'] };

type Arguments<K extends ApiOperation> =
  object extends RequestOf<K> ? [request?: RequestOf<K>] : [request: RequestOf<K>];

export type AnswerOf<K extends ApiOperation> = Operations[K]['answer'];

export interface ApiAnswer<K extends ApiOperation> {
  readonly body: AnswerOf<K>;
  /** Id of the action that the request started, from `Location` or the body. */
  readonly actionId: string | undefined;
}

/** The server refused the request. */
export class ApiError extends Error {
  readonly status: number;
  /** `ResourceNotFound`, `BadRequest`, ... */
  readonly type: string;
  /** Each thing that is wrong with what was sent. */
  readonly issues: readonly Issue[];

  constructor(status: number, type: string, message: string, issues: readonly Issue[] = []) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.type = type;
    this.issues = issues;
  }
}

/** There was no answer, or only that the server is not ready yet: the same request may be answered later. */
export class UnreachableError extends Error {
  constructor(url: string, reason: string, cause?: unknown) {
    super(`No Coppice server answers at ${url} (${reason}).`, { cause });
    this.name = 'UnreachableError';
  }
}

/** The server has taken its port, and answers nothing else yet, or cannot at present. */
export class NotReadyError extends UnreachableError {
  constructor(url: string, reason: string) {
    super(url, reason);
    this.name = 'NotReadyError';
    this.message = `The Coppice server at ${url} is not ready: ${reason}`;
  }
}

/** The server wants a token, and none could be got. */
export class NoTokenError extends Error {
  override readonly name = 'NoTokenError';
}

/** A name or id that cannot stand in a path. */
export class InvalidIdentityError extends Error {
  override readonly name = 'InvalidIdentityError';
}

/** Where a client gets the token that it sends. */
export interface ClientTokens {
  /** undefined: requests are sent without one. */
  readonly current: string | undefined;
  /**
   * The server has refused the token, or wants one.
   * @param challenge the header WWW-Authenticate of its answer.
   * @returns another token; undefined: there is none.
   * @throws NoTokenError
   */
  renew(challenge: string): Promise<string | undefined>;
}

const noTokens: ClientTokens = { current: undefined, renew: () => Promise.resolve(undefined) };

export class ApiClient {
  /** Without a slash at its end. */
  readonly url: string;
  readonly #tokens: ClientTokens;
  readonly #word: ((sentence: string) => string) | undefined;

  /** @param word how sentences in answers are worded for the reader; absent: as the server says them. */
  constructor(url: string, tokens: ClientTokens = noTokens, word?: (sentence: string) => string) {
    this.url = url.replace(/\/+$/, '');
    this.#tokens = tokens;
    this.#word = word;
  }

  /** What has arrived by `stream`, worded as answers are. */
  worded<T>(value: T): T {
    return this.#word === undefined ? value : wordSentences(value, this.#word);
  }

  /** What stands under `key` in the answer; of a list without a limit all pages. */
  async read<K extends ApiOperation, P extends keyof AnswerOf<K> & string>(
    operation: K,
    key: P,
    ...request: Arguments<K>
  ): Promise<Exclude<AnswerOf<K>[P], undefined>> {
    const { body } = await this.send(operation, ...request);
    const value = (body as JsonObject | null)?.[key];
    if (value === undefined) throw unexpected(this.url, `no ${key}`);
    const marker = nextMarker(body, key, request[0] as LooseRequest | undefined);
    if (!Array.isArray(value) || marker === undefined) return value as Exclude<AnswerOf<K>[P], undefined>;
    const next = { ...request[0], query: { ...request[0]?.query, marker } } as unknown as RequestOf<K>;
    const rest = await this.read(operation, key, ...([next] as unknown as Arguments<K>));
    return [...(value as unknown[]), ...(rest as unknown[])] as Exclude<AnswerOf<K>[P], undefined>;
  }

  async send<K extends ApiOperation>(operation: K, ...[request]: Arguments<K>): Promise<ApiAnswer<K>> {
    const { path, query, body, signal } = (request ?? {}) as LooseRequest;
    const [method = '', template = ''] = operation.split(' ');
    const url = this.url + filledIn(template, path) + queryText(query);
    const init = { method, headers: headersFor('application/json', body), ...bodyText(body) };
    const { response, text } = await this.#exchange(url, init, signal);
    const answer = this.worded(readBody(response, text, this.url));
    if (!response.ok) throw refusal(response.status, answer, this.url);
    return { body: answer as AnswerOf<K>, actionId: actionIdOf(response, answer) };
  }

  /** An answer that never ends (server-sent events). */
  async stream(
    path: Operations['GET /v1/clusters/{cluster}/events/stream']['path'],
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const url = this.url + filledIn('/v1/clusters/{cluster}/events/stream', path);
    const response = await this.#begin(url, { headers: headersFor('text/event-stream'), signal });
    if (response.status === 401)
      throw refusal(401, readBody(response, await response.text(), this.url), this.url);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    if (!response.ok || !isStream || response.body === null)
      throw unexpected(this.url, 'no stream of events');
    return response.body;
  }

  /** Bounds the time until an answer begins, and not the time that it takes. */
  async #begin(url: string, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(timeoutError()), READ_TIMEOUT_MS);
    try {
      return await this.#fetch(url, { ...init, signal: AbortSignal.any([init.signal, late.signal]) });
    } catch (error) {
      if (!late.signal.aborted || error instanceof NoTokenError) throw error;
      throw new UnreachableError(this.url, connectionProblem(error, READ_TIMEOUT_MS), error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** With a token; where it is refused, once more with another, if there is one. */
  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const response = await fetch(url, withToken(init, this.#tokens.current));
    if (response.status !== 401) return response;
    const token = await this.#tokens.renew(response.headers.get('www-authenticate') ?? '');
    if (token === undefined) return response;
    await response.body?.cancel();
    return await fetch(url, withToken(init, token));
  }

  /** @throws UnreachableError also where a server ends during its answer. */
  async #exchange(
    url: string,
    init: RequestInit,
    stop: AbortSignal | undefined,
  ): Promise<{ response: Response; text: string }> {
    const timeoutMs = init.method === 'GET' ? READ_TIMEOUT_MS : ANSWER_TIMEOUT_MS;
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = stop === undefined ? timeout : AbortSignal.any([stop, timeout]);
    try {
      const response = await this.#fetch(url, { ...init, signal });
      return { response, text: await response.text() };
    } catch (error) {
      if (stop?.aborted === true || error instanceof NoTokenError) throw error;
      throw new UnreachableError(this.url, connectionProblem(error, timeoutMs), error);
    }
  }
}

/**
 * Lists are cut after a page, and link to the next one: in `next` the workflow API, in `nodes_links` and the
 * like the clustering API. A limit bounds what the caller gets in all.
 */
function nextMarker(body: unknown, key: string, request: LooseRequest | undefined): string | undefined {
  const limit = request?.query?.['limit'];
  const isLimited = limit !== undefined && Number(limit) > 0;
  const next = isLimited || !isJsonObject(body) ? undefined : (body['next'] ?? linkIn(body[`${key}_links`]));
  return typeof next === 'string' ? (URL.parse(next)?.searchParams.get('marker') ?? undefined) : undefined;
}

function linkIn(links: Json | undefined): Json | undefined {
  const [first] = Array.isArray(links) ? (links as readonly Json[]) : [];
  return isJsonObject(first) ? first['href'] : undefined;
}

interface LooseRequest {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** The path with its parameters: each a name, an id or the beginning of one. */
function filledIn(template: string, parameters: Readonly<Record<string, string>> = {}): string {
  return template.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
    const value = parameters[name] ?? '';
    if (value.trim() === '') throw new InvalidIdentityError('expected a name or an id, found an empty text');
    // However they are encoded, a URL takes them for folders.
    if (value === '.' || value === '..')
      throw new InvalidIdentityError(
        `expected a name or an id, found ${JSON.stringify(value)}, which cannot be the name of anything`,
      );
    return encodeURIComponent(value);
  });
}

function queryText(query: Readonly<Record<string, unknown>> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) parameters.append(name, String(each));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

/** A text is the text of a workflow definition; all else is JSON. */
function bodyText(body: unknown): { body?: string } {
  if (body === undefined) return {};
  return { body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function headersFor(accept: string, body?: unknown): Record<string, string> {
  const isJson = body !== undefined && typeof body !== 'string';
  const type = isJson ? { 'Content-Type': 'application/json' } : {};
  return { Accept: accept, 'OpenStack-API-Version': API_VERSION, ...type };
}

function withToken(init: RequestInit, token: string | undefined): RequestInit {
  if (token === undefined) return init;
  const headers = new Headers(init.headers);
  headers.set('X-Auth-Token', token);
  return { ...init, headers };
}

function readBody(response: Response, text: string, url: string): Json {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    if (!response.ok) return text;
    throw unexpected(url, 'something that is not JSON');
  }
}

function actionIdOf(response: Response, body: Json): string | undefined {
  const inBody = isJsonObject(body) ? body['action'] : undefined;
  if (typeof inBody === 'string') return inBody;
  return /\/actions\/([^/?]+)$/.exec(response.headers.get('location') ?? '')?.[1];
}

function refusal(status: number, body: Json, url: string): ApiError | UnreachableError {
  // A server that starts has taken its port, and answers nothing else.
  if (status === 503 && isJsonObject(body) && body['status'] === 'unavailable')
    return new NotReadyError(url, typeof body['reason'] === 'string' ? body['reason'] : 'it is not ready');
  const error = isJsonObject(body) && isJsonObject(body['error']) ? body['error'] : {};
  const { detail, message: sentence, type } = error;
  // Where there is more to say than Senlin's sentence does.
  const message = typeof detail === 'string' ? detail : sentence;
  if (typeof message === 'string')
    return new ApiError(
      status,
      typeof type === 'string' ? type : '',
      withIssues(message, error['issues']),
      issuesIn(error['issues']),
    );
  // The workflow API has its own form of an error.
  const fault = isJsonObject(body) ? body['faultstring'] : undefined;
  if (typeof fault === 'string') return new ApiError(status, '', fault);
  const text = typeof body === 'string' ? beginningOf(body) : '';
  const answered = `${url} answered ${status}${text === '' ? '' : `: ${text}`}`;
  // What Coppice refuses it refuses in JSON.
  const hint =
    body === null || isJsonObject(body)
      ? ''
      : '\nThis is probably no Coppice server: see --url and COPPICE_URL.';
  return new ApiError(status, '', answered + hint);
}

/**
 * What is wrong, each once: Senlin's sentences leave out what our own say (field, expected, found), and are
 * left out.
 */
function withIssues(message: string, issues: Json | undefined): string {
  const [first, ...others] = issuesIn(issues);
  if (first === undefined) return message;
  const inProperties = { ...first, field: first.field.replace(/^properties\.?/, '') };
  const starts = [describeIssue(first), describeIssue(inProperties), 'Unrecognizable spec', 'Required spec'];
  const start = Math.min(...starts.map((text) => message.indexOf(text)).filter((at) => at >= 0));
  // A message that says none of them is about something else.
  const before = Number.isFinite(start) ? message.slice(0, start).trimEnd() : message;
  return [before, ...[first, ...others].map(describeIssue)].filter((line) => line !== '').join('\n');
}

function issuesIn(issues: Json | undefined): Issue[] {
  const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
  return (Array.isArray(issues) ? issues.filter(isJsonObject) : []).map((issue) => ({
    field: textIn(issue['field']),
    expected: textIn(issue['expected']),
    found: textIn(issue['found']),
    ...(typeof issue['hint'] === 'string' ? { hint: issue['hint'] } : {}),
  }));
}

function beginningOf(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
}

function unexpected(url: string, found: string): Error {
  return new Error(`${url} answered with ${found}. Is it a Coppice server?`);
}

function timeoutError(): DOMException {
  return new DOMException('no answer', 'TimeoutError');
}

/**
 * `fetch failed` says nothing; what happened is in the cause, or in the causes of a name with several
 * addresses.
 */
function connectionProblem(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `no answer within ${timeoutMs / 1000} s`;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = (first as { code?: unknown } | null)?.code;
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name of the host is not known';
  const tls = tlsProblemOf(first);
  if (tls !== undefined) return tls.speaksTls ? tls.reason : 'it does not speak https: try http://';
  return beginningOf(first instanceof Error ? first.message : String(first));
}
