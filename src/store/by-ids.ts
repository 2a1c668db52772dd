/**
 * Statements over some ids (`where id in (...)`), in chunks. To compose the text of such a statement takes
 * longer than SQLite takes to carry it out, so that it is composed once for each number of ids; and the
 * numbers are powers of two (the last id is repeated, which finds nothing more), so that they are few.
 */
import type { Compilable, CompiledQuery } from 'kysely';
import { chunks } from './rows.ts';
import type { Db } from './store.ts';

const placeholder = 'an id';

/**
 * @param compose takes the ids in one place, in their order; what else it is made from must never change.
 * @returns how to read the rows for some ids.
 */
export function selectByIds<Row>(
  compose: (db: Db, ids: readonly string[]) => Compilable<Row>,
): (db: Db, ids: readonly string[]) => Promise<Row[]> {
  const composed = new Map<number, CompiledQuery<Row>>();
  return async (db, ids) => {
    const rows: Row[] = [];
    for (const few of chunks(ids)) {
      const chunk = padded(few);
      const statement =
        composed.get(chunk.length) ??
        compose(
          db,
          chunk.map(() => placeholder),
        ).compile();
      composed.set(chunk.length, statement);
      let next = 0;
      const parameters = statement.parameters.map((value) => (value === placeholder ? chunk[next++] : value));
      for (const row of (await db.executeQuery<Row>({ ...statement, parameters })).rows) rows.push(row);
    }
    return rows;
  };
}

/** @param ids at least one. */
function padded(ids: readonly string[]): readonly string[] {
  const length = 2 ** Math.ceil(Math.log2(ids.length));
  return Array.from({ length }, (_, index) => ids[Math.min(index, ids.length - 1)] ?? '');
}
