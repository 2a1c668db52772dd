/**
 * When each health record was written, and what failed after a recovery: read by lists, which do not read the
 * records.
 */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .alterTable('node_health')
    .addColumn('probed_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  for (const { node_id: id, record } of await db
    .selectFrom('node_health')
    .select(['node_id', 'record'])
    .execute()) {
    const { probedAt = 0 } = JSON.parse(record) as { probedAt?: number };
    await sql`UPDATE node_health SET probed_at = ${probedAt} WHERE node_id = ${id}`.execute(db);
  }
  await db.schema.alterTable('recovery').addColumn('hook_failure', 'text').execute();
  await db.schema.alterTable('recovery').addColumn('acknowledged_at', 'bigint').execute();
  await sql`CREATE INDEX recovery_by_hook_failure ON recovery (node_id)
    WHERE hook_failure IS NOT NULL AND acknowledged_at IS NULL`.execute(db);
}
