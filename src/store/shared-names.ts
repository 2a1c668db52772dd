import type { NamedTable } from './identity.ts';
import { chunks } from './rows.ts';
import type { Db } from './store.ts';

interface NamedRow {
  readonly id: string;
  readonly name: string;
  /** Absent: the one that the names are looked for in. */
  readonly project?: string;
}

/** As much of an id as is typed and shown. */
const SHORT_ID = 8;

/**
 * How a command of a user names objects so that it finds each: by its name, or by its id where several of
 * the user's project have that name, or the object is one of another project.
 * @param project in which the user's names are looked for.
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
  return ({ id, name, project: owner = project }) => {
    if (owner !== project) return id.slice(0, SHORT_ID);
    return shared.has(name) ? id : name;
  };
}
