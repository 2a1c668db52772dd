/**
 * Who started an execution: its actions work in the cloud with the rights of that user. Of executions of
 * before it is not known, except where there is only one user.
 */
import type { Kysely } from 'kysely';
import { localOwner } from '../../domain/session.ts';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  for (const column of ['user', 'domain'])
    await db.schema.alterTable('workflow_execution').addColumn(column, 'text').execute();
  await db
    .updateTable('workflow_execution')
    .set({ user: localOwner.user })
    .where('project', '=', localOwner.project)
    .execute();
}
