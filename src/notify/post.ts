/** One POST to a receiver: its status is all that counts. No redirect is followed, and of the body only a little is read, and dropped. */
import http from 'node:http';
import https from 'node:https';
import { describeConnectionError } from '../health/connection-error.ts';

/** What the receiver did with it. `refused`: it answered, and will hardly answer otherwise; `unavailable`: later it may. */
export type Posted =
  | { readonly result: 'delivered' }
  | { readonly result: 'refused' | 'unavailable'; readonly reason: string };

/** A new connection each time: a pager is told seldom, and a kept connection may be dead by then. */
const agents = {
  http: new http.Agent({ keepAlive: false }),
  https: new https.Agent({ keepAlive: false }),
};

/** An answer that ends by itself closes its connection in order; a longer one is cut. */
const READ_AT_MOST = 16_384;

/** @throws the signal's reason once it is aborted; every other failure is an answer. Reasons hold nothing of the URL. */
export async function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Posted> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return judge(await send(url, headers, body, AbortSignal.any([timeout, signal])));
  } catch (error) {
    signal.throwIfAborted();
    const reason = timeout.aborted
      ? `no answer within ${timeoutMs / 1000} s`
      : describeConnectionError(error).reason;
    return { result: 'unavailable', reason };
  }
}

function judge(status: number): Posted {
  if (status >= 200 && status <= 299) return { result: 'delivered' };
  const reason = `it answered ${status}`;
  const passes = status >= 500 || [408, 425, 429].includes(status);
  return { result: passes ? 'unavailable' : 'refused', reason };
}

function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const request = (secure ? https : http).request({
      agent: secure ? agents.https : agents.http,
      method: 'POST',
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      path: url.pathname + url.search,
      headers: { ...headers, ...authorization(url), 'content-length': Buffer.byteLength(body) },
      signal,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let length = 0;
      response.on('error', () => {});
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > READ_AT_MOST) request.destroy();
      });
      resolve(response.statusCode ?? 0);
    });
    request.end(body);
  });
}

function authorization(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  const pair = `${decoded(url.username)}:${decoded(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
