/**
 * Executions of workflows with their tasks and actions. What a step changed is written column by column: a
 * context, an input or a result that did not change (`===`) is not written again with a small counter.
 *
 * Two that decide on the same execution at once cannot both write: each step raises the execution's version,
 * and one that was decided on an older version changes nothing and throws `StaleExecution`. In the same way
 * the result of an action is only taken from the process that the action's row names as its owner.
 */
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { JsonObject } from '../domain/json.ts';
import {
  hasActionEnded,
  type ActionRecord,
  type ExecutionRecord,
  type TaskRecord,
} from '../domain/workflow-records.ts';
import { chunks, fromText, toFlag, toText } from './rows.ts';
import type { WorkflowActionRow, WorkflowExecutionRow, WorkflowTaskRow } from './schema-workflows.ts';
import type { Db, Tx } from './store.ts';

/** The execution has moved on since it was loaded: nothing was written. */
export class StaleExecution extends Error {
  constructor(executionId: string) {
    super(`Execution ${executionId} has been changed by another writer.`);
    this.name = 'StaleExecution';
  }
}

/**
 * The timer, message or action that the write was about is done, or taken by another process. Nothing was
 * written.
 */
export class WorkTaken extends Error {
  constructor(what: string) {
    super(`${what} has already been handled.`);
    this.name = 'WorkTaken';
  }
}

/** What belongs to an execution's row and is none of the conductor's business. */
export interface ExecutionRecordKeeping {
  readonly workflowId: string | null;
  readonly sourceId: string;
  readonly project: string;
  readonly signalsEnd: boolean;
  /** How many executions stand above it: 0 for one that is no sub-workflow. */
  readonly depth: number;
}

export interface StoredExecution extends ExecutionRecordKeeping {
  readonly record: ExecutionRecord;
  readonly version: number;
}

/** False where an execution of this id is there already. */
export async function insertExecution(
  tx: Tx,
  record: ExecutionRecord,
  keeping: ExecutionRecordKeeping,
  version: number,
): Promise<boolean> {
  const insert = tx.db.insertInto('workflow_execution').values(toExecutionRow(record, keeping, version));
  const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) === 1n;
}

function toExecutionRow(
  record: ExecutionRecord,
  keeping: ExecutionRecordKeeping,
  version: number,
): Insertable<WorkflowExecutionRow> {
  return {
    id: record.id,
    workflow_id: keeping.workflowId,
    source_id: keeping.sourceId,
    workflow: record.workflow,
    namespace: record.namespace,
    description: record.description,
    parent_id: record.parent?.executionId ?? null,
    parent_task_id: record.parent?.taskId ?? null,
    parent_index: record.parent?.index ?? null,
    root_id: record.rootId,
    project: keeping.project,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    input: toText(record.input),
    params: toText(record.params),
    env: toText(record.env),
    vars: toText(record.vars),
    state: record.state,
    state_info: record.stateInfo,
    output: toText(record.output),
    globals: toText(record.globals),
    backlog: toText(record.backlog),
    next_task: record.nextTask,
    open_tasks: record.openTasks,
    waiting_tasks: record.waitingTasks,
    version,
    signals_end: toFlag(keeping.signalsEnd),
    depth: keeping.depth,
  };
}

/** @throws StaleExecution when the version is no longer the one that the step was decided on. */
export async function updateExecution(
  tx: Tx,
  before: ExecutionRecord,
  after: ExecutionRecord,
  version: number,
): Promise<void> {
  const changes: Updateable<WorkflowExecutionRow> = { version: version + 1, updated_at: after.updatedAt };
  if (before !== after) Object.assign(changes, executionChanges(before, after));
  const update = tx.db.updateTable('workflow_execution').set(changes);
  const result = await update.where('id', '=', after.id).where('version', '=', version).executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new StaleExecution(after.id);
}

