/**
 * One credential in one cloud: the token is fetched when it is needed, renewed before it expires and when a
 * service refuses it, and put on every request. Services are found in the catalog.
 *
 *     typed client ──> CloudSession.request ──> token, endpoint ──> ServiceClient (outbound) ──> the cloud
 *                             ^                                          |
 *                             └── again: 401 with a new token, a failure that may pass where a repeat is safe
 *
 * The token is in memory only. It refuses to know any service but Keystone: what is sent to Nova is written
 * in `nova/`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Json, JsonObject } from '../domain/json.ts';
import { RequestFailed } from '../outbound/request-failed.ts';
import { describeUrl } from '../outbound/url-text.ts';
import type { ServiceAnswer, ServiceRequest } from '../outbound/service-client.ts';
import { answerReason, parseBody, retryAfterMs } from './answer-reason.ts';
import { authRequest } from './auth-request.ts';
import { findEndpoint, regionsWith, withVersion } from './catalog.ts';
import { CloudError } from './cloud-error.ts';
import {
  isRepeatable,
  requestIdOf,
  type CallContext,
  type CloudAnswer,
  type CloudRequest,
} from './cloud-request.ts';
import type { CloudSettings, Credential } from './cloud-settings.ts';
import { retryDelay } from './retry.ts';
import { noToken, readToken, type CloudToken } from './token.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Sends requests: `ServiceClient` in the product. */
export interface Sender {
  send(request: ServiceRequest, signal: AbortSignal): Promise<ServiceAnswer>;
}

export interface CloudCall {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** null: that of the settings; else one of `inRegion`. */
  readonly region: string | null;
  /** The service's endpoint, as it may stand in a log. */
  readonly endpoint: string;
  /** null: no answer came. */
  readonly status: number | null;
  /** Why no answer came; null: one came. */
  readonly problem: string | null;
  readonly durationMs: number;
}

export interface CloudSessionOptions {
  readonly settings: CloudSettings;
  readonly sender: Sender;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds for one attempt. */
  readonly attemptTimeoutMs?: number;
  /** With which tokens are asked for; absent: that of the settings. @throws CloudError: there is none. */
  readonly credential?: () => Promise<Credential>;
  /** Keystone gave no token for the credential. @returns the error to throw. Absent: the same one. */
  readonly refused?: (error: CloudError) => Promise<CloudError>;
  /** Told of every attempt: for metrics. */
  readonly onCall?: (call: CloudCall) => void;
  /** Whose token is used, instead of one of its own: a session of the same credential. */
  readonly tokensOf?: Pick<CloudSession, 'token' | 'discard'>;
}

type Asked = Pick<CloudRequest, 'service' | 'method' | 'path'> & Pick<CloudCall, 'endpoint'>;

const RETRIES = 3;
/** Bytes: 1,000 servers with all details are 3 MB. */
const ANSWER_LIMIT = 32 * 1024 * 1024;
/** A token is renewed when this much of its life is left, or a quarter of it where it is short. */
const RENEW_BEFORE_MS = 120_000;

export class CloudSession {
  readonly settings: CloudSettings;
  readonly #options: CloudSessionOptions;
  readonly #sender: Sender;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #attemptTimeoutMs: number;
  readonly #onCall: (call: CloudCall) => void;
  readonly #credential: () => Promise<Credential>;
  readonly #onRefused: ((error: CloudError) => Promise<CloudError>) | undefined;
  #current: { readonly token: CloudToken; readonly renewAt: number } | undefined;
  #authenticating: Promise<CloudToken> | undefined;

  constructor(options: CloudSessionOptions) {
    const {
      settings,
      sender,
      now = Date.now,
      random = Math.random,
      wait = waitFor,
      attemptTimeoutMs = 60_000,
      onCall = () => {},
      credential = () => Promise.resolve(settings.credential),
      refused,
    } = options;
    this.#options = options;
    this.settings = settings;
    this.#sender = sender;
    this.#now = now;
    this.#random = random;
    this.#wait = wait;
    this.#attemptTimeoutMs = attemptTimeoutMs;
    this.#onCall = onCall;
    this.#credential = credential;
    this.#onRefused = refused;
  }

