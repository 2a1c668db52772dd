/**
 * The breaker of a cluster: after too many recoveries that did not help it opens and nothing starts; then it
 * is half-open and lets one recovery try; that one closes it or opens it again. Its state is kept, because a
 * list of old recoveries long enough to derive it has no bound.
 */
import type { BreakerState } from '../domain/breaker-state.ts';
import type { BreakerLimits } from '../domain/health-policy.ts';

export const closedBreaker = { kind: 'closed', failedAt: [] } as const satisfies BreakerState;

export interface CountedRecovery {
  readonly id: string;
  readonly state: 'RECOVERED' | 'SELF_HEALED' | 'EXHAUSTED' | 'CANCELLED';
  readonly startedAt: number;
  readonly closedAt: number;
}

/** The breaker once a recovery has ended. SELF_HEALED and CANCELLED say nothing about recoveries. */
export function breakerAfter(
  breaker: BreakerState,
  ended: CountedRecovery,
  limits: BreakerLimits,
): BreakerState {
  if (ended.state === 'SELF_HEALED' || ended.state === 'CANCELLED') return breaker;
  if (breaker.kind === 'open') return afterTrial(breaker, ended, limits);
  if (ended.state === 'RECOVERED') return breaker;
  return countFailure(breaker, ended.closedAt, limits);
}

/**
 * The breaker once a node failed again so soon after RECOVERED that the recovery counts as one that did not
 * help.
 */
export function breakerAfterRelapse(
  breaker: BreakerState,
  recoveryId: string,
  now: number,
  limits: BreakerLimits,
): BreakerState {
  if (breaker.kind === 'open') return breaker;
  if (breaker.trial?.recoveryId === recoveryId) return open(now, breaker.trial.failures + 1, limits);
  return countFailure(breaker, now, limits);
}

function countFailure(
  breaker: Extract<BreakerState, { kind: 'closed' }>,
  at: number,
  limits: BreakerLimits,
): BreakerState {
  const failedAt = [...breaker.failedAt.filter((each) => each > at - limits.windowMs), at];
  return failedAt.length < limits.failures ? { ...breaker, failedAt } : open(at, failedAt.length, limits);
}

/** What was started before the breaker opened is not the trial, whenever it ends. */
function afterTrial(
  breaker: Extract<BreakerState, { kind: 'open' }>,
  ended: CountedRecovery,
  limits: BreakerLimits,
): BreakerState {
  if (ended.startedAt < breaker.until) return breaker;
  if (ended.state !== 'RECOVERED') return open(ended.closedAt, breaker.failures + 1, limits);
  return { ...closedBreaker, trial: { recoveryId: ended.id, failures: breaker.failures } };
}

function open(since: number, failures: number, limits: BreakerLimits): BreakerState {
  return { kind: 'open', since, until: since + limits.openMs, failures };
}
