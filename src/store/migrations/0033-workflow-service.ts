/** What runs the execution of a step: null, of rows from before, is the embedded runner. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.alterTable('recovery_step').addColumn('workflow_service', 'text').execute();
}
