/**
 * What an operator or a recovery says about healing: clusters that are paused, breakers, nodes that are
 * excluded or quarantined.
 */
import type { ColumnDataType, Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

type Db = Kysely<Schema>;

const time: ColumnDataType = 'bigint';

export async function up(db: Db): Promise<void> {
  await db.schema
    .createTable('cluster_healing')
    .addColumn('cluster_id', 'text', (column) => column.primaryKey())
    .addColumn('paused_at', time)
    .addColumn('paused_until', time)
    .addColumn('pause_reason', 'text')
    .addColumn('breaker', 'text')
    .execute();
  await db.schema
    .createTable('node_healing')
    .addColumn('node_id', 'text', (column) => column.primaryKey())
    .addColumn('cluster_id', 'text')
    .addColumn('excluded_at', time)
    .addColumn('excluded_until', time)
    .addColumn('exclude_reason', 'text')
    .addColumn('quarantined_at', time)
    .addColumn('quarantine_reason', 'text')
    .addColumn('released_at', time)
    .execute();
  await db.schema.createIndex('node_healing_by_cluster').on('node_healing').column('cluster_id').execute();
  await db.schema
    .alterTable('recovery')
    .addColumn('mode', 'text', (column) => column.notNull().defaultTo('ENFORCE'))
    .execute();
}
