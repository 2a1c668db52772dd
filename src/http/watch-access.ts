/**
 * What a caller was admitted to once is not theirs for as long as the answer lasts: a stream ends when its
 * token is revoked or expires, or the user loses the role, as soon as the next request with it would be
 * refused.
 */
import type { ServerResponse } from 'node:http';

/** Until when an admission counts, in milliseconds since 1970; undefined: as long as the process runs. */
export type ValidUntil = number | undefined;

/** A stream is not checked more often, also where each request is (`cache_seconds: 0`). */
const SHORTEST_MS = 1000;

/**
 * @param admit asks again, as for a new request. Throws where it would be refused, also where that cannot be
 * told: the reader comes back, and loses nothing by it.
 */
export function endWhenRefused(
  response: ServerResponse,
  validUntil: ValidUntil,
  admit: () => Promise<ValidUntil>,
): void {
  let timer: NodeJS.Timeout | undefined;
  const checkAt = (until: ValidUntil): void => {
    if (until === undefined || response.writableEnded || response.destroyed) return;
    timer = setTimeout(() => void check(), Math.max(SHORTEST_MS, until - Date.now()));
  };
  const check = async (): Promise<void> => {
    try {
      checkAt(await admit());
    } catch {
      response.end();
    }
  };
  checkAt(validUntil);
  response.once('close', () => clearTimeout(timer));
}
