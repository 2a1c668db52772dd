/** A change of the columns that are given, of one row or of some. */
import { sql } from 'kysely';
import { chunks } from './rows.ts';
import type { Tx } from './store.ts';

type ChangedTable = 'profile' | 'policy' | 'cluster' | 'node' | 'cluster_policy' | 'receiver';
type Columns = Readonly<Record<string, string | number | null | undefined>>;

/**
 * Changes the columns whose value is not undefined. Without any nothing is written: SQL knows no UPDATE
 * without a column, and a caller whose change turned out to be empty has nothing to distinguish.
 *
 * @returns whether there is such a row.
 */
export async function updateRow(tx: Tx, table: ChangedTable, id: string, columns: Columns): Promise<boolean> {
  if (isEmpty(columns)) return await exists(tx, table, id);
  const update = tx.db.updateTable(table).set(columns as never);
  return (await update.where('id', '=', id).executeTakeFirst()).numUpdatedRows === 1n;
}

/** The same change for many rows. */
export async function updateRows(
  tx: Tx,
  table: ChangedTable,
  ids: readonly string[],
  columns: Columns,
): Promise<void> {
  if (isEmpty(columns)) return;
  for (const chunk of chunks(ids)) {
    const update = tx.db.updateTable(table).set(columns as never);
    await update.where('id', 'in', chunk).execute();
  }
}

function isEmpty(columns: Columns): boolean {
  return Object.values(columns).every((value) => value === undefined);
}

async function exists(tx: Tx, table: ChangedTable, id: string): Promise<boolean> {
  const query = tx.db.selectFrom(table).select(sql<number>`1`.as('found'));
  return (await query.where('id', '=', id).executeTakeFirst()) !== undefined;
}
