/**
 * Executions of workflows; their tasks are in `workflow-tasks.ts`, the actions of these in
 * `workflow-actions.ts`. What a step changed is written column by column: a context, an input or a result
 * that did not change (`===`) is not written again with a small counter.
 *
 * Two that decide on the same execution at once cannot both write: each step raises the execution's version,
 * and one that was decided on an older version changes nothing and throws `StaleExecution`.
 */
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Session } from '../domain/session.ts';
import type { ExecutionRecord } from '../domain/workflow-records.ts';
import { chunks, fromText, toFlag, toText } from './rows.ts';
import type { WorkflowExecutionRow } from './schema-workflows.ts';
import type { Db, Tx } from './store.ts';

/** The execution has moved on since it was loaded: nothing was written. */
export class StaleExecution extends Error {
  constructor(executionId: string) {
    super(`Execution ${executionId} has been changed by another writer.`);
    this.name = 'StaleExecution';
  }
}

/** What belongs to an execution's row and is none of the conductor's business. */
export interface ExecutionRecordKeeping {
  readonly workflowId: string | null;
  readonly sourceId: string;
  /** Whose definition it runs: its own project's, or what another one shares. */
  readonly definitionProject: string;
  readonly project: string;
  /**
   * Who started it, and with whose rights its actions work in the cloud, also when another user resumes it.
   * null: not known, of executions from before it was kept.
   */
  readonly owner: Session | null;
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
    definition_project: keeping.definitionProject,
    workflow: record.workflow,
    namespace: record.namespace,
    description: record.description,
    parent_id: record.parent?.executionId ?? null,
    parent_task_id: record.parent?.taskId ?? null,
    parent_index: record.parent?.index ?? null,
    root_id: record.rootId,
    project: keeping.project,
    user: keeping.owner?.user ?? null,
    domain: keeping.owner?.domain ?? null,
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

export async function getExecution(db: Db, id: string): Promise<StoredExecution | undefined> {
  const row = await db.selectFrom('workflow_execution').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toExecution(row);
}

/** Whether a project has so many, those of sub-workflows and those that ended included. */
export async function hasExecutions(db: Db, project: string, count: number): Promise<boolean> {
  const rows = db.selectFrom('workflow_execution').select('seq').where('project', '=', project);
  const last = rows
    .orderBy('seq')
    .offset(count - 1)
    .limit(1);
  return (await last.executeTakeFirst()) !== undefined;
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
    definitionProject: row.definition_project,
    project: row.project,
    owner: row.user === null ? null : { project: row.project, user: row.user, domain: row.domain },
    signalsEnd: row.signals_end === 1,
    depth: row.depth,
  };
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
