/**
 * Rows of SQLite as objects. `node:sqlite` builds an object for each row as a dictionary, which is slow to
 * make and slow to read. Rows are read as arrays, and a function that is compiled for the columns of the
 * statement makes objects of them: all of one layout, and allocated at their full size.
 */
import type { SQLInputValue, StatementSync } from 'node:sqlite';

type ToRow = (values: readonly unknown[]) => Record<string, unknown>;

/**
 * How to read all rows of a statement. Versions of Node without `setReturnArrays` (before 24) read the
 * objects of `node:sqlite`.
 */
export function rowReader(statement: StatementSync): (parameters: SQLInputValue[]) => unknown[] {
  if (typeof statement.setReturnArrays !== 'function') return (parameters) => statement.all(...parameters);
  let width: number | undefined;
  let toRow: ToRow;
  statement.setReturnArrays(true);
  return (parameters) => {
    const rows = statement.all(...parameters) as unknown as unknown[][];
    const [first] = rows;
    if (first === undefined) return [];
    // SQLite compiles a statement again when the schema has changed: then `*` has other columns.
    if (width !== first.length) {
      width = first.length;
      toRow = rowMaker(statement.columns().map(({ name }) => name));
    }
    return rows.map((values) => toRow(values));
  };
}

/** The names are those of columns: nothing a caller writes becomes code. A later column of a name wins. */
function rowMaker(names: readonly string[]): ToRow {
  const properties = names.map((name, index) => `${JSON.stringify(name)}: values[${index}]`);
  // An object whose keys are known at run time only can have a fixed layout in no other way.
  // oxlint-disable-next-line typescript/no-implied-eval
  return new Function('values', `return { ${properties.join(', ')} };`) as ToRow;
}
