/**
 * Holds the schema of a database against what the migrations make. The version of a database says which of
 * them were carried out, and not that its tables are still there: a server on a damaged one would say that it
 * is ready, and fail at requests.
 */
import { sql } from 'kysely';
import { CoppiceError } from '../domain/errors.ts';
import { createSchema } from './migrate.ts';
import { openInMemory } from './sqlite.ts';
import type { Db, Store } from './store.ts';

const mostShown = 5;

/**
 * @param store a migrated SQLite store.
 * @throws CoppiceError `storage-damaged` that names what is missing.
 */
export async function checkSchema({ db, location }: Pick<Store, 'db' | 'location'>): Promise<void> {
  const found = new Set(await partsOf(db));
  const missing = (await expectedParts()).filter((part) => !found.has(part));
  if (missing.length === 0) return;
  const shown = missing.slice(0, mostShown).join(', ');
  const more = missing.length > mostShown ? ` and ${missing.length - mostShown} more` : '';
  throw new CoppiceError(
    'storage-damaged',
    `${location} is damaged: expected all that its version has, and did not find ${shown}${more}. Stop Coppice, and put a backup in its place.`,
  );
}

async function expectedParts(): Promise<string[]> {
  const db = openInMemory();
  try {
    await createSchema(db);
    return await partsOf(db);
  } finally {
    await db.destroy();
  }
}

/** `the table node`, or of a table that is there `the column node.name` and `the index node_name`. */
async function partsOf(db: Db): Promise<string[]> {
  const { rows } = await sql<{ part: string }>`
    select 'the ' || type || ' ' || name as part from sqlite_master
      where type in ('table', 'index') and name not like 'sqlite_%' and tbl_name <> 'schema_version'
    union all
    select 'the column ' || tables.name || '.' || columns.name
      from sqlite_master as tables join pragma_table_info(tables.name) as columns
      where tables.type = 'table' and tables.name not like 'sqlite_%' and tables.name <> 'schema_version'`.execute(
    db,
  );
  return rows.map(({ part }) => part);
}
