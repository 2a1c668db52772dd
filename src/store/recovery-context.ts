/**
 * What stands around recoveries in a list: how each ended, what failed after it, what came next, and whether
 * its node is still there.
 */
import { sql } from 'kysely';
import { hookFailuresOf } from './hook-failures.ts';
import { chunks } from './rows.ts';
import type { Db } from './store.ts';

export interface RecoveryContext {
  /** The last decision. */
  readonly reason: string;
  /** A hook that failed after it; null: none. */
  readonly warning: string | null;
  readonly acknowledgedAt: number | null;
  readonly nodeExists: boolean;
  /**
   * The next recovery of the same node that was not requested by an operator, after this one had ended; null:
   * there was none.
   */
  readonly next: { readonly id: string; readonly failedAt: number } | null;
}

export async function recoveryContexts(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, RecoveryContext>> {
  const failures = await hookFailuresOf(db, ids);
  const contexts = new Map<string, RecoveryContext>();
  for (const chunk of chunks(ids)) {
    const rows = await db
      .selectFrom('recovery')
      .where('recovery.id', 'in', chunk)
      .select([
        'recovery.id',
        'recovery.acknowledged_at',
        sql<
          string | null
        >`(SELECT reason FROM recovery_decision AS decided WHERE decided.recovery_id = recovery.id
          ORDER BY decided.seq DESC LIMIT 1)`.as('reason'),
        sql<number>`EXISTS (SELECT 1 FROM node WHERE node.id = recovery.node_id)`.as('node_exists'),
        sql<string | null>`(SELECT later.id FROM recovery AS later WHERE later.node_id = recovery.node_id
          AND later.opened_at >= recovery.closed_at AND later.id <> recovery.id AND later.origin = 'AUTOMATIC'
          ORDER BY later.opened_at LIMIT 1)`.as('next_id'),
      ])
      .execute();
    const next = await failedAtOf(
      db,
      rows.flatMap((row) => row.next_id ?? []),
    );
    for (const row of rows) {
      contexts.set(row.id, {
        reason: row.reason ?? '',
        warning: failures.get(row.id)?.reason ?? null,
        acknowledgedAt: row.acknowledged_at,
        nodeExists: Boolean(row.node_exists),
        next: row.next_id === null ? null : { id: row.next_id, failedAt: next.get(row.next_id) ?? 0 },
      });
    }
  }
  return contexts;
}

async function failedAtOf(db: Db, ids: readonly string[]): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const chunk of chunks(ids)) {
    const rows = await db
      .selectFrom('recovery')
      .select(['id', 'failed_at'])
      .where('id', 'in', chunk)
      .execute();
    for (const row of rows) times.set(row.id, row.failed_at);
  }
  return times;
}
