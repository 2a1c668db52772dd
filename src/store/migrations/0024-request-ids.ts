/** Which request over the API an action comes from. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.alterTable('action').addColumn('request_id', 'text').execute();
}
