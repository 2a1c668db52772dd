/** What RECREATE has stopped and keeps for a time, instead of removing it. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('retained')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('node_name', 'text', (column) => column.notNull())
    .addColumn('cluster_id', 'text')
    .addColumn('recovery_id', 'text', (column) => column.notNull())
    .addColumn('profile_type', 'text', (column) => column.notNull())
    .addColumn('physical_id', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('stopped_at', 'bigint', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('domain', 'text')
    .execute();
  for (const column of ['node_id', 'cluster_id', 'recovery_id', 'physical_id'])
    await db.schema
      .createIndex(`retained_by_${column.replace(/_id$/, '')}`)
      .on('retained')
      .column(column)
      .execute();
}
