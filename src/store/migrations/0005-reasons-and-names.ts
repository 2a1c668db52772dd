/** Why an action was asked to end, and which workflow a step of a recovery is. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.alterTable('action').addColumn('control_reason', 'text').execute();
  await db.schema.alterTable('recovery_step').addColumn('workflow_name', 'text').execute();
}
