/** Outages of zones that have begun and are not over. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.alterTable('cluster_healing').addColumn('zone_outages', 'text').execute();
}
