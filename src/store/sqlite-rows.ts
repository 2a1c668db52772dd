/**
 * Rows of SQLite as objects. `node:sqlite` builds an object for each row as a dictionary, which is slow to
 * make and slow to read. Read as arrays and built here, key by key in the order of the columns, all rows of a
 * statement share one layout.
 */
import type { SQLInputValue, StatementSync } from 'node:sqlite';

type Row = Record<string, unknown>;

/**
 * How to read all rows of a statement. Versions of Node without `setReturnArrays` (before 24) read the
 * objects of `node:sqlite`.
 */
export function rowReader(statement: StatementSync): (parameters: SQLInputValue[]) => unknown[] {
  if (typeof statement.setReturnArrays !== 'function') return (parameters) => statement.all(...parameters);
  let names: string[] | undefined;
  statement.setReturnArrays(true);
  return (parameters) => {
    const rows = statement.all(...parameters) as unknown as unknown[][];
    // SQLite compiles a statement again when the schema has changed: then `*` has other columns.
    if (names?.length !== (rows[0]?.length ?? names?.length))
      names = statement.columns().map(({ name }) => name);
    return rows.map((values) => toObject(names ?? [], values));
  };
}

function toObject(names: readonly string[], values: readonly unknown[]): Row {
  const row: Row = {};
  for (let index = 0; index < names.length; index += 1) row[names[index] as string] = values[index];
  return row;
}
