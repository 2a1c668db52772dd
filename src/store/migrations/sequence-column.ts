/**
 * The column `seq` of tables whose rows have an order: numbers that only grow, given by the database, never
 * given twice.
 */
import { SqliteAdapter, type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** For `addColumn('seq', 'integer', sequenceColumn(db))`. */
export function sequenceColumn(
  db: Kysely<Schema>,
): (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
  return (column) =>
    isSqlite ? column.primaryKey().autoIncrement() : column.primaryKey().generatedAlwaysAsIdentity();
}
