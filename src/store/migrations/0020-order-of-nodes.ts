/** A page of nodes is read in its order, instead of sorting all nodes of the project for each page. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.createIndex('node_by_age').on('node').columns(['project', 'init_at', 'id']).execute();
}
