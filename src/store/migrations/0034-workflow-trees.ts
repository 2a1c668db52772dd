/** What the sub-workflows of an execution come to: limited, and not to be counted at each start of one. */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('workflow_tree')
    .addColumn('root_id', 'text', (column) => column.primaryKey())
    .addColumn('executions', 'integer', (column) => column.notNull())
    .addColumn('data', 'bigint', (column) => column.notNull())
    .execute();
  // Data of before are not counted: their sizes are known only once they are loaded.
  await sql`
    insert into workflow_tree (root_id, executions, data)
      select root_id, count(*), 0 from workflow_execution where root_id is not null group by root_id`.execute(
    db,
  );
}
