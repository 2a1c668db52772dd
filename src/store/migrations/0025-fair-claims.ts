/** The oldest action of each project that can be claimed, found without reading the others. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.dropIndex('action_by_claim').execute();
  await db.schema
    .createIndex('action_by_claim')
    .on('action')
    .columns(['status', 'blocked_on', 'project', 'seq'])
    .execute();
}
