/** The verification of a step is a row of its own: which step it verifies, and when it is given up. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.alterTable('recovery_step').addColumn('verifies', 'text').execute();
  await db.schema.alterTable('recovery_step').addColumn('deadline', 'bigint').execute();
}
