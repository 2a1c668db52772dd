/**
 * The breaker of a cluster: after too many recoveries that did not help it opens and nothing starts; then it is half-open and lets one
 * recovery try; that one closes it or opens it again. Its state is kept, because a list of old episodes long enough to derive it has
 * no bound.
 */
import type { BreakerLimits } from '../domain/health-policy.ts';

export type BreakerState =
  | { readonly kind: 'closed'; readonly failedAt: readonly number[] }
  /** Half-open from `until` on. */
  | { readonly kind: 'open'; readonly since: number; readonly until: number; readonly failures: number };

export const closedBreaker: BreakerState = { kind: 'closed', failedAt: [] };

export interface EndedRecovery {
  readonly state: 'RECOVERED' | 'SELF_HEALED' | 'EXHAUSTED' | 'CANCELLED';
  readonly startedAt: number;
  readonly closedAt: number;
}

/** The breaker once a recovery has ended. SELF_HEALED and CANCELLED say nothing about recoveries. */
export function breakerAfter(
  breaker: BreakerState,
  ended: EndedRecovery,
  limits: BreakerLimits,
): BreakerState {
  if (ended.state === 'SELF_HEALED' || ended.state === 'CANCELLED') return breaker;
  if (breaker.kind === 'open') return afterTrial(breaker, ended, limits);
  if (ended.state === 'RECOVERED') return breaker;
  const recent = breaker.failedAt.filter((at) => at > ended.closedAt - limits.windowMs);
  const failedAt = [...recent, ended.closedAt];
  return failedAt.length < limits.failures
    ? { kind: 'closed', failedAt }
    : open(ended.closedAt, failedAt.length, limits);
}

/** What was started before the breaker opened is not the trial, whenever it ends. */
function afterTrial(
  breaker: Extract<BreakerState, { kind: 'open' }>,
  ended: EndedRecovery,
  limits: BreakerLimits,
): BreakerState {
  if (ended.startedAt < breaker.until) return breaker;
  return ended.state === 'RECOVERED' ? closedBreaker : open(ended.closedAt, breaker.failures + 1, limits);
}

function open(since: number, failures: number, limits: BreakerLimits): BreakerState {
  return { kind: 'open', since, until: since + limits.openMs, failures };
}
