/**
 * Workflows: definitions and environments, executions with their tasks and actions, and the work that waits:
 * timers and messages.
 */
import type { ColumnDataType, CreateTableBuilder, Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { sequenceColumn } from './sequence-column.ts';

type Db = Kysely<Schema>;
type Table = CreateTableBuilder<string, string>;

export async function up(db: Db): Promise<void> {
  await definitions(db);
  await environments(db);
  await executions(db);
  await tasksAndActions(db);
  await waitingWork(db);
}

const time: ColumnDataType = 'bigint';

function required(table: Table, type: ColumnDataType, ...names: string[]): Table {
  return names.reduce((built, name) => built.addColumn(name, type, (column) => column.notNull()), table);
}

function optional(table: Table, type: ColumnDataType, ...names: string[]): Table {
  return names.reduce((built, name) => built.addColumn(name, type), table);
}

function identified(db: Db, name: string): Table {
  return db.schema.createTable(name).addColumn('id', 'text', (column) => column.primaryKey());
}

/** In the order of creation, which is how they are listed. */
function numbered(db: Db, name: string): Table {
  return db.schema.createTable(name).addColumn('seq', 'integer', sequenceColumn(db));
}

async function index(db: Db, table: string, name: string, ...columns: string[]): Promise<void> {
  await db.schema.createIndex(`${table}_by_${name}`).on(table).columns(columns).execute();
}

/** A text is kept once under its digest, for as long as a definition or an execution needs it. */
async function definitions(db: Db): Promise<void> {
  await required(identified(db, 'workflow_source'), 'text', 'kind', 'text').execute();
  for (const table of ['workflow', 'workbook', 'adhoc_action']) {
    let definition = numbered(db, table).addColumn('id', 'text', (column) => column.notNull().unique());
    definition = required(definition, 'text', 'name', 'namespace', 'source_id', 'tags', 'scope', 'project');
    definition = optional(required(definition, time, 'created_at'), time, 'updated_at');
    if (table !== 'workbook') definition = optional(definition, 'text', 'workbook');
    await definition.addUniqueConstraint(`${table}_name`, ['name', 'namespace']).execute();
    await index(db, table, 'source', 'source_id');
  }
}

async function environments(db: Db): Promise<void> {
  let environment = numbered(db, 'workflow_environment').addColumn('id', 'text', (column) =>
    column.notNull().unique(),
  );
  environment = environment.addColumn('name', 'text', (column) => column.notNull().unique());
  environment = required(environment, 'text', 'description', 'variables', 'scope', 'project');
  await optional(required(environment, time, 'created_at'), time, 'updated_at').execute();
}

async function executions(db: Db): Promise<void> {
  let execution = numbered(db, 'workflow_execution').addColumn('id', 'text', (column) =>
    column.notNull().unique(),
  );
  execution = required(execution, 'text', 'source_id', 'workflow', 'namespace', 'description', 'project');
  execution = optional(execution, 'text', 'workflow_id', 'parent_id', 'parent_task_id', 'root_id');
  execution = required(optional(execution, 'integer', 'parent_index'), time, 'created_at', 'updated_at');
  execution = required(execution, 'text', 'input', 'params', 'env', 'vars', 'state', 'output', 'globals');
  execution = optional(required(execution, 'text', 'backlog'), 'text', 'state_info');
  execution = required(execution, 'integer', 'next_task', 'open_tasks', 'waiting_tasks', 'version');
  execution = required(execution, 'integer', 'signals_end');
  await execution.execute();
  await index(db, 'workflow_execution', 'state', 'state', 'updated_at');
  await index(db, 'workflow_execution', 'parent', 'parent_id');
  await index(db, 'workflow_execution', 'root', 'root_id');
  await index(db, 'workflow_execution', 'source', 'source_id');
}

async function tasksAndActions(db: Db): Promise<void> {
  let task = numbered(db, 'workflow_task').addColumn('id', 'text', (column) => column.notNull().unique());
  task = required(task, 'text', 'execution_id', 'name', 'type', 'context', 'state', 'published');
  task = optional(required(task, 'text', 'triggered_by', 'rest'), 'text', 'items', 'state_info');
  task = required(required(task, 'integer', 'number'), time, 'created_at', 'updated_at');
  await optional(task, time, 'started_at', 'finished_at').execute();
  await index(db, 'workflow_task', 'execution', 'execution_id');

  let action = numbered(db, 'workflow_action').addColumn('id', 'text', (column) => column.notNull().unique());
  action = required(action, 'text', 'execution_id', 'task_id', 'type', 'name', 'input', 'state', 'result');
  action = optional(action, 'text', 'call', 'owner');
  action = required(action, 'integer', 'is_adhoc', 'idx', 'attempt', 'accepted');
  await required(action, time, 'created_at', 'updated_at').execute();
  await index(db, 'workflow_action', 'execution', 'execution_id', 'task_id');
  // Few actions run at a time: the index holds those only.
  await db.schema
    .createIndex('workflow_action_by_owner')
    .on('workflow_action')
    .column('owner')
    .where('owner' as never, 'is not', null)
    .execute();
}

async function waitingWork(db: Db): Promise<void> {
  let timer = required(db.schema.createTable('workflow_timer'), 'text', 'subject_id', 'kind', 'execution_id');
  timer = optional(required(timer, time, 'due'), 'text', 'payload');
  await timer.addPrimaryKeyConstraint('workflow_timer_key', ['subject_id', 'kind']).execute();
  await index(db, 'workflow_timer', 'due', 'due');
  await index(db, 'workflow_timer', 'execution', 'execution_id');

  await required(numbered(db, 'workflow_message'), 'text', 'execution_id', 'event').execute();
  await index(db, 'workflow_message', 'execution', 'execution_id');
}
