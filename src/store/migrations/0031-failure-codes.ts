/** Why an action failed, as a code of the catalogue of errors: a refusal is told for a while only. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.alterTable('action').addColumn('failure_code', 'text').execute();
}
