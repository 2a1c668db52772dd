/**
 * Who started a recovery, when its result was certain and which action had helped, and whether the node
 * failed again soon after it.
 */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .alterTable('recovery')
    .addColumn('origin', 'text', (column) => column.notNull().defaultTo('AUTOMATIC'))
    .execute();
  await db.schema.alterTable('recovery').addColumn('settled_at', 'bigint').execute();
  await db.schema.alterTable('recovery').addColumn('helped', 'text').execute();
  await db.schema.alterTable('recovery').addColumn('relapse', 'text').execute();
  await db.schema.alterTable('recovery').addColumn('relapsed_at', 'bigint').execute();
  await db.schema
    .createIndex('recovery_by_end')
    .on('recovery')
    .columns(['cluster_id', 'closed_at'])
    .execute();
  await sql`UPDATE recovery SET settled_at = closed_at WHERE state = 'RECOVERED'`.execute(db);
  // What the healer asks for has its own cause; all other recoveries were asked for by an operator.
  await sql`UPDATE recovery SET origin = 'OPERATOR' WHERE EXISTS (
    SELECT 1 FROM action WHERE action.id = recovery.action_id AND action.cause <> 'Health Policy')`.execute(
    db,
  );
}
