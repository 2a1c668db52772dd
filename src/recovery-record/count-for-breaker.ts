/**
 * What ended recoveries say to the breaker of their cluster. What an operator asked for says nothing about
 * automation.
 */
import type { BreakerLimits } from '../domain/health-policy.ts';
import { breakerAfter, breakerAfterRelapse, closedBreaker } from '../recovery/breaker.ts';
import type { CountedRecovery } from '../recovery/breaker.ts';
import type { BreakerState } from '../domain/breaker-state.ts';
import { healingOfCluster, setBreaker } from '../store/healing.ts';
import type { Tx } from '../store/store.ts';

export async function countEndForBreaker(
  tx: Tx,
  clusterId: string,
  ended: CountedRecovery,
  limits: BreakerLimits | null,
): Promise<void> {
  if (limits !== null) await change(tx, clusterId, (breaker) => breakerAfter(breaker, ended, limits));
}

/** @param recoveryId the recovery that had seemed to help. */
export async function countRelapseForBreaker(
  tx: Tx,
  clusterId: string,
  recoveryId: string,
  limits: BreakerLimits | null,
  now: number,
): Promise<void> {
  if (limits === null) return;
  await change(tx, clusterId, (breaker) => breakerAfterRelapse(breaker, recoveryId, now, limits));
}

async function change(
  tx: Tx,
  clusterId: string,
  next: (breaker: BreakerState) => BreakerState,
): Promise<void> {
  const before = (await healingOfCluster(tx.db, clusterId)).breaker ?? closedBreaker;
  const after = next(before);
  if (after !== before) await setBreaker(tx, clusterId, after);
}
