/** What follows an episode that did not help: another one later, or quarantine. */
import type { Retry } from '../domain/health-policy.ts';
import { duration } from '../domain/duration.ts';

export type AfterExhausted =
  | { readonly kind: 'retry'; readonly at: number; readonly reason: string }
  /** Until a person releases the node. */
  | { readonly kind: 'quarantine'; readonly reason: string };

/** @param earlier when earlier episodes of the node ended EXHAUSTED. Without `retry` the next confirmed failure opens an episode. */
export function afterExhausted(
  retry: Retry | null,
  earlier: readonly number[],
  now: number,
  intervalMs: number,
): AfterExhausted {
  const at = now + (retry?.delayMs ?? intervalMs);
  const again = `if it stays failed, the next recovery begins in ${duration(at - now)}`;
  if (retry === null) return { kind: 'retry', at, reason: again };
  const failed = earlier.filter((closedAt) => closedAt > now - retry.windowMs).length + 1;
  const reason = `recovery ${failed} of ${retry.episodes} within ${duration(retry.windowMs)} that did not help`;
  if (failed >= retry.episodes) return { kind: 'quarantine', reason };
  return { kind: 'retry', at, reason: `${reason}; ${again}` };
}
