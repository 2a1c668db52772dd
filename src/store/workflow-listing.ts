/**
 * Lists of executions, tasks and actions of workflows: for the API, and for `executions()` in expressions.
 */
import { sql, type RawBuilder, type Selectable, type SqlBool } from 'kysely';
import { toMistralTime } from '../domain/time-text.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { ActionRecord, TaskRecord } from '../domain/workflow-records.ts';
import { applyListing, type Listed } from './listing.ts';
import { fromText } from './rows.ts';
import type { Schema } from './schema.ts';
import type { Db } from './store.ts';
import { toDefinition, type Definition, type DefinitionTable } from './workflow-definitions.ts';
import { toEnvironment, type Environment } from './workflow-environments.ts';
import { toExecution, type StoredExecution } from './workflow-executions.ts';
import { toWorkflowAction } from './workflow-actions.ts';
import { toTask } from './workflow-tasks.ts';

/** More than an expression could sensibly read. */
const mostForExpressions = 1000;

export interface ExpressionFilter {
  readonly id?: Json;
  readonly root_execution_id?: Json;
  readonly state?: Json;
  readonly from_time?: Json;
  readonly to_time?: Json;
}

/** Newest first, as Mistral's function shows them. */
export async function executionsForExpressions(
  db: Db,
  filter: ExpressionFilter,
  project: string,
): Promise<JsonObject[]> {
  let query = db.selectFrom('workflow_execution').selectAll().where('project', '=', project);
  if (typeof filter.id === 'string') query = query.where('id', '=', filter.id);
  if (typeof filter.root_execution_id === 'string')
    query = query.where('root_id', '=', filter.root_execution_id);
  if (typeof filter.state === 'string') query = query.where('state', '=', filter.state);
  const [from, to] = [timeOf(filter.from_time), timeOf(filter.to_time)];
  if (from !== undefined) query = query.where('created_at', '>=', from);
  if (to !== undefined) query = query.where('created_at', '<', to);
  const rows = await query.orderBy('seq', 'desc').limit(mostForExpressions).execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.workflow,
    workflow_name: row.workflow,
    workflow_namespace: row.namespace,
    state: row.state,
    state_info: row.state_info,
    input: fromText(row.input),
    output: fromText(row.output),
    root_execution_id: row.root_id,
    task_execution_id: row.parent_task_id,
    created_at: toMistralTime(row.created_at),
    updated_at: toMistralTime(row.updated_at),
  }));
}

function timeOf(value: Json | undefined): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value.replace(' ', 'T').replace(/Z?$/, 'Z')) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

export type Comparison = 'eq' | 'neq' | 'in' | 'nin' | 'gt' | 'gte' | 'lt' | 'lte' | 'has';

export interface Condition {
  readonly field: string;
  readonly comparison: Comparison;
  /** One, except for `in` and `nin`. */
  readonly values: readonly (string | number)[];
}

export interface PageQuery {
  readonly conditions: readonly Condition[];
  /** Fields that must have no value. */
  readonly nulls: readonly string[];
  readonly sort: readonly { readonly field: string; readonly descending: boolean }[];
  /** Id of the last one of the page before. */
  readonly marker?: string;
  readonly limit?: number;
  /** The project whose rows are seen, beside what is public; absent: of every project. */
  readonly project?: string;
}

/** What a list can be filtered and sorted by: the API's name, and the column of the table. */
export interface Listing {
  readonly table: keyof Schema;
  readonly fields: Readonly<Record<string, string>>;
  /** What belongs to the row's execution: can be filtered by, not sorted. */
  readonly ofExecution?: Readonly<Record<string, string>>;
}

const plain = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, name]));

const definitionFields = {
  ...plain('id', 'name', 'namespace', 'scope', 'tags', 'created_at', 'updated_at'),
  project_id: 'project',
};
const ofExecution = {
  workflow_name: 'workflow',
  workflow_namespace: 'namespace',
  workflow_id: 'workflow_id',
};

export const listings = {
  workflow: { table: 'workflow', fields: definitionFields },
  workbook: { table: 'workbook', fields: definitionFields },
  adhoc_action: { table: 'adhoc_action', fields: definitionFields },
  environment: {
    table: 'workflow_environment',
    fields: {
      ...plain('id', 'name', 'description', 'variables', 'scope', 'created_at', 'updated_at'),
      project_id: 'project',
    },
  },
  execution: {
    table: 'workflow_execution',
    fields: {
      ...plain('id', 'description', 'state', 'state_info', 'input', 'output', 'params'),
      ...plain('workflow_id', 'created_at', 'updated_at'),
      workflow_name: 'workflow',
      workflow_namespace: 'namespace',
      task_execution_id: 'parent_task_id',
      root_execution_id: 'root_id',
      parent_execution_id: 'parent_id',
      project_id: 'project',
    },
  },
  task: {
    table: 'workflow_task',
    fields: {
      ...plain('id', 'name', 'type', 'state', 'state_info', 'published'),
      ...plain('created_at', 'updated_at', 'started_at', 'finished_at'),
      workflow_execution_id: 'execution_id',
    },
    ofExecution,
  },
  action: {
    table: 'workflow_action',
    fields: {
      ...plain('id', 'name', 'state', 'input', 'accepted', 'created_at', 'updated_at'),
      task_execution_id: 'task_id',
      workflow_execution_id: 'execution_id',
    },
    ofExecution,
  },
} as const satisfies Record<string, Listing>;

