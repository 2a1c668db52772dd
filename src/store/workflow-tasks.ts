/** Tasks of executions. What did not change (`===`) is not written again. */
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { TaskRecord } from '../domain/workflow-records.ts';
import { chunks, fromText, toText } from './rows.ts';
import type { WorkflowTaskRow } from './schema-workflows.ts';
import type { Db, Tx } from './store.ts';

export async function insertTasks(tx: Tx, tasks: readonly TaskRecord[]): Promise<void> {
  for (const chunk of chunks(tasks.map(toTaskRow))) {
    await tx.db.insertInto('workflow_task').values(chunk).execute();
  }
}

function toTaskRow(task: TaskRecord): Insertable<WorkflowTaskRow> {
  return {
    id: task.id,
    execution_id: task.executionId,
    number: task.number,
    name: task.name,
    type: task.type,
    context: toText(task.context),
    items: task.items === null ? null : toText(task.items),
    state: task.state,
    state_info: task.stateInfo,
    published: toText(task.published),
    triggered_by: toText(task.triggeredBy),
    rest: restOf(task),
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    started_at: task.startedAt,
    finished_at: task.finishedAt,
  };
}

type Rest = Pick<
  TaskRecord,
  | 'policies'
  | 'nextTasks'
  | 'endsBranch'
  | 'errorHandled'
  | 'attempt'
  | 'retries'
  | 'wait'
  | 'timeoutAt'
  | 'progress'
>;

function restOf(task: TaskRecord): string {
  const { policies, nextTasks, endsBranch, errorHandled, attempt, retries, wait, timeoutAt, progress } = task;
  const rest: Rest = {
    policies,
    nextTasks,
    endsBranch,
    errorHandled,
    attempt,
    retries,
    wait,
    timeoutAt,
    progress,
  };
  return toText(rest);
}

export async function updateTask(tx: Tx, before: TaskRecord, after: TaskRecord): Promise<void> {
  const changes: Updateable<WorkflowTaskRow> = {
    state: after.state,
    state_info: after.stateInfo,
    rest: restOf(after),
    updated_at: after.updatedAt,
    started_at: after.startedAt,
    finished_at: after.finishedAt,
    ...(before.context === after.context ? {} : { context: toText(after.context) }),
    ...(before.items === after.items ? {} : { items: after.items === null ? null : toText(after.items) }),
    ...(before.published === after.published ? {} : { published: toText(after.published) }),
    ...(before.triggeredBy === after.triggeredBy ? {} : { triggered_by: toText(after.triggeredBy) }),
  };
  await tx.db.updateTable('workflow_task').set(changes).where('id', '=', after.id).execute();
}

/** In the order of their numbers; of one state, or of all. */
export async function tasksOfExecution(db: Db, executionId: string, state?: string): Promise<TaskRecord[]> {
  const all = db.selectFrom('workflow_task').selectAll().where('execution_id', '=', executionId);
  const query = state === undefined ? all : all.where('state', '=', state);
  return (await query.orderBy('number').execute()).map(toTask);
}

export function toTask(row: Selectable<WorkflowTaskRow>): TaskRecord {
  return {
    ...fromText<Rest>(row.rest),
    id: row.id,
    executionId: row.execution_id,
    number: row.number,
    name: row.name,
    type: row.type as TaskRecord['type'],
    createdAt: row.created_at,
    context: fromText(row.context),
    items: row.items === null ? null : fromText<NonNullable<TaskRecord['items']>>(row.items),
    state: row.state as TaskRecord['state'],
    stateInfo: row.state_info,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    updatedAt: row.updated_at,
    triggeredBy: fromText<TaskRecord['triggeredBy']>(row.triggered_by),
    published: fromText(row.published),
  };
}

export async function getTask(db: Db, id: string): Promise<TaskRecord | undefined> {
  const row = await db.selectFrom('workflow_task').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toTask(row);
}

/** Names of tasks, by id. */
export async function taskNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const chunk of chunks([...new Set(ids)])) {
    const rows = await db
      .selectFrom('workflow_task')
      .select(['id', 'name'])
      .where('id', 'in', chunk)
      .execute();
    for (const row of rows) found.set(row.id, row.name);
  }
  return found;
}
