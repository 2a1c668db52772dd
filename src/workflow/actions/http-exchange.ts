/** One HTTP exchange as std.http makes it: redirects only if asked for, a bounded body, a real timeout, guarded addresses. */
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { lookupName } from '../../health/name-lookup.ts';
import type { AddressGuard } from './http-policy.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly followRedirects: boolean;
  readonly verifyTls: boolean;
}

export interface HttpAnswer {
  readonly url: URL;
  readonly status: number;
  readonly reason: string;
  /** In the spelling and order in which they came. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** Statuses of the redirects on the way. */
  readonly redirects: readonly number[];
}

export interface ExchangeLimits {
  readonly guard: AddressGuard;
  /** Bytes of the answer's body. */
  readonly maxResponseBytes: number;
  /** How names are found. */
  readonly lookup?: LookupFunction;
}

const mostRedirects = 10;
/** A new connection for every request: a workflow asks seldom, and what it meets shall be what a user would meet. */
const agents = {
  http: new http.Agent({ keepAlive: false }),
  verified: new https.Agent({ keepAlive: false, maxCachedSessions: 0 }),
  unverified: new https.Agent({ keepAlive: false, maxCachedSessions: 0, rejectUnauthorized: false }),
};

/** Rejects with an error whose message says what went wrong, without anything of the request's headers or body. */
export async function exchange(
  request: HttpRequest,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const redirects: number[] = [];
  let current = request;
  for (;;) {
    const answer = await send(current, limits, signal);
    const next = request.followRedirects ? redirected(current, answer) : undefined;
    if (next === undefined) return { ...answer, redirects };
    redirects.push(answer.status);
    if (redirects.length > mostRedirects) throw new Error(`more than ${mostRedirects} redirects`);
    current = next;
  }
}

function redirected(request: HttpRequest, answer: Omit<HttpAnswer, 'redirects'>): HttpRequest | undefined {
  const location = answer.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return undefined;
  const url = URL.parse(location, request.url.href);
  if (url === null) throw new Error('a redirect to something that is not a URL');
  // RFC 9110, 15.4: a 303 is fetched by GET, and so do all clients after a POST for 301 and 302.
  const keepsMethod =
    answer.status === 307 || answer.status === 308 || ['GET', 'HEAD'].includes(request.method);
  const headers = url.origin === request.url.origin ? request.headers : withoutSecrets(request.headers);
  return keepsMethod
    ? { ...request, url, headers }
    : { ...request, url, headers, method: request.method === 'HEAD' ? 'HEAD' : 'GET', body: undefined };
}

/** Another host is not told what was meant for this one. */
function withoutSecrets(headers: HttpRequest['headers']): HttpRequest['headers'] {
  const secret = /^(?:authorization|cookie|proxy-authorization|x-.*(?:token|key|secret|auth).*)$/i;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.test(name)));
}

function send(
  request: HttpRequest,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<Omit<HttpAnswer, 'redirects'>> {
  return new Promise((resolve, reject) => {
    const sent = open(request, limits);
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', abort);
      sent.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const abort = (): void => fail(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);
    sent.on('error', fail);
    sent.on('response', (response) => {
      response.on('error', fail);
      collect(response, limits.maxResponseBytes, fail, (body) => {
        signal.removeEventListener('abort', abort);
        resolve({ url: request.url, body, ...headOf(response) });
      });
    });
    sent.end(request.body);
  });
}

/** @throws Error for a URL or a header that cannot be sent. */
function open(request: HttpRequest, { guard, lookup = lookupName }: ExchangeLimits): http.ClientRequest {
  const { url } = request;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`expected a URL of http or https, found ${url.protocol}//`);
  }
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const objection = isIP(hostname) === 0 ? undefined : guard.objection(hostname);
  if (objection !== undefined) throw new Error(objection);
  const isTls = url.protocol === 'https:';
  return (isTls ? https : http).request({
    agent: isTls ? (request.verifyTls ? agents.verified : agents.unverified) : agents.http,
    method: request.method,
    hostname,
    port: url.port,
    path: url.pathname + url.search,
    headers: { ...request.headers },
    lookup: guardedLookup(guard, lookup),
  });
}

/** The address that is connected to is the one that was looked at: a name cannot change in between. */
function guardedLookup(guard: AddressGuard, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : found.map((one) => one.address);
      const objection =
        error === null ? addresses.map((one) => guard.objection(one)).find(Boolean) : undefined;
      if (objection !== undefined) return callback(new Error(objection), found, family);
      callback(error, found, family);
    });
  };
}

function collect(
  response: http.IncomingMessage,
  limit: number,
  fail: (error: Error) => void,
  done: (body: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) fail(new Error(`the answer is longer than ${limit} bytes`));
  });
  response.on('end', () => {
    if (length <= limit) done(Buffer.concat(chunks));
  });
}

function headOf(response: http.IncomingMessage): Pick<HttpAnswer, 'status' | 'reason' | 'headers'> {
  const raw = response.rawHeaders;
  const headers = Array.from(
    { length: raw.length / 2 },
    (_, index) => [raw[2 * index] ?? '', raw[2 * index + 1] ?? ''] as const,
  );
  return { status: response.statusCode ?? 0, reason: response.statusMessage ?? '', headers };
}
