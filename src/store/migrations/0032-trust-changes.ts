/** What is begun in Keystone for a trust and not ended: a crash leaves none there that no row names. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('trust_change')
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('held_by', 'text')
    .addColumn('held_at', 'bigint', (column) => column.notNull())
    .addColumn('before', 'text')
    .addColumn('leaving', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('trust_change_of_user', ['user', 'project'])
    .execute();
}