function executionChanges(before: ExecutionRecord, after: ExecutionRecord): Updateable<WorkflowExecutionRow> {
  return {
    state: after.state,
    state_info: after.stateInfo,
    next_task: after.nextTask,
    open_tasks: after.openTasks,
    waiting_tasks: after.waitingTasks,
    ...(before.env === after.env ? {} : { env: toText(after.env) }),
    ...(before.vars === after.vars ? {} : { vars: toText(after.vars) }),
    ...(before.output === after.output ? {} : { output: toText(after.output) }),
    ...(before.globals === after.globals ? {} : { globals: toText(after.globals) }),
    ...(before.backlog === after.backlog ? {} : { backlog: toText(after.backlog) }),
  };
}

/** Not by the conductor: what a user notes about an execution. */
export async function describeExecution(tx: Tx, id: string, description: string, now: number): Promise<void> {
  await tx.db
    .updateTable('workflow_execution')
    .set((eb) => ({ description, updated_at: now, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

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

export interface NewWorkflowAction {
  readonly record: ActionRecord;
  /** What to run, and who does; null for what is completed from outside and for sub-workflows. */
  readonly call: JsonObject | null;
  readonly owner: string | null;
}

export async function insertWorkflowActions(tx: Tx, actions: readonly NewWorkflowAction[]): Promise<void> {
  for (const chunk of chunks(actions.map(toActionRow))) {
    await tx.db.insertInto('workflow_action').values(chunk).execute();
  }
}

function toActionRow({ record, call, owner }: NewWorkflowAction): Insertable<WorkflowActionRow> {
  return {
    id: record.id,
    execution_id: record.executionId,
    task_id: record.taskId,
    type: record.type,
    name: record.name,
    is_adhoc: toFlag(record.isAdhoc),
    input: toText(record.input),
    idx: record.index,
    attempt: record.attempt,
    state: record.state,
    accepted: toFlag(record.accepted),
    result: toText(record.result),
    call: call === null ? null : toText(call),
    owner,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  };
}

/**
 * @param by the process whose result this is; undefined where it does not come from the process that runs the
 * action.
 * @throws WorkTaken when the action is another process's by now.
 */
export async function updateWorkflowAction(
  tx: Tx,
  before: ActionRecord,
  after: ActionRecord,
  by: string | undefined,
): Promise<void> {
  const changes: Updateable<WorkflowActionRow> = {
    state: after.state,
    accepted: toFlag(after.accepted),
    updated_at: after.updatedAt,
    // One that is only held still belongs to the process that runs it.
    ...(hasActionEnded(after.state) ? { owner: null, call: null } : {}),
    ...(before.result === after.result ? {} : { result: toText(after.result) }),
  };
  const update = tx.db.updateTable('workflow_action').set(changes).where('id', '=', after.id);
  const result = await (by === undefined ? update : update.where('owner', '=', by)).executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new WorkTaken(`The action ${after.id}`);
}

export async function getExecution(db: Db, id: string): Promise<StoredExecution | undefined> {
  const row = await db.selectFrom('workflow_execution').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toExecution(row);
}

export function toExecution(row: Selectable<WorkflowExecutionRow>): StoredExecution {
  const parent =
    row.parent_id === null
      ? null
      : { executionId: row.parent_id, taskId: row.parent_task_id ?? '', index: row.parent_index ?? 0 };
  const record: ExecutionRecord = {
    id: row.id,
    workflow: row.workflow,
    namespace: row.namespace,
    description: row.description,
    parent,
    rootId: row.root_id,
    createdAt: row.created_at,
    input: fromText(row.input),
    params: fromText(row.params),
    env: fromText(row.env),
    vars: fromText(row.vars),
    state: row.state as ExecutionRecord['state'],
    stateInfo: row.state_info,
    output: fromText(row.output),
    globals: fromText(row.globals),
    updatedAt: row.updated_at,
    nextTask: row.next_task,
    openTasks: row.open_tasks,
    waitingTasks: row.waiting_tasks,
    backlog: fromText(row.backlog),
  };
  return {
    record,
    version: row.version,
    workflowId: row.workflow_id,
    sourceId: row.source_id,
    project: row.project,
    signalsEnd: row.signals_end === 1,
    depth: row.depth,
  };
}

/** How many executions have been started below this one, ended or not. */
export async function countSubExecutions(db: Db, rootId: string): Promise<number> {
  const row = await db
    .selectFrom('workflow_execution')
    .select((eb) => eb.fn.countAll().as('executions'))
    .where('root_id', '=', rootId)
    .executeTakeFirst();
  return Number(row?.executions ?? 0);
}

/** The execution and those below it, down to a depth. */
export async function executionsBelow(db: Db, id: string, depth: number): Promise<string[]> {
  const ids = [id];
  let level = [id];
  for (let below = 0; below < depth && level.length > 0; below += 1) {
    const found: string[] = [];
    for (const chunk of chunks(level)) {
      const query = db.selectFrom('workflow_execution').select('id').where('parent_id', 'in', chunk);
      found.push(...(await query.execute()).map((row) => row.id));
    }
    ids.push(...found);
    level = found;
  }
  return ids;
}

export interface TreeSize {
  readonly tasks: number;
  readonly tasksByState: ReadonlyMap<string, number>;
  readonly actions: number;
}

/** How much belongs to these executions. */
export async function treeSize(db: Db, ids: readonly string[]): Promise<TreeSize> {
  const tasksByState = new Map<string, number>();
  let actions = 0;
  for (const chunk of chunks(ids)) {
    const tasks = db.selectFrom('workflow_task').select(['state', (eb) => eb.fn.countAll().as('count')]);
    const rows = await tasks.where('execution_id', 'in', chunk).groupBy('state').execute();
    for (const { state, count } of rows)
      tasksByState.set(state, (tasksByState.get(state) ?? 0) + Number(count));
    const ran = db.selectFrom('workflow_action').select((eb) => eb.fn.countAll().as('count'));
    actions += Number((await ran.where('execution_id', 'in', chunk).executeTakeFirst())?.count ?? 0);
  }
  const tasks = [...tasksByState.values()].reduce((sum, count) => sum + count, 0);
  return { tasks, tasksByState, actions };
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

/** In the order of their creation; of some tasks, or of all. */
export async function actionsOfExecution(
  db: Db,
  executionId: string,
  taskIds?: readonly string[],
): Promise<ActionRecord[]> {
  const all = db.selectFrom('workflow_action').selectAll().where('execution_id', '=', executionId);
  if (taskIds === undefined) return (await all.orderBy('seq').execute()).map(toWorkflowAction);
  const found: ActionRecord[] = [];
  for (const chunk of chunks(taskIds))
    found.push(...(await all.where('task_id', 'in', chunk).orderBy('seq').execute()).map(toWorkflowAction));
  return found;
}

export function toWorkflowAction(row: Selectable<WorkflowActionRow>): ActionRecord {
  return {
    id: row.id,
    executionId: row.execution_id,
    taskId: row.task_id,
    type: row.type as ActionRecord['type'],
    name: row.name,
    isAdhoc: row.is_adhoc === 1,
    input: fromText(row.input),
    index: row.idx,
    attempt: row.attempt,
    createdAt: row.created_at,
    state: row.state as ActionRecord['state'],
    accepted: row.accepted === 1,
    result: fromText<ActionRecord['result']>(row.result),
    updatedAt: row.updated_at,
  };
}

export async function getTask(db: Db, id: string): Promise<TaskRecord | undefined> {
  const row = await db.selectFrom('workflow_task').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toTask(row);
}

export async function getWorkflowAction(db: Db, id: string): Promise<ActionRecord | undefined> {
  const row = await db.selectFrom('workflow_action').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toWorkflowAction(row);
}

/** Those whose results count, in the order of their creation: not the attempts before. */
export async function acceptedActionsOfTask(db: Db, task: TaskRecord): Promise<ActionRecord[]> {
  const query = db.selectFrom('workflow_action').selectAll().where('execution_id', '=', task.executionId);
  const accepted = query.where('task_id', '=', task.id).where('accepted', '=', 1);
  return (await accepted.orderBy('seq').execute()).map(toWorkflowAction);
}

/** Several at once, by id. */
export async function getExecutions(db: Db, ids: readonly string[]): Promise<Map<string, StoredExecution>> {
  const found = new Map<string, StoredExecution>();
  for (const chunk of chunks([...new Set(ids)])) {
    const rows = await db.selectFrom('workflow_execution').selectAll().where('id', 'in', chunk).execute();
    for (const row of rows) found.set(row.id, toExecution(row));
  }
  return found;
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
