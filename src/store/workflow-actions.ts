/** Actions of tasks. The result of an action is taken only from the process that its row names as owner. */
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { JsonObject } from '../domain/json.ts';
import { hasActionEnded, type ActionRecord, type TaskRecord } from '../domain/workflow-records.ts';
import { chunks, fromText, toFlag, toText } from './rows.ts';
import type { WorkflowActionRow } from './schema-workflows.ts';
import type { Db, Tx } from './store.ts';

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
