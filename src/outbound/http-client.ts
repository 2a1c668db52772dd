/**
 * The way out: every HTTP request that Coppice makes, for a user (poll URLs, std.http) or for the operator
 * (notifications).
 *
 *     HttpClient.send ──> exchange (undici, one connection) ──> openSocket ──> NameLookup, AddressGuard
 *            ^                    |
 *            └── nextRequest <────┘ a redirect: no secrets to another origin
 *
 * It refuses addresses that belong to the machine (`refused-addresses.ts`), whatever name or redirect leads
 * there; it follows only so many redirects, takes only so much of an answer, and its errors hold nothing that
 * is secret in a request. Nothing else in Coppice opens a connection for a user: the linter keeps undici,
 * node:https and node:dns in this folder.
 */
import { AddressGuard } from './address-guard.ts';
import { hostOf } from './connect.ts';
import { exchange } from './http-exchange.ts';
import type { HttpAnswer, HttpRequest } from './http-request.ts';
import { NameLookup, nameLookupBusy } from './name-lookup.ts';
import { isRedirect, nextRequest } from './redirect.ts';
import { RequestFailed, type RequestPlace } from './request-failed.ts';

export interface HttpClientOptions {
  readonly guard?: AddressGuard;
  readonly names?: NameLookup;
}

export class HttpClient {
  readonly guard: AddressGuard;
  readonly #names: NameLookup;

  constructor({ guard = new AddressGuard(), names = new NameLookup() }: HttpClientOptions = {}) {
    this.guard = guard;
    this.#names = names;
  }

  /** Rejects with RequestFailed, and nothing else. Times are the signal's. */
  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const redirects: number[] = [];
    let current = withAuthorization(request);
    for (;;) {
      const { location, ...answer } = await this.#exchange(current, redirects.length > 0, signal);
      const result = { ...answer, url: current.url, redirects, unfollowed: null };
      if (request.maxRedirects === 0 || !isRedirect({ status: answer.status, location })) return result;
      if (current.maxRedirects === 0)
        return { ...result, unfollowed: `more than ${request.maxRedirects} redirects` };
      const next = nextRequest(current, { status: answer.status, location });
      if (typeof next === 'string') return { ...result, unfollowed: next };
      redirects.push(answer.status);
      current = withAuthorization({ ...next, maxRedirects: current.maxRedirects - 1 });
    }
  }

  async #exchange(
    request: HttpRequest,
    redirected: boolean,
    signal: AbortSignal,
  ): ReturnType<typeof exchange> {
    const place: RequestPlace = { url: request.url, redirected };
    try {
      return await exchange(request, { guard: this.guard, names: this.#names }, signal);
    } catch (error) {
      if (!signal.aborted) throw RequestFailed.of(place, error);
      // Out of time before the name was found: nothing was sent to the other side.
      if (this.#names.isPending(hostOf(request.url))) throw RequestFailed.of(place, nameLookupBusy());
      throw RequestFailed.aborted(place, signal);
    }
  }
}

/** User and password of the URL as a header. From here on the URL has none, and may be shown. */
function withAuthorization(request: HttpRequest): HttpRequest {
  const { username, password } = request.url;
  if (username === '' && password === '') return request;
  const url = new URL(request.url);
  url.username = '';
  url.password = '';
  if (Object.keys(request.headers).some((name) => name.toLowerCase() === 'authorization'))
    return { ...request, url };
  const pair = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  return { ...request, url, headers: { ...request.headers, Authorization: `Basic ${pair}` } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
