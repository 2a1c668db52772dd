/**
 * Where a redirect leads, and what of the request goes there. Another origin does not get what was meant for
 * this one: it gets no body, and of the headers only those that say what kind of answer is wanted. A list of
 * what is secret would never be complete.
 */
import type { HttpRequest } from './http-request.ts';

export interface RedirectAnswer {
  readonly status: number;
  readonly location: string | undefined;
}

const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];

const harmlessHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-language',
  'cache-control',
  'pragma',
  'user-agent',
]);

export function isRedirect({ status, location }: RedirectAnswer): boolean {
  return redirectStatuses.includes(status) && location !== undefined;
}

/** The request that follows a redirect, or why none does. */
export function nextRequest(
  request: HttpRequest,
  { status, location = '' }: RedirectAnswer,
): HttpRequest | string {
  const url = URL.parse(location, request.url.href);
  if (url === null) return 'a redirect to something that is not a URL';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `a redirect to ${url.protocol}`;
  const moved = isSameServer(request.url, url)
    ? { ...request, url }
    : { ...request, url, headers: harmless(request.headers), body: undefined };
  // RFC 9110, 15.4: a 303 is fetched by GET, and so do all clients after a POST for 301 and 302.
  const keepsMethod = status === 307 || status === 308 || ['GET', 'HEAD'].includes(request.method);
  return keepsMethod ? moved : { ...moved, method: 'GET', body: undefined };
}

/** The same origin, or the same host by https where it was http: both on the usual port. */
function isSameServer(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  const isUpgrade = from.protocol === 'http:' && to.protocol === 'https:';
  return isUpgrade && from.hostname === to.hostname && from.port === '' && to.port === '';
}

function harmless(headers: HttpRequest['headers']): HttpRequest['headers'] {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => harmlessHeaders.has(name.toLowerCase())),
  );
}
