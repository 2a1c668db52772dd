/**
 * What is begun in Keystone for the trust of a user and not ended. The row goes in before the first call and
 * out after the last, so that it is there wherever a process dies in between; one process at a time holds it.
 */
import { fromText, toText } from './rows.ts';
import type { Db, Tx } from './store.ts';
import type { TrustKey } from './trusts.ts';

export interface TrustChange {
  /** Ids that Keystone had before a trust was asked for: it is none of these. null: none is asked for. */
  readonly before: readonly string[] | null;
  /** Ids of trusts that are to be deleted. */
  readonly leaving: readonly string[];
}

export interface HeldTrustChange extends TrustChange {
  readonly heldBy: string | null;
  readonly heldAt: number;
}

export async function getTrustChange(
  db: Db,
  { user, project }: TrustKey,
): Promise<HeldTrustChange | undefined> {
  const query = db.selectFrom('trust_change').selectAll().where('user', '=', user);
  const row = await query.where('project', '=', project).executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    heldBy: row.held_by,
    heldAt: row.held_at,
    before: row.before === null ? null : fromText<string[]>(row.before),
    leaving: fromText<string[]>(row.leaving),
  };
}

/** @param mayTake of one that another process holds. @returns undefined: that one goes on holding it. */
export async function holdTrustChange(
  tx: Tx,
  key: TrustKey,
  { by, at }: { readonly by: string; readonly at: number },
  mayTake: (held: HeldTrustChange) => boolean,
): Promise<TrustChange | undefined> {
  const { user, project } = key;
  await tx.exclude([`trust:${user} ${project}`]);
  const found = await getTrustChange(tx.db, key);
  if (found !== undefined && found.heldBy !== null && found.heldBy !== by && !mayTake(found))
    return undefined;
  const { before, leaving } = found ?? { before: null, leaving: [] };
  const row = {
    held_by: by,
    held_at: at,
    before: before && toText([...before]),
    leaving: toText([...leaving]),
  };
  await tx.db
    .insertInto('trust_change')
    .values({ user, project, ...row })
    .onConflict((conflict) => conflict.columns(['user', 'project']).doUpdateSet(row))
    .execute();
  return { before, leaving };
}

/** @throws Error where another process has taken it. */
export async function updateTrustChange(
  tx: Tx,
  { user, project }: TrustKey,
  by: string,
  { before, leaving }: TrustChange,
): Promise<void> {
  const result = await tx.db
    .updateTable('trust_change')
    .set({ before: before && toText([...before]), leaving: toText([...leaving]) })
    .where('user', '=', user)
    .where('project', '=', project)
    .where('held_by', '=', by)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Error('Another process has taken the trust over.');
}

/** The process works on it no more. What is not ended stays for the next one. */
export async function releaseTrustChange(tx: Tx, { user, project }: TrustKey, by: string): Promise<void> {
  const held = tx.db.deleteFrom('trust_change').where('user', '=', user).where('project', '=', project);
  await held.where('held_by', '=', by).where('before', 'is', null).where('leaving', '=', '[]').execute();
  await tx.db
    .updateTable('trust_change')
    .set({ held_by: null })
    .where('user', '=', user)
    .where('project', '=', project)
    .where('held_by', '=', by)
    .execute();
}
