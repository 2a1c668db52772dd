/**
 * Says whether the file holds remains of secrets in plain text, so that it is to be rebuilt: secrets of
 * profiles were not encrypted, and what was deleted of them is in no row but still in the file.
 */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('erasure_due')
    .addColumn('what', 'text', (column) => column.notNull().primaryKey())
    .execute();
  // A new database has never held any.
  await sql`insert into erasure_due (what) select 'secrets of before'
    where exists (select 1 from profile) or exists (select 1 from policy) or exists (select 1 from event)`.execute(
    db,
  );
}
