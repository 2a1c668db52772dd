/**
 * A recovery keeps the owner of its node: it can be read, and its workflows asked for, after the node and the
 * cluster are gone.
 */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  // Of what is gone by now the owner is not known: only an administrator sees those recoveries.
  for (const column of ['project', 'user']) {
    await db.schema
      .alterTable('recovery')
      .addColumn(column, 'text', (text) => text.notNull().defaultTo(''))
      .execute();
  }
  await db.schema.alterTable('recovery').addColumn('domain', 'text').execute();
  for (const [table, of] of [
    ['cluster', 'cluster_id'],
    ['node', 'node_id'],
  ] as const) {
    await sql`update recovery set
      project = (select owner.project from ${sql.table(table)} owner where owner.id = recovery.${sql.ref(of)}),
      "user" = (select owner."user" from ${sql.table(table)} owner where owner.id = recovery.${sql.ref(of)}),
      domain = (select owner.domain from ${sql.table(table)} owner where owner.id = recovery.${sql.ref(of)})
      where exists (select 1 from ${sql.table(table)} owner where owner.id = recovery.${sql.ref(of)})`.execute(
      db,
    );
  }
  await db.schema
    .createIndex('recovery_by_project')
    .on('recovery')
    .columns(['project', 'opened_at', 'id'])
    .execute();
}
