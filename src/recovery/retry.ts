/** What follows a recovery that did not help: another one later, or quarantine. */
import type { Retry } from '../domain/health-policy.ts';
import { duration } from '../domain/duration.ts';
import { count } from './describe.ts';

export type AfterExhausted =
  | { readonly kind: 'retry'; readonly at: number; readonly reason: string }
  /** Until an operator releases the node. */
  | { readonly kind: 'quarantine'; readonly reason: string };

/**
 * @param earlier when earlier recoveries of the node ended that did not help. Without `retry` the next
 * confirmed failure opens another.
 */
export function afterExhausted(
  retry: Retry | null,
  earlier: readonly number[],
  now: number,
  intervalMs: number,
): AfterExhausted {
  const at = now + (retry?.delayMs ?? intervalMs);
  const again = `if it stays failed, the next recovery begins in ${duration(at - now)}`;
  if (retry === null) return { kind: 'retry', at, reason: again };
  const failed = countRecent(retry, earlier, now) + 1;
  const reason = `recovery ${failed} of ${retry.episodes} within ${duration(retry.windowMs)} that did not help`;
  if (failed >= retry.episodes) return { kind: 'quarantine', reason };
  return { kind: 'retry', at, reason: `${reason}; ${again}` };
}

/**
 * Why no recovery is tried any more, where those before seemed to help and did not; null: another one may be
 * tried.
 */
export function retriesSpent(retry: Retry | null, earlier: readonly number[], now: number): string | null {
  if (retry === null) return null;
  const failed = countRecent(retry, earlier, now);
  if (failed < retry.episodes) return null;
  return `${count(failed, 'recovery', 'recoveries')} within ${duration(retry.windowMs)} did not help, the limit is ${retry.episodes}`;
}

function countRecent(retry: Retry, earlier: readonly number[], now: number): number {
  return earlier.filter((closedAt) => closedAt > now - retry.windowMs).length;
}
