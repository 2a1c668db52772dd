/**
 * The installation has an id, for what it keeps outside of its database under a name of its own; and nodes
 * are found by what they stand for, thousands of times a second.
 */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('installation')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .execute();
  await db.schema.createIndex('node_by_physical').on('node').column('physical_id').execute();
}
