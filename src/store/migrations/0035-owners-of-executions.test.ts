/** Executions that were started before the migration. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { localOwner } from '../../domain/session.ts';
import { openInMemory } from '../sqlite.ts';
import { toExecution } from '../workflow-executions.ts';
import { up as workflows } from './0002-workflows.ts';
import { up } from './0035-owners-of-executions.ts';

test('are those of the only user there was, or of one who is not known', async () => {
  const db = openInMemory();
  await workflows(db);
  const columns = await sql<{ name: string; type: string }>`
    select name, type from pragma_table_info('workflow_execution') where "notnull" = 1 and name not in ('id', 'seq')`.execute(
    db,
  );
  const needed = columns.rows.map(({ name, type }) => [name, /text/i.test(type) ? '{}' : 0]);
  for (const project of [localOwner.project, 'red'])
    await db
      .insertInto('workflow_execution')
      .values({ ...Object.fromEntries(needed), id: project, project } as never)
      .execute();
  await up(db);
  const rows = await db.selectFrom('workflow_execution').selectAll().orderBy('seq').execute();
  expect(rows.map((row) => toExecution(row).owner)).toEqual([localOwner, null]);
  await db.destroy();
});