  /** The services of another region, by the same token. URLs that win over the catalog's are of this one. */
  inRegion(region: string): CloudSession {
    const settings = { ...this.settings, region, endpointOverrides: {} };
    return new CloudSession({ ...this.#options, settings, tokensOf: this.#options.tokensOf ?? this });
  }

  /** The same cloud by another credential. */
  withCredential(credential: Credential): CloudSession {
    const { refused: _refused, tokensOf: _tokensOf, ...options } = this.#options;
    return new CloudSession({ ...options, credential: () => Promise.resolve(credential) });
  }

  /** @throws CloudError where Keystone refuses, or cannot be reached. */
  async token(context: Pick<CallContext, 'signal'>): Promise<CloudToken> {
    const { tokensOf } = this.#options;
    if (tokensOf !== undefined) return await tokensOf.token(context);
    const { signal } = context;
    const current = this.#current;
    if (current !== undefined && this.#now() < current.renewAt) return current.token;
    // Before a token is asked for: else the error of that request would be unhandled.
    signal.throwIfAborted();
    return unlessAborted(this.#authenticate(), signal);
  }

  /** The regions in which the user has a service, as the catalog of the token says. @throws CloudError */
  async regionsWith(service: string, context: Pick<CallContext, 'signal'>): Promise<readonly string[]> {
    const { catalog } = await this.token(context);
    return regionsWith(catalog, service, this.settings.interface);
  }

  /** It is not valid any more: who needs a token next gets another. */
  discard(token: CloudToken): void {
    this.#options.tokensOf?.discard(token);
    if (this.#current?.token === token) this.#current = undefined;
  }

  /**
   * @returns the answer to a request that the service took (a status below 400).
   * @throws CloudError; the signal's reason where the caller ended it.
   */
  async request(request: CloudRequest, context: CallContext): Promise<CloudAnswer> {
    if (isAnotherPath(request.path)) throw notNamed(request);
    const repeatable = isRepeatable(request);
    const retries = request.retries ?? RETRIES;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#withFreshToken(request, context);
      } catch (error) {
        context.signal.throwIfAborted();
        if (!(error instanceof CloudError) || attempt > retries) throw error;
        const delayMs = retryDelay(error, attempt, { repeatable, random: this.#random() });
        if (delayMs === undefined) throw error;
        await this.#wait(delayMs, context.signal);
      }
    }
  }

  /** A request that is refused for its token was not carried out: it is sent once more with a new one. */
  async #withFreshToken(request: CloudRequest, context: CallContext): Promise<CloudAnswer> {
    const token = await this.token(context);
    try {
      return await this.#send(request, token, context);
    } catch (error) {
      if (!(error instanceof CloudError) || error.status !== 401) throw error;
      this.discard(token);
      return this.#send(request, await this.token(context), context);
    }
  }

  async #send(request: CloudRequest, token: CloudToken, context: CallContext): Promise<CloudAnswer> {
    const { path, query = {}, microversion, body, text, headers = {} } = request;
    const endpoint = this.#endpointOf(request, token);
    const url = new URL(endpoint + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return this.#exchange({ ...request, endpoint: describeUrl(new URL(endpoint)) }, context, {
      method: request.method,
      url,
      headers: {
        accept: 'application/json',
        ...(token === noToken ? {} : { 'x-auth-token': token.id.reveal() }),
        ...(microversion === undefined ? {} : { 'openstack-api-version': microversion }),
        ...(context.requestId === undefined ? {} : { 'x-openstack-request-id': context.requestId }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? text : JSON.stringify(body),
      limit: ANSWER_LIMIT,
    });
  }

  /** Keystone is where the settings say: its entry in the catalog is often another network's. */
  #endpointOf(request: CloudRequest, { catalog }: CloudToken): string {
    if (request.service === 'identity') return this.#keystone;
    const found = findEndpoint(catalog, request.service, this.settings);
    if ('missing' in found) throw this.#unanswered(request, found.missing, false);
    return request.version === undefined ? found.url : withVersion(found.url, request.version);
  }

  get #keystone(): string {
    return withVersion(this.settings.authUrl.replace(/\/+$/, ''), 'v3');
  }

  async #exchange(
    request: Asked,
    { signal }: Pick<CallContext, 'signal'>,
    wire: ServiceRequest,
  ): Promise<CloudAnswer> {
    const startedAt = this.#now();
    const timeout = AbortSignal.timeout(this.#attemptTimeoutMs);
    let answer: ServiceAnswer;
    try {
      answer = await this.#sender.send(wire, AbortSignal.any([signal, timeout]));
    } catch (error) {
      signal.throwIfAborted();
      const problem = this.#problemOf(error, timeout.aborted);
      this.#report(request, { status: null, problem }, startedAt);
      if (timeout.aborted) throw this.#unanswered(request, problem, true);
      if (error instanceof RequestFailed)
        throw this.#unanswered(request, `${wire.url.host}: ${error.reason}`, error.sent);
      throw error;
    }
    this.#report(request, { status: answer.status, problem: null }, startedAt);
    const body = parseBody(answer.body);
    if (answer.status >= 400) throw this.#refused(request, answer, body);
    return { status: answer.status, body, headers: answer.headers };
  }

  #problemOf(error: unknown, isTimeout: boolean): string {
    if (isTimeout) return `no answer within ${this.#attemptTimeoutMs / 1000} s`;
    return error instanceof RequestFailed ? error.reason : 'the request failed';
  }

  #report(
    { service, method, path, endpoint }: Asked,
    outcome: Pick<CloudCall, 'status' | 'problem'>,
    startedAt: number,
  ): void {
    const region = this.#options.tokensOf === undefined ? null : this.settings.region;
    const durationMs = this.#now() - startedAt;
    this.#onCall({ service, method, path, region, endpoint, ...outcome, durationMs });
  }

