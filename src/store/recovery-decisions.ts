/** Rows of the decisions of recoveries, each with its reason. */
import type { Selectable } from 'kysely';
import type { RecoveryDecision } from '../domain/model.ts';
import { selectByIds } from './by-ids.ts';
import { nextSeq } from './next-seq.ts';
import type { RecoveryDecisionRow } from './schema.ts';
import type { Db, Tx } from './store.ts';

export async function recoveryDecisions(db: Db, recoveryId: string): Promise<RecoveryDecision[]> {
  return (await decisionsOfRecoveries(db, [recoveryId])).get(recoveryId) ?? [];
}

const selectDecisions = selectByIds((db, recoveryIds) =>
  db.selectFrom('recovery_decision').selectAll().where('recovery_id', 'in', recoveryIds).orderBy('seq'),
);

/** By recovery; one without any has none. */
export async function decisionsOfRecoveries(
  db: Db,
  recoveryIds: readonly string[],
): Promise<ReadonlyMap<string, RecoveryDecision[]>> {
  return Map.groupBy(
    (await selectDecisions(db, recoveryIds)).map(toRecoveryDecision),
    ({ recoveryId }) => recoveryId,
  );
}

function toRecoveryDecision({ recovery_id, ...rest }: Selectable<RecoveryDecisionRow>): RecoveryDecision {
  return { recoveryId: recovery_id, ...rest };
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
  return row && toRecoveryDecision(row);
}
