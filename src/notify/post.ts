/**
 * One POST to a notification target: its status is all that counts. No redirect is followed, and the body of
 * the answer is dropped.
 */
import type { HttpClient } from '../outbound/http-client.ts';
import { RequestFailed } from '../outbound/request-failed.ts';

/**
 * What the target did with it. `refused`: it answered, and will hardly answer otherwise; `unavailable`: later
 * it may.
 */
export type Posted =
  | { readonly result: 'delivered' }
  | { readonly result: 'refused' | 'unavailable'; readonly reason: string };

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/**
 * @throws the signal's reason once it is aborted; every other failure is a result. Reasons hold nothing of
 * the URL.
 */
export async function post(
  { url, headers, body, timeoutMs }: Post,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Posted> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const request = {
    method: 'POST',
    url,
    headers,
    body,
    verifyTls: true,
    maxRedirects: 0,
    read: { limit: 0, longer: 'drop' },
  } as const;
  try {
    const { status } = await http.send(request, AbortSignal.any([timeout, signal]));
    return judge(status);
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return { result: 'unavailable', reason: `no answer within ${timeoutMs / 1000} s` };
    if (error instanceof RequestFailed) return { result: 'unavailable', reason: reasonOf(error) };
    throw error;
  }
}

function reasonOf({ kind, reason }: RequestFailed): string {
  return kind === 'certificate'
    ? `${reason}; start Coppice with NODE_EXTRA_CA_CERTS to trust its issuer`
    : reason;
}

function judge(status: number): Posted {
  if (status >= 200 && status <= 299) return { result: 'delivered' };
  const reason = `it answered ${status}`;
  const passes = status >= 500 || [408, 425, 429].includes(status);
  return { result: passes ? 'unavailable' : 'refused', reason };
}
