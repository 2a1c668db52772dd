/**
 * What the migrations make, as SQL: committed as `schema.sql`, so that a change of the schema shows in a
 * review.
 */
import { sql } from 'kysely';
import type { Store } from './store.ts';

/** @param store a migrated SQLite store. */
export async function dumpSchema(store: Store): Promise<string> {
  const { rows } = await sql<{ sql: string }>`
    select sql from sqlite_master where sql is not null and name not like 'sqlite_%'
    order by tbl_name, type desc, name`.execute(store.db);
  const head = '-- What src/store/migrations make. Written by `npm run generate`; do not edit.\n\n';
  return head + rows.map((row) => `${readable(row.sql)};\n`).join('\n');
}

/** One column a line. */
function readable(statement: string): string {
  if (!statement.startsWith('CREATE TABLE') && !statement.startsWith('create table')) return statement;
  return statement
    .replace('(', '(\n  ')
    .replaceAll(/, (?=")|, (?=constraint)/g, ',\n  ')
    .replace(/\)$/, '\n)');
}
