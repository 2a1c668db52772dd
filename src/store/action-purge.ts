/** Deletes actions that ended long ago, each with all that it started. */
import { sql, type SqlBool } from 'kysely';
import type { TimedRow } from './event-purge.ts';
import { chunks } from './rows.ts';
import type { Db, Tx } from './store.ts';

/** The next ones in the order in which they were made. */
export async function timesOfActions(db: Db, afterSeq: number, most: number): Promise<TimedRow[]> {
  const query = db.selectFrom('action').select(['seq', 'created_at as at']).where('seq', '>', afterSeq);
  return await query.orderBy('seq').limit(most).execute();
}

export interface EndedRoot {
  readonly seq: number;
  readonly id: string;
}

/**
 * The next actions that no other one started, and that ended before a time, or at one that is still to come
 * (the clock was ahead).
 */
export async function endedRoots(
  db: Db,
  { after, upTo }: { readonly after: number; readonly upTo: number },
  { before, now }: { readonly before: number; readonly now: number },
  most: number,
): Promise<EndedRoot[]> {
  return await db
    .selectFrom('action')
    .select(['seq', 'id'])
    .where('seq', '>', after)
    .where('seq', '<=', upTo)
    .where('ended_at', 'is not', null)
    .where((eb) => eb.or([eb('ended_at', '<', before), eb('ended_at', '>', now)]))
    // Not `is null`: SQLite would use the index of parents, in which all roots are equal.
    .where(sql<SqlBool>`coalesce(parent_id, '') = ''`)
    .orderBy('seq')
    .limit(most)
    .execute();
}

/**
 * The action with all that it started, and their steps. Nothing where one of them has not ended, or a
 * recovery that is there names one as the action that carried it out. @returns how many actions.
 */
export async function deleteEndedTree(tx: Tx, rootId: string): Promise<number> {
  const ids = await treeOf(tx.db, rootId);
  for (const chunk of chunks(ids)) if (await isNeeded(tx.db, chunk)) return 0;
  for (const chunk of chunks(ids)) {
    await tx.db.deleteFrom('action_step').where('action_id', 'in', chunk).execute();
    await tx.db.deleteFrom('action').where('id', 'in', chunk).execute();
  }
  return ids.length;
}

async function treeOf(db: Db, rootId: string): Promise<string[]> {
  const ids = [rootId];
  for (let level = [rootId]; level.length > 0;) {
    const found: string[] = [];
    for (const chunk of chunks(level)) {
      const children = db.selectFrom('action').select('id').where('parent_id', 'in', chunk);
      found.push(...(await children.execute()).map(({ id }) => id));
    }
    ids.push(...found);
    level = found;
  }
  return ids;
}

async function isNeeded(db: Db, ids: readonly string[]): Promise<boolean> {
  const running = db.selectFrom('action').select('id').where('id', 'in', ids).where('ended_at', 'is', null);
  const recovery = db.selectFrom('recovery').select('id').where('action_id', 'in', ids);
  return (
    (await running.limit(1).executeTakeFirst()) !== undefined ||
    (await recovery.limit(1).executeTakeFirst()) !== undefined
  );
}
