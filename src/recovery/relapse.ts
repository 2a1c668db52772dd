/**
 * A failure soon after RECOVERED: the recovery did not help, although the node was healthy when it was
 * verified. Both are the same trouble, which continues for as long as each failure follows the recovery
 * before it this closely.
 */
import type { Recovery, Relapse } from '../domain/model.ts';
import { duration } from '../domain/duration.ts';
import { ordinal } from './describe.ts';

/**
 * The last recovery of a node, where automation closed it as RECOVERED and nothing has happened to the node
 * since.
 */
export type RecoveredBefore = Pick<Recovery, 'id' | 'failedAt' | 'failure' | 'helped' | 'relapse'> & {
  readonly settledAt: number;
  readonly closedAt: number;
};

/** @param relapseMs 0: a failure is never a relapse. @returns null: this failure is a new one. */
export function relapseOf(
  before: RecoveredBefore | null | undefined,
  failedAt: number,
  relapseMs: number,
): Relapse | null {
  if (before == null || relapseMs === 0 || failedAt - before.closedAt > relapseMs) return null;
  const { id, helped, failure, relapse } = before;
  // It may fail while the hooks after the recovery still run, and a clock may be set back.
  const healthyMs = Math.max(0, failedAt - before.settledAt);
  return {
    of: id,
    helped,
    failures: [...new Set([...(relapse?.failures ?? []), failure.class])],
    times: (relapse?.times ?? 1) + 1,
    since: relapse?.since ?? before.failedAt,
    healthyMs,
    shortestMs: Math.min(relapse?.shortestMs ?? healthyMs, healthyMs),
    longestMs: Math.max(relapse?.longestMs ?? healthyMs, healthyMs),
  };
}

/** `the third time in 10 min, healthy for 20 s in between` */
export function describeRelapse({ times, since, shortestMs, longestMs }: Relapse, failedAt: number): string {
  const [shortest, longest] = [duration(shortestMs), duration(longestMs)];
  const healthy = shortest === longest ? shortest : `${shortest} to ${longest}`;
  return `the ${ordinal(times)} time in ${duration(failedAt - since)}, healthy for ${healthy} ${times > 2 ? 'each time' : 'in between'}`;
}
