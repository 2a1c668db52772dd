/**
 * Deletes recoveries that were closed before a time, in as many transactions as it takes; none that a health
 * policy still counts, however far back its windows reach.
 */
import { deleteOldRecoveries } from '../store/recovery-purge.ts';
import type { Store } from '../store/store.ts';
import type { Age } from './old-part.ts';

const BATCH = 200;

/** @param windowMs how far back recoveries are counted. @returns how many. */
export async function purgeRecoveries(store: Store, age: Age, windowMs: number): Promise<number> {
  const closedBefore = Math.min(age.before, age.now - windowMs);
  let purged = 0;
  for (;;) {
    const deleted = await store.write((tx) => deleteOldRecoveries(tx, closedBefore, BATCH));
    purged += deleted;
    if (deleted === 0) return purged;
  }
}
