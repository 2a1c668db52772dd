/** Hosts of a cloud that EVACUATE has forced down: Nova keeps no record of who did it, and why. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('forced_down_host')
    .addColumn('host', 'text', (column) => column.primaryKey())
    .addColumn('node_name', 'text', (column) => column.notNull())
    .addColumn('forced_at', 'bigint', (column) => column.notNull())
    .execute();
}
