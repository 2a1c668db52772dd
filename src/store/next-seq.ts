import { sql, type SelectQueryBuilder } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * @param rows what is numbered together.
 * @returns the number of the next one, from 1, as a part of the statement that inserts it.
 */
export function nextSeq<Table extends 'recovery_decision' | 'recovery_step'>(
  rows: SelectQueryBuilder<Schema, Table, object>,
) {
  return rows.select(sql<number>`coalesce(max(seq), 0) + 1`.as('next'));
}
