/**
 * Statements over some ids (`where id in (...)`), in chunks. To compose the text of such a statement takes
 * longer than SQLite takes to carry it out, so that it is composed once for each number of ids.
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
    for (const chunk of chunks(ids)) {
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
