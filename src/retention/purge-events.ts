/** Deletes events that are older than a time, in as many transactions as it takes. */
import { deleteOldEvents } from '../store/event-purge.ts';
import type { Store } from '../store/store.ts';

const BATCH = 1000;

/**
 * @param before milliseconds since 1970. @param clusterId of this cluster and its nodes; undefined: of all.
 * @returns how many.
 */
export async function purgeEvents(store: Store, before: number, clusterId?: string): Promise<number> {
  let purged = 0;
  for (;;) {
    const now = await store.write((tx) => deleteOldEvents(tx, before, BATCH, clusterId));
    purged += now;
    if (now === 0) return purged;
  }
}
