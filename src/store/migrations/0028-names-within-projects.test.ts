/** Definitions, environments and executions of before the migration. */
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openInMemory } from '../sqlite.ts';
import type { Db } from '../store.ts';
import { up as workflows } from './0002-workflows.ts';
import { up } from './0028-names-within-projects.ts';

let db: Db;

beforeEach(async () => {
  db = openInMemory();
  await workflows(db);
});

afterEach(() => db.destroy());

async function define(table: string, id: string, name: string, project: string, workbook?: string) {
  const [column, value] = workbook === undefined ? [sql``, sql``] : [sql`, workbook`, sql`, ${workbook}`];
  await sql`insert into ${sql.table(table)}
    (id, name, namespace, source_id, tags, scope, project, created_at, updated_at${column})
    values (${id}, ${name}, 'ns', ${`text of ${id}`}, '["t"]', 'public', ${project}, 5, null${value})`.execute(
    db,
  );
}

async function environment(id: string, name: string, project: string): Promise<void> {
  await sql`insert into workflow_environment
    (id, name, description, variables, scope, project, created_at, updated_at)
    values (${id}, ${name}, 'd', '{"a":1}', 'private', ${project}, 5, 6)`.execute(db);
}

async function execution(id: string, workflowId: string | null, project: string): Promise<void> {
  const texts = ['source_id', 'workflow', 'namespace', 'description', 'input', 'params', 'env', 'vars'];
  const more = ['state', 'output', 'globals', 'backlog'];
  const numbers = ['created_at', 'updated_at', 'next_task', 'open_tasks', 'waiting_tasks', 'version'];
  const values: Record<string, unknown> = { id, workflow_id: workflowId, project, signals_end: 0 };
  for (const name of [...texts, ...more]) values[name] = `${name} of ${id}`;
  for (const name of numbers) values[name] = 7;
  await db
    .insertInto('workflow_execution')
    .values(values as never)
    .execute();
}

test.each(['workflow', 'workbook', 'adhoc_action'] as const)(
  'keeps each %s as it was, in order',
  async (table) => {
    const workbook = table === 'workbook' ? undefined : 'book';
    await define(table, 'second', 'b', 'red', workbook);
    await define(table, 'gone', 'c', 'red', workbook);
    await define(table, 'first', 'a', 'blue', workbook);
    await sql`delete from ${sql.table(table)} where id = 'gone'`.execute(db);
    const rows = async () => {
      const all = await db.selectFrom(table).selectAll().orderBy('seq').execute();
      return all.map(({ seq: _seq, ...row }) => row);
    };
    const before = await rows();
    expect(before.map(({ id }) => id)).toEqual(['second', 'first']);

    await up(db);

    expect(await rows()).toEqual(before);
    await define(table, 'of-blue', 'b', 'blue', workbook);
    await expect(define(table, 'again', 'b', 'red', workbook)).rejects.toThrow('UNIQUE');
    expect((await rows()).map(({ id }) => id)).toEqual(['second', 'first', 'of-blue']);
  },
);

test('keeps environments as they were', async () => {
  await environment('e1', 'prod', 'red');
  const before = await db.selectFrom('workflow_environment').selectAll().execute();

  await up(db);

  expect(await db.selectFrom('workflow_environment').selectAll().execute()).toEqual(before);
  await environment('e2', 'prod', 'blue');
  await expect(environment('e3', 'prod', 'red')).rejects.toThrow('UNIQUE');
});

test('gives each execution the project of its definition, or its own where that is gone', async () => {
  await define('workflow', 'shared', 'w', 'red', 'book');
  await execution('of-shared', 'shared', 'blue');
  await execution('of-gone', 'gone', 'blue');
  await execution('of-none', null, 'blue');

  await up(db);

  const rows = db.selectFrom('workflow_execution').select(['id', 'project', 'definition_project']);
  expect(await rows.orderBy('id').execute()).toEqual([
    { id: 'of-gone', project: 'blue', definition_project: 'blue' },
    { id: 'of-none', project: 'blue', definition_project: 'blue' },
    { id: 'of-shared', project: 'blue', definition_project: 'red' },
  ]);
});
