/**
 * What was deleted or replaced stays in the file of the database for a while: in the space that it left, and
 * in the -wal. Where that held secrets in plain text, the file is rebuilt without it. What is freed later is
 * encrypted, so that it is not overwritten (`secure_delete`): each write would pay for it.
 */
import { DatabaseSync } from 'node:sqlite';
import { isLargeToRebuild } from './free-space.ts';
import type { Db, Tx } from './store.ts';

export async function isErasureDue(db: Db): Promise<boolean> {
  return (await db.selectFrom('erasure_due').select('what').limit(1).executeTakeFirst()) !== undefined;
}

/** In the transaction that encrypts what was there in plain text: a crash does not forget it. */
export async function markErasureDue(tx: Tx): Promise<void> {
  await tx.db
    .insertInto('erasure_due')
    .values({ what: 'secrets of before' })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function markErased(tx: Tx): Promise<void> {
  await tx.db.deleteFrom('erasure_due').execute();
}

/** What an operator can do instead, while Coppice is stopped. */
export function erasureByHand(path: string): string {
  return `sqlite3 ${path} "VACUUM; DELETE FROM erasure_due"`;
}

/**
 * Rebuilds the file, and empties the -wal. Nothing else may be written meanwhile.
 * @returns why it was not done, in a clause; null: it was.
 */
export function eraseRemains(path: string): string | null {
  using database = new DatabaseSync(path);
  database.exec('PRAGMA busy_timeout = 5000');
  if (isLargeToRebuild(database)) return 'it is so large that the start would take long';
  try {
    database.exec('VACUUM');
  } catch (error) {
    return (error as Error).message;
  }
  const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
  return busy === 0 ? null : 'another program reads it';
}
