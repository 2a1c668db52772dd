/** Deletes actions that ended before a time, in as many transactions as it takes. */
import { deleteEndedTree, endedRoots, timesOfActions } from '../store/action-purge.ts';
import type { Store } from '../store/store.ts';
import { oldPart, type Age } from './old-part.ts';

const BATCH = 1000;
/** Each may have a thousand children. */
const TREES_AT_ONCE = 20;

/** @returns how many, with those that they started. */
export async function purgeActions(store: Store, age: Age): Promise<number> {
  let purged = 0;
  let done = 0;
  for (let seen = 0; ;) {
    const rows = await timesOfActions(store.db, seen, BATCH);
    const { upTo, isEnd } = oldPart(rows, age);
    if (upTo !== null) {
      purged += await purgeTrees(store, { after: done, upTo }, age);
      done = upTo;
    }
    if (isEnd || rows.length < BATCH) return purged;
    seen = rows.at(-1)?.seq ?? seen;
  }
}

async function purgeTrees(
  store: Store,
  { after, upTo }: { readonly after: number; readonly upTo: number },
  age: Age,
): Promise<number> {
  let purged = 0;
  for (let done = after; ;) {
    const roots = await endedRoots(store.db, { after: done, upTo }, age, TREES_AT_ONCE);
    const last = roots.at(-1);
    if (last === undefined) return purged;
    purged += await store.write(async (tx) => {
      let deleted = 0;
      for (const { id } of roots) deleted += await deleteEndedTree(tx, id);
      return deleted;
    });
    done = last.seq;
  }
}
