/** Rows of the decisions of recoveries, each with its reason. */
import type { RecoveryDecision } from '../domain/model.ts';
import { nextSeq } from './next-seq.ts';
import type { Db, Tx } from './store.ts';

export async function recoveryDecisions(db: Db, recoveryId: string): Promise<RecoveryDecision[]> {
  const query = db.selectFrom('recovery_decision').selectAll().where('recovery_id', '=', recoveryId);
  return (await query.orderBy('seq').execute()).map(({ recovery_id, ...rest }) => ({
    recoveryId: recovery_id,
    ...rest,
  }));
}

/** @param decision one word: open, hold, start, run, verify, close, ... */
export async function recordDecision(
  tx: Tx,
  recoveryId: string,
  decision: string,
  reason: string,
  now: number,
): Promise<void> {
  await tx.db
    .insertInto('recovery_decision')
    .values((row) => ({
      recovery_id: recoveryId,
      seq: nextSeq(row.selectFrom('recovery_decision').where('recovery_id', '=', recoveryId)),
      at: now,
      decision,
      reason,
    }))
    .execute();
  tx.notify('recoveries');
}

export async function lastDecision(db: Db, recoveryId: string): Promise<RecoveryDecision | undefined> {
  const row = await db
    .selectFrom('recovery_decision')
    .selectAll()
    .where('recovery_id', '=', recoveryId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { recovery_id, ...rest } = row;
  return { recoveryId: recovery_id, ...rest };
}
