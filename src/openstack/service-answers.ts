/** Whether a service of a cloud answers now: asked, and not remembered as in `cloud-availability.ts`. */
import { CloudError } from './cloud-error.ts';
import type { CloudSession } from './cloud-session.ts';

/** Short: what waits for it is an action that has another region to work in. */
const ANSWER_MS = 5000;

/** @returns why not: `it answers 503`; undefined: it does. */
export async function whyNoAnswer(
  session: Pick<CloudSession, 'request'>,
  service: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(ANSWER_MS);
  try {
    const asked = { service, method: 'GET', path: '/', retries: 0 } as const;
    await session.request(asked, { signal: AbortSignal.any([signal, timeout]) });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return `it does not answer within ${ANSWER_MS / 1000} s`;
    if (!(error instanceof CloudError)) throw error;
    if (error.status === null) return `it does not answer: ${error.reason}`;
    return error.status < 500 ? undefined : `it answers ${error.status}`;
  }
}
