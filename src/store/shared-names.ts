import type { NamedTable } from './identity.ts';
import { chunks } from './rows.ts';
import type { Db } from './store.ts';

interface NamedRow {
  readonly id: string;
  readonly name: string;
}

/**
 * How a command names objects of a project so that it finds each: by its name, or by its id where several of
 * the project have that name.
 */
export async function identitiesOf(
  db: Db,
  table: NamedTable,
  objects: readonly NamedRow[],
  project: string,
): Promise<(object: NamedRow) => string> {
  const shared = new Set<string>();
  for (const names of chunks([...new Set(objects.map(({ name }) => name))])) {
    const rows = await db
      .selectFrom(table)
      .select('name')
      .where('project', '=', project)
      .where('name', 'in', names)
      .groupBy('name')
      .having((row) => row.fn.countAll(), '>', 1)
      .execute();
    for (const { name } of rows) shared.add(name);
  }
  return ({ id, name }) => (shared.has(name) ? id : name);
}
