/** What failed lately of what callers asked for is read with the health of all clusters. */
import { sql, type Kysely, type SqlBool } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createIndex('action_by_failure')
    .on('action')
    .columns(['ended_at'])
    .where(sql<SqlBool>`status = 'FAILED' and parent_id is null`)
    .execute();
}
