/** When a request to a cloud is sent again, and after how long. */
import type { CloudError } from './cloud-error.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8000;
/** A service that asks for more patience than this is answered by the caller's own next try. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * @param repeatable whether it does no harm to send it again.
 * @param random from 0 to 1: many clients that failed together must not come back together.
 * @returns milliseconds; undefined: not again.
 */
export function retryDelay(
  error: CloudError,
  attempt: number,
  { repeatable, random }: { readonly repeatable: boolean; readonly random: number },
): number | undefined {
  // 429 was refused before it was carried out, and without an answer the error says whether it was sent.
  const wasNotDone = error.status === 429 || (error.status === null && !error.mayHaveHappened);
  if (!error.isRetryable || error.status === 409) return undefined;
  if (!repeatable && !wasNotDone) return undefined;
  if (error.retryAfterMs !== null)
    return error.retryAfterMs > LONGEST_RETRY_AFTER_MS ? undefined : error.retryAfterMs;
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return delay * (0.5 + random / 2);
}
