/**
 * Writes a batch in one transaction: its changes, its commands, and the removal of the timers and messages
 * that it handled.
 */
import type { Tx } from '../../store/store.ts';
import { sendSignal } from '../../store/action-wakes.ts';
import { insertExecution, StaleExecution, updateExecution } from '../../store/workflow-executions.ts';
import { growTree } from '../../store/workflow-tree.ts';
import {
  insertWorkflowActions,
  updateWorkflowAction,
  type NewWorkflowAction,
} from '../../store/workflow-actions.ts';
import { insertTasks, updateTask } from '../../store/workflow-tasks.ts';
import {
  clearTimer,
  forgetTooMany,
  insertMessage,
  setTimer,
  takeMessage,
  takeTimer,
  type WorkflowMessage,
  type WorkflowTimer,
} from '../../store/workflow-work.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { TaskRecord } from '../../domain/workflow-records.ts';
import { endSignalOf } from './end-signal.ts';
import type { StepBatch } from './step-batch.ts';
import { maxSubExecutions } from './tree-limits.ts';

/**
 * The delayed actions of an ended execution still report their end, as in Mistral, and it is recorded. An
 * execution that was ended for exceeding a limit may have tens of thousands of them: above this number they
 * are dropped.
 */
const maxTimersKept = 1000;

/** The row that an event came from: deleted in the transaction of the step that handles it. */
export type EventOrigin =
  | { readonly kind: 'timer'; readonly timer: WorkflowTimer }
  | { readonly kind: 'message'; readonly seq: number };

/** An execution with this id already exists: nothing was written. */
export class ExecutionExists extends Error {
  override readonly name = 'ExecutionExists';
}

/** @returns the messages to other executions, as written. */
export async function saveBatch(
  tx: Tx,
  batch: StepBatch,
  proofs: readonly EventOrigin[],
  owner: string,
  now: number,
): Promise<WorkflowMessage[]> {
  const { loaded } = batch;
  await saveExecution(tx, batch);
  await saveTasks(tx, batch);
  await saveActions(tx, batch, owner);
  for (const proof of proofs) {
    if (proof.kind === 'timer') await takeTimer(tx, proof.timer);
    else await takeMessage(tx, proof.seq);
  }
  for (const { subjectId, kind, set } of batch.timers.values()) {
    if (set === null) await clearTimer(tx, subjectId, kind);
    else await setTimer(tx, set);
  }
  if (batch.hasEnded) await forgetTooMany(tx, loaded.state.execution.id, maxTimersKept);
  for (const { record, keeping } of batch.subExecutions) await insertExecution(tx, record, keeping, 0);
  await saveGrowth(tx, batch);
  if (batch.hasEnded && loaded.keeping.signalsEnd) await signalEnd(tx, batch, now);
  return await sendMessages(tx, batch);
}

async function saveExecution(tx: Tx, { loaded, executionBefore }: StepBatch): Promise<void> {
  const { execution } = loaded.state;
  if (!loaded.isNew) return await updateExecution(tx, executionBefore, execution, loaded.version);
  if (!(await insertExecution(tx, execution, loaded.keeping, loaded.version + 1)))
    throw new ExecutionExists(`Execution ${execution.id} already exists.`);
  await loaded.admit?.(tx);
}

/** @throws StaleExecution where others of the tree have started so many since they were counted. */
async function saveGrowth(tx: Tx, { loaded, growth }: StepBatch): Promise<void> {
  if (growth.executions === 0 && growth.data === 0) return;
  const { id, rootId } = loaded.state.execution;
  const { executions } = await growTree(tx, rootId ?? id, growth);
  if (growth.executions > 0 && executions > maxSubExecutions) throw new StaleExecution(id);
}

async function saveTasks(tx: Tx, { loaded: { state }, tasksBefore }: StepBatch): Promise<void> {
  const created: TaskRecord[] = [];
  for (const [id, before] of tasksBefore) {
    const after = state.task(id);
    if (after === undefined) continue;
    if (before === undefined) created.push(after);
    else await updateTask(tx, before, after);
  }
  await insertTasks(tx, created);
}

async function saveActions(tx: Tx, batch: StepBatch, owner: string): Promise<void> {
  const { state } = batch.loaded;
  const created: NewWorkflowAction[] = [];
  for (const [id, before] of batch.actionsBefore) {
    const record = state.action(id);
    if (record === undefined) continue;
    const call = batch.calls.get(id);
    if (before !== undefined)
      await updateWorkflowAction(tx, before, record, batch.endedByRunner.has(id) ? owner : undefined);
    else if (call === undefined) created.push({ record, call: null, owner: null });
    else created.push({ record, call: call as unknown as JsonObject, owner });
  }
  await insertWorkflowActions(tx, created);
}

async function signalEnd(tx: Tx, { loaded: { state } }: StepBatch, now: number): Promise<void> {
  const { id, state: ended } = state.execution;
  await sendSignal(tx, endSignalOf(id), { state: ended }, now);
}

async function sendMessages(tx: Tx, { messages }: StepBatch): Promise<WorkflowMessage[]> {
  const sent: WorkflowMessage[] = [];
  for (const { executionId, event } of messages) {
    sent.push({ seq: await insertMessage(tx, executionId, event), executionId, event });
  }
  return sent;
}