  #unanswered(
    { service, method, path }: Pick<CloudRequest, 'service' | 'method' | 'path'>,
    reason: string,
    mayHaveHappened: boolean,
  ): CloudError {
    const unknown = { status: null, requestId: null, retryAfterMs: null };
    return new CloudError({ ...unknown, service, request: `${method} ${path}`, reason, mayHaveHappened });
  }

  #refused(
    { service, method, path }: Pick<CloudRequest, 'service' | 'method' | 'path'>,
    { status, headers }: ServiceAnswer,
    body: Json,
  ): CloudError {
    return new CloudError({
      service,
      request: `${method} ${path}`,
      status,
      reason: answerReason(body, status),
      requestId: requestIdOf({ headers }),
      mayHaveHappened: status >= 500,
      retryAfterMs: retryAfterMs(headers['retry-after'], this.#now()),
    });
  }

  /** One at a time: all who need a token wait for the same one. */
  #authenticate(): Promise<CloudToken> {
    this.#authenticating ??= this.#fetchToken().finally(() => {
      this.#authenticating = undefined;
    });
    return this.#authenticating;
  }

  async #fetchToken(): Promise<CloudToken> {
    const { authUrl } = this.settings;
    const credential = await this.#credential();
    const endpoint = describeUrl(new URL(authUrl));
    const request = { service: 'identity', method: 'POST', path: '/auth/tokens', endpoint } as const;
    const body: JsonObject = authRequest(credential);
    const startedAt = this.#now();
    const answer = await this.#exchange(
      request,
      { signal: new AbortController().signal },
      {
        method: 'POST',
        url: new URL(`${this.#keystone}/auth/tokens`),
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(body),
        limit: ANSWER_LIMIT,
      },
    ).catch(async (error: unknown) => {
      throw error instanceof CloudError ? ((await this.#onRefused?.(error)) ?? error) : error;
    });
    const token = readToken(answer.headers['x-subject-token'], answer.body);
    if (token === undefined)
      throw this.#unanswered(request, `${endpoint}: the answer is not a token of Keystone v3`, false);
    const lifeMs = token.expiresAt - startedAt;
    const renewAt = token.expiresAt - Math.min(RENEW_BEFORE_MS, lifeMs / 4);
    this.#current = { token, renewAt };
    return token;
  }
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/**
 * An id or a name of `.`, `..` or nothing makes the path that of another resource, as URLs are read: to
 * delete the key `..` of a server's metadata would be to delete the server.
 */
function isAnotherPath(path: string): boolean {
  if (path === '/') return false;
  return path
    .split('/')
    .slice(1)
    .some((part) => ['', '.', '..'].includes(part));
}

/** What a service would answer if the name reached it. */
function notNamed({ service, method, path }: CloudRequest): CloudError {
  return new CloudError({
    service,
    request: `${method} ${path}`,
    status: 404,
    reason: 'expected an id or a name in the path, found an empty text, "." or ".."',
    requestId: null,
    mayHaveHappened: false,
    retryAfterMs: null,
  });
}
