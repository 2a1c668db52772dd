/** Deletes events that are older than a time, in as many transactions as it takes. */
import { deleteEventsUpTo, timesOfEvents } from '../store/event-purge.ts';
import type { Store } from '../store/store.ts';
import { oldPart, type Age } from './old-part.ts';

const BATCH = 1000;

/** @param clusterId of this cluster and its nodes; undefined: of all. @returns how many. */
export async function purgeEvents(store: Store, age: Age, clusterId?: string): Promise<number> {
  let purged = 0;
  for (let seen = 0; ;) {
    const rows = await timesOfEvents(store.db, seen, BATCH, clusterId);
    const { upTo, isEnd } = oldPart(rows, age);
    if (upTo !== null) purged += await store.write((tx) => deleteEventsUpTo(tx, upTo, clusterId));
    if (isEnd || rows.length < BATCH) return purged;
    seen = rows.at(-1)?.seq ?? seen;
  }
}
