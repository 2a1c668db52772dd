/** Which process observes and plans each cluster that has a health policy. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('cluster_lease')
    .addColumn('cluster_id', 'text', (column) => column.primaryKey())
    .addColumn('owner', 'text')
    .addColumn('epoch', 'integer', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('cluster_lease_by_owner').on('cluster_lease').column('owner').execute();
}
