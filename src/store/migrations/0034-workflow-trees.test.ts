/** Executions that were started before the migration. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openInMemory } from '../sqlite.ts';
import { up as workflows } from './0002-workflows.ts';
import { up } from './0034-workflow-trees.ts';

test('counts the sub-workflows of each root, and none of an execution that has started none', async () => {
  const db = openInMemory();
  await workflows(db);
  const columns = await sql<{ name: string; type: string }>`
    select name, type from pragma_table_info('workflow_execution') where "notnull" = 1 and name not in ('id', 'seq')`.execute(
    db,
  );
  const needed = columns.rows.map(({ name, type }) => [name, type === 'TEXT' || type === 'text' ? '' : 0]);
  const roots = { root: null, first: 'root', second: 'root', alone: null };
  for (const [id, rootId] of Object.entries(roots))
    await db
      .insertInto('workflow_execution')
      .values({ ...Object.fromEntries(needed), id, root_id: rootId } as never)
      .execute();
  await up(db);
  const rows = await db.selectFrom('workflow_tree').selectAll().execute();
  expect(rows).toEqual([{ root_id: 'root', executions: 2, data: 0 }]);
  await db.destroy();
});
