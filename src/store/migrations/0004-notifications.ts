/**
 * Notifications: who wants to be told, and what waits to be delivered; and the index that lets nodes be
 * counted by health.
 */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { sequenceColumn } from './sequence-column.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('notification_receiver')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('events', 'text', (column) => column.notNull())
    .addColumn('clusters', 'text', (column) => column.notNull())
    .addColumn('owner', 'text')
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('notification')
    .addColumn('seq', 'integer', sequenceColumn(db))
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('receiver', 'text', (column) => column.notNull())
    .addColumn('news', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('notification_by_receiver')
    .on('notification')
    .columns(['receiver', 'seq'])
    .execute();
  await db.schema.createIndex('node_health_by_state').on('node_health').column('state').execute();
}
