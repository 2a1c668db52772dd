/**
 * Names of workflows, workbooks, ad-hoc actions and environments are unique within a project, and were so
 * over all of them. An execution says whose definition it runs: the members of its workbook are that
 * project's.
 *
 * SQLite takes no constraint away from a table: each is made again. Rows get new numbers in their order.
 */
import { sql, type ColumnDataType, type CreateTableBuilder, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { sequenceColumn } from './sequence-column.ts';

type Db = Kysely<Schema>;

export async function up(db: Db): Promise<void> {
  for (const table of ['workflow', 'workbook', 'adhoc_action'] as const) await definitions(db, table);
  await environments(db);
  await executions(db);
}

const before = 'of_all_projects';

/** @param texts columns that may not be empty. */
async function rebuilt(
  db: Db,
  table: string,
  texts: readonly string[],
  more: readonly string[],
  unique: readonly string[],
): Promise<void> {
  await db.schema.alterTable(table).renameTo(before).execute();
  let made: CreateTableBuilder<string, string> = db.schema
    .createTable(table)
    .addColumn('seq', 'integer', sequenceColumn(db))
    .addColumn('id', 'text', (column) => column.notNull().unique());
  for (const name of texts) made = made.addColumn(name, 'text', (column) => column.notNull());
  const time: ColumnDataType = 'bigint';
  made = made.addColumn('created_at', time, (column) => column.notNull()).addColumn('updated_at', time);
  for (const name of more) made = made.addColumn(name, 'text');
  await made.addUniqueConstraint(`${table}_name_in_project`, [...unique]).execute();
  const columns = sql.join(
    ['id', ...texts, 'created_at', 'updated_at', ...more].map((name) => sql.ref(name)),
  );
  await sql`insert into ${sql.table(table)} (${columns}) select ${columns} from ${sql.table(before)}
    order by seq`.execute(db);
  await db.schema.dropTable(before).execute();
}

async function definitions(db: Db, table: 'workflow' | 'workbook' | 'adhoc_action'): Promise<void> {
  const texts = ['name', 'namespace', 'source_id', 'tags', 'scope', 'project'];
  const more = table === 'workbook' ? [] : ['workbook'];
  await rebuilt(db, table, texts, more, ['name', 'namespace', 'project']);
  await db.schema.createIndex(`${table}_by_source`).on(table).column('source_id').execute();
}

async function environments(db: Db): Promise<void> {
  const texts = ['name', 'description', 'variables', 'scope', 'project'];
  await rebuilt(db, 'workflow_environment', texts, [], ['name', 'project']);
}

async function executions(db: Db): Promise<void> {
  await db.schema
    .alterTable('workflow_execution')
    .addColumn('definition_project', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  // Of a definition that is gone its project is not known: mostly it was that of the execution.
  await sql`update workflow_execution set definition_project = coalesce(
    (select workflow.project from workflow where workflow.id = workflow_execution.workflow_id),
    workflow_execution.project)`.execute(db);
}