export async function listDefinitions(
  db: Db,
  table: DefinitionTable,
  query: PageQuery,
): Promise<Definition[]> {
  return await page(db, listings[table], query, toDefinition);
}

export async function listEnvironments(db: Db, query: PageQuery): Promise<Environment[]> {
  return await page(db, listings.environment, query, toEnvironment);
}

export async function listExecutions(db: Db, query: PageQuery): Promise<StoredExecution[]> {
  return await page(db, listings.execution, query, toExecution);
}

export async function listTasks(db: Db, query: PageQuery): Promise<TaskRecord[]> {
  return await page(db, listings.task, query, toTask);
}

/** Action executions; the places of sub-workflows in their tasks are none. */
export async function listWorkflowActions(db: Db, query: PageQuery): Promise<ActionRecord[]> {
  return await page(db, listings.action, query, toWorkflowAction, sql<SqlBool>`type = 'ACTION'`);
}

/** Whether a page can begin after this one. @param project whose rows are seen; undefined: of all. */
export async function hasRow(
  db: Db,
  listing: Listing,
  id: string,
  project: string | undefined,
): Promise<boolean> {
  // Any of the tables: all have an id.
  let rows = db
    .selectFrom(listing.table as 'workflow_task')
    .select('id')
    .where('id', '=', id);
  if (project !== undefined) rows = rows.where(isVisible(listing, project));
  return (await rows.executeTakeFirst()) !== undefined;
}

/** Oldest first where no other order is requested. */
async function page<Table extends keyof Schema, Found>(
  db: Db,
  listing: Listing & { readonly table: Table },
  query: PageQuery,
  convert: (row: Selectable<Schema[Table]>) => Found,
  always: RawBuilder<SqlBool> = sql<SqlBool>`1 = 1`,
): Promise<Found[]> {
  const conditions = [always, ...query.conditions.map((condition) => toSql(listing, condition))];
  if (query.project !== undefined) conditions.push(isVisible(listing, query.project));
  for (const field of query.nulls) conditions.push(sql<SqlBool>`${columnOf(listing, field)} is null`);
  // Any of the tables: what follows names no column directly.
  const rows = db.selectFrom(listing.table as 'workflow_task').selectAll();
  const select = rows.where(sql<SqlBool>`${sql.join(conditions, sql` and `)}`);
  const { marker, limit } = query;
  const requested = {
    sort: query.sort.map(({ field, descending }) => ({ key: field, descending })),
    ...(marker === undefined ? {} : { marker }),
    ...(limit === undefined ? {} : { limit }),
  };
  const found = await applyListing(db, select, listedBy(listing), requested);
  return ((await found.execute()) as unknown as Selectable<Schema[Table]>[]).map(convert);
}

/**
 * Rows of tasks and actions belong to whom their execution belongs; actions without one are the caller's to
 * read.
 */
function isVisible({ table, ofExecution }: Listing, project: string): RawBuilder<SqlBool> {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  if (table === 'workflow_execution') return sql`${column('project')} = ${project}`;
  if (ofExecution === undefined)
    return sql`(${column('project')} = ${project} or ${column('scope')} = 'public')`;
  const owner = sql`(select project from workflow_execution where workflow_execution.id = ${column('execution_id')})`;
  return sql`(${column('execution_id')} = '' or ${owner} = ${project})`;
}

function listedBy(listing: Listing): Listed<never, string> {
  const sorts = Object.entries(listing.fields).map(([name, column]) => [name, sortColumn(column)] as const);
  const same = { table: listing.table, filters: {}, sorts: Object.fromEntries(sorts) };
  return { ...same, defaultSort: null, tie: 'seq', owned: false };
}

/** Columns that may be empty, and stand before all others then. */
const emptyTimes = new Set(['started_at', 'finished_at', 'updated_at']);
const emptyTexts = new Set(['state_info', 'workflow_id', 'parent_task_id', 'root_id']);

function sortColumn(column: string): { column: string; nulls?: 0 | '' } {
  if (emptyTimes.has(column)) return { column, nulls: 0 };
  return emptyTexts.has(column) ? { column, nulls: '' } : { column };
}

function columnOf({ table, fields, ofExecution: more = {} }: Listing, field: string): RawBuilder<unknown> {
  const own = fields[field];
  if (own !== undefined) return sql`${sql.ref(`${table}.${own}`)}`;
  const foreign = sql.ref(`workflow_execution.${more[field] ?? 'id'}`);
  return sql`(select ${foreign} from workflow_execution where workflow_execution.id = ${sql.ref(`${table}.execution_id`)})`;
}

/** The API shows times in seconds, and takes them so. */
const times = new Set(['created_at', 'updated_at', 'started_at', 'finished_at']);

const operators = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function toSql(listing: Listing, { field, comparison, values }: Condition): RawBuilder<SqlBool> {
  const plainColumn = columnOf(listing, field);
  const column = times.has(field) ? sql`(${plainColumn} / 1000)` : plainColumn;
  const [first = ''] = values;
  switch (comparison) {
    case 'in':
      return values.length === 0 ? sql`1 = 0` : sql`${column} in (${sql.join(values)})`;
    case 'nin':
      return values.length === 0
        ? sql`1 = 1`
        : sql`(${column} is null or ${column} not in (${sql.join(values)}))`;
    case 'neq':
      return sql`(${column} is null or ${column} != ${first})`;
    case 'has':
      return sql`${column} like ${`%${String(first).replaceAll(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
    case 'eq':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return sql`${column} ${sql.raw(operators[comparison])} ${first}`;
  }
}
