/** Since when the recoveries of a cluster that did not help count: what was before was forgotten. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.alterTable('cluster_healing').addColumn('counting_since', 'bigint').execute();
}
