/** Recoveries by their end, and by the action that carried them out: what is deleted once it is old. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.createIndex('recovery_by_closing').on('recovery').column('closed_at').execute();
  await db.schema.createIndex('recovery_by_action').on('recovery').column('action_id').execute();
}
