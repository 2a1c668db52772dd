/**
 * Work of workflows that waits to be taken: timers, messages from one execution to another, actions that a
 * process runs. A row is deleted in the transaction of the step that handles it, so that a crash in between
 * repeats it and nothing is lost.
 */
import type { JsonObject } from '../domain/json.ts';
import { fromText, toText } from './rows.ts';
import { livingServices } from './services.ts';
import type { Db, Tx } from './store.ts';
import { WorkTaken } from './workflow-actions.ts';

export interface WorkflowTimer {
  /** A task's id, or an action's that ends at a time. */
  readonly subjectId: string;
  readonly kind: string;
  readonly executionId: string;
  /** Milliseconds since 1970. */
  readonly due: number;
  readonly payload: JsonObject | null;
}

/** A timer of a kind for a subject replaces the one before. */
export async function setTimer(tx: Tx, timer: WorkflowTimer): Promise<void> {
  const payload = timer.payload === null ? null : toText(timer.payload);
  const { subjectId, kind, executionId, due } = timer;
  await tx.db
    .insertInto('workflow_timer')
    .values({ subject_id: subjectId, kind, execution_id: executionId, due, payload })
    .onConflict((conflict) => conflict.columns(['subject_id', 'kind']).doUpdateSet({ due, payload }))
    .execute();
}

/** Clears the timers of an execution, if it has more than so many. */
export async function forgetTooMany(tx: Tx, executionId: string, most: number): Promise<void> {
  const timers = tx.db.selectFrom('workflow_timer').where('execution_id', '=', executionId);
  const row = await timers.select((eb) => eb.fn.countAll().as('timers')).executeTakeFirst();
  if (Number(row?.timers ?? 0) <= most) return;
  await tx.db.deleteFrom('workflow_timer').where('execution_id', '=', executionId).execute();
}

export async function clearTimer(tx: Tx, subjectId: string, kind: string): Promise<void> {
  const timer = tx.db.deleteFrom('workflow_timer').where('subject_id', '=', subjectId);
  await timer.where('kind', '=', kind).execute();
}

/** @throws WorkTaken when it was handled before, or set again. */
export async function takeTimer(tx: Tx, timer: WorkflowTimer): Promise<void> {
  const result = await tx.db
    .deleteFrom('workflow_timer')
    .where('subject_id', '=', timer.subjectId)
    .where('kind', '=', timer.kind)
    .where('due', '=', timer.due)
    .executeTakeFirst();
  if (result.numDeletedRows !== 1n) throw new WorkTaken(`The timer ${timer.kind} of ${timer.subjectId}`);
}

/** Whether `takeTimer` would find it. */
export async function isTimerSet(db: Db, { subjectId, kind, due }: WorkflowTimer): Promise<boolean> {
  const query = db.selectFrom('workflow_timer').select('due').where('subject_id', '=', subjectId);
  return (await query.where('kind', '=', kind).where('due', '=', due).executeTakeFirst()) !== undefined;
}

/** Earliest first. */
export async function dueTimers(db: Db, now: number, most: number): Promise<WorkflowTimer[]> {
  const query = db.selectFrom('workflow_timer').selectAll().where('due', '<=', now);
  const rows = await query.orderBy('due').limit(most).execute();
  return rows.map((row) => ({
    subjectId: row.subject_id,
    kind: row.kind,
    executionId: row.execution_id,
    due: row.due,
    payload: row.payload === null ? null : fromText(row.payload),
  }));
}

export async function nextTimerAfter(db: Db, now: number): Promise<number | undefined> {
  const query = db.selectFrom('workflow_timer').select('due').where('due', '>', now);
  return (await query.orderBy('due').limit(1).executeTakeFirst())?.due;
}

export interface WorkflowMessage {
  readonly seq: number;
  readonly executionId: string;
  readonly event: JsonObject;
}

export async function insertMessage(tx: Tx, executionId: string, event: JsonObject): Promise<number> {
  const row = await tx.db
    .insertInto('workflow_message')
    .values({ execution_id: executionId, event: toText(event) })
    .returning('seq')
    .executeTakeFirstOrThrow();
  return row.seq;
}

/** @throws WorkTaken when it was handled before. */
export async function takeMessage(tx: Tx, seq: number): Promise<void> {
  const result = await tx.db.deleteFrom('workflow_message').where('seq', '=', seq).executeTakeFirst();
  if (result.numDeletedRows !== 1n) throw new WorkTaken(`The message ${seq}`);
}

/** Oldest first. */
export async function listMessages(db: Db, after: number, most: number): Promise<WorkflowMessage[]> {
  const query = db.selectFrom('workflow_message').selectAll().where('seq', '>', after);
  const rows = await query.orderBy('seq').limit(most).execute();
  return rows.map((row) => ({ seq: row.seq, executionId: row.execution_id, event: fromText(row.event) }));
}

export interface RunningAction {
  readonly id: string;
  readonly executionId: string;
  readonly call: JsonObject;
}

/**
 * Releases an action that is completed from outside from now on; does nothing where it is not ours any more.
 */
export async function releaseWorkflowAction(tx: Tx, id: string, owner: string): Promise<void> {
  const release = tx.db.updateTable('workflow_action').set({ owner: null, call: null });
  await release.where('id', '=', id).where('owner', '=', owner).execute();
}

/** Gives a process the running actions of processes that are gone. */
export async function takeOverWorkflowActions(tx: Tx, owner: string): Promise<RunningAction[]> {
  const abandoned = tx.db
    .updateTable('workflow_action')
    .set({ owner })
    .where('owner', 'not in', livingServices(tx));
  const rows = await abandoned.returning(['id', 'execution_id', 'call']).execute();
  return rows.map((row) => ({
    id: row.id,
    executionId: row.execution_id,
    call: fromText(row.call ?? '{}'),
  }));
}

/** Owners of running actions, to find those that are dead. */
export async function ownersOfWorkflowActions(db: Db): Promise<string[]> {
  const query = db.selectFrom('workflow_action').select('owner').distinct().where('owner', 'is not', null);
  return (await query.execute()).flatMap((row) => row.owner ?? []);
}

/** Executions that were recorded and not yet started. */
export async function listIdleExecutions(
  db: Db,
  after: number,
  most: number,
): Promise<{ seq: number; id: string }[]> {
  const query = db.selectFrom('workflow_execution').select(['seq', 'id']).where('state', '=', 'IDLE');
  return await query.where('seq', '>', after).orderBy('seq').limit(most).execute();
}
