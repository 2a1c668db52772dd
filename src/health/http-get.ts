/**
 * One HTTP GET as a probe needs it: follows few redirects, reads a bounded part of the body, and lets go of the connection at once.
 *
 * Every request has a new connection. A kept one would answer for a process whose listener is long gone, would hold a socket a node
 * (100,000 of them), and what a user of the node meets is a new connection too. TLS sessions are not kept for the same reason: a
 * resumed one would not look at the certificate.
 */
import http from 'node:http';
import https from 'node:https';
import { isNamePending, lookupName, nameLookupBusy } from './name-lookup.ts';

const MAX_REDIRECTS = 3;
const agents = {
  http: new http.Agent({ keepAlive: false }),
  verified: new https.Agent({ keepAlive: false, maxCachedSessions: 0 }),
  unverified: new https.Agent({ keepAlive: false, maxCachedSessions: 0, rejectUnauthorized: false }),
};

export interface GetOptions {
  readonly verifyTls: boolean;
  /** Bytes of the body to read; the rest is left, and the connection closed. */
  readonly bodyLimit: number;
}

export interface Answer {
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  readonly status: number;
  /** Of a 2xx answer; at most `bodyLimit` bytes of it. */
  readonly body: string;
  readonly truncated: boolean;
  /** Why a redirect was not followed. */
  readonly refusedRedirect: string | null;
}

/** Rejects with Node's own error, or with the signal's reason; with NAME_LOOKUP_BUSY if the name was not even found by then. */
export function httpGet(url: URL, options: GetOptions, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let request: http.ClientRequest | null = null;
    let at = url;
    const settle = (how: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      how();
    };
    const fail = (error: unknown): void => {
      request?.destroy();
      settle(() => reject(error));
    };
    const onAbort = (): void => fail(isNamePending(at.hostname) ? nameLookupBusy() : signal.reason);
    const go = (to: URL, hops: number): void => {
      at = to;
      request = send(to, options);
      request.on('error', fail);
      request.on('response', (response) => receive(response, to, hops));
    };
    const receive = (response: http.IncomingMessage, from: URL, hops: number): void => {
      const next = redirect(response, from, hops);
      if (next instanceof URL) {
        leave(request, response);
        return go(next, hops + 1);
      }
      const status = response.statusCode ?? 0;
      const done = (body: string, truncated: boolean): void => {
        // After the last byte Node itself closes a connection that is not kept.
        if (!response.complete) request?.destroy();
        settle(() => resolve({ url: from, status, body, truncated, refusedRedirect: next }));
      };
      response.on('error', fail);
      if (status < 200 || status > 299) return done('', false);
      read(response, options.bodyLimit, done);
    };
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', onAbort);
    go(url, 0);
  });
}

function send(url: URL, options: GetOptions): http.ClientRequest {
  const secure = url.protocol === 'https:';
  const agent = secure ? (options.verifyTls ? agents.verified : agents.unverified) : agents.http;
  return (secure ? https : http).get({
    agent,
    hostname: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port,
    path: url.pathname + url.search,
    lookup: lookupName,
    headers: { 'user-agent': 'coppice-health' },
    ...(url.username === '' && url.password === '' ? {} : { auth: credentials(url) }),
  });
}

/** The URL that a redirect leads to, why it is not followed, or null for an answer that is none. */
function redirect(response: http.IncomingMessage, from: URL, hops: number): URL | string | null {
  const status = response.statusCode ?? 0;
  const location = response.headers.location;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  if (hops === MAX_REDIRECTS) return `more than ${MAX_REDIRECTS} redirects`;
  const to = URL.parse(location, from.href);
  if (to === null) return 'a redirect to something that is not a URL';
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return `a redirect to ${to.protocol}`;
  return to;
}

function read(
  response: http.IncomingMessage,
  limit: number,
  done: (body: string, truncated: boolean) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) done(text(chunks, limit), true);
  });
  response.on('end', () => done(text(chunks, limit), false));
}

function text(chunks: readonly Buffer[], limit: number): string {
  const whole = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  return whole.toString('utf8', 0, Math.min(limit, whole.length));
}

function credentials(url: URL): string {
  try {
    return `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  } catch {
    return `${url.username}:${url.password}`;
  }
}

/** Done with this connection, whatever it still says. */
function leave(request: http.ClientRequest | null, response: http.IncomingMessage): void {
  response.on('error', ignore);
  request?.removeAllListeners('error').on('error', ignore).destroy();
}

function ignore(): void {}
