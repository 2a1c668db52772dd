/** Deletes recoveries that were closed long ago, with their steps and decisions. */
import { sql, type SqlBool } from 'kysely';
import { chunks } from './rows.ts';
import type { Tx } from './store.ts';

/**
 * Up to `most` of those that were closed before a time. These stay: one of which something is kept
 * (`retained`); of a node that is there the last one of each result in each mode, from which healing knows
 * what was tried last; and of it one whose failed hook no operator has acknowledged.
 * @returns how many.
 */
export async function deleteOldRecoveries(tx: Tx, closedBefore: number, most: number): Promise<number> {
  const rows = await tx.db
    .selectFrom('recovery')
    .select('id')
    .where('closed_at', '<', closedBefore)
    .where(sql<SqlBool>`not exists (select 1 from retained where retained.recovery_id = recovery.id)`)
    .where(
      sql<SqlBool>`(not exists (select 1 from node where node.id = recovery.node_id) or (
        (hook_failure is null or acknowledged_at is not null) and exists (
          select 1 from recovery as later where later.node_id = recovery.node_id
          and later.mode = recovery.mode and later.state = recovery.state
          and (later.closed_at, later.id) > (recovery.closed_at, recovery.id))))`,
    )
    .orderBy('closed_at')
    .limit(most)
    .execute();
  const ids = rows.map(({ id }) => id);
  for (const chunk of chunks(ids)) {
    await tx.db.deleteFrom('recovery_step').where('recovery_id', 'in', chunk).execute();
    await tx.db.deleteFrom('recovery_decision').where('recovery_id', 'in', chunk).execute();
    await tx.db.deleteFrom('recovery').where('id', 'in', chunk).execute();
  }
  return ids.length;
}
