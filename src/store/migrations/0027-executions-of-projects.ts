/** The executions of a project, which has a limit of them. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  const index = db.schema.createIndex('workflow_execution_of_project').on('workflow_execution');
  await index.columns(['project', 'seq']).execute();
}
