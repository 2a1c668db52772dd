/** How deep sub-workflows are nested. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .alterTable('workflow_execution')
    .addColumn('depth', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
}
