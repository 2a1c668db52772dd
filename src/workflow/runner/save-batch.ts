/**
 * Writes a batch in one transaction: what it changed, what it asks for, and that the work which led to it is
 * done.
 */
import type { Tx } from '../../store/store.ts';
import { sendSignal } from '../../store/action-wakes.ts';
import {
  insertExecution,
  insertTasks,
  insertWorkflowActions,
  updateExecution,
  updateTask,
  updateWorkflowAction,
  type NewWorkflowAction,
} from '../../store/workflow-executions.ts';
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

/**
 * What still runs of an ended execution tells its end, as in Mistral, and is written down. Of an execution
 * that was ended because it had become too much there may be tens of thousands: these are forgotten.
 */
const mostTimersKept = 1000;

/** Where an event came from: taken away in the transaction of the step that handled it. */
export type Proof =
  | { readonly kind: 'timer'; readonly timer: WorkflowTimer }
  | { readonly kind: 'message'; readonly seq: number };

/** An execution of this id is there already: nothing was written. */
export class ExecutionExists extends Error {
  override readonly name = 'ExecutionExists';
}

/** @returns the messages to others, as they were written. */
export async function saveBatch(
  tx: Tx,
  batch: StepBatch,
  proofs: readonly Proof[],
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
  if (batch.hasEnded) await forgetTooMany(tx, loaded.state.execution.id, mostTimersKept);
  for (const { record, keeping } of batch.subExecutions) await insertExecution(tx, record, keeping, 0);
  if (batch.hasEnded && loaded.keeping.signalsEnd) await signalEnd(tx, batch, now);
  return await sendMessages(tx, batch);
}

async function saveExecution(tx: Tx, { loaded, executionBefore }: StepBatch): Promise<void> {
  const { execution } = loaded.state;
  if (!loaded.isNew) return await updateExecution(tx, executionBefore, execution, loaded.version);
  if (!(await insertExecution(tx, execution, loaded.keeping, loaded.version + 1)))
    throw new ExecutionExists(`Execution ${execution.id} is there already.`);
}

async function saveTasks(tx: Tx, { loaded: { state }, tasksBefore }: StepBatch): Promise<void> {
  const made: TaskRecord[] = [];
  for (const [id, before] of tasksBefore) {
    const after = state.task(id);
    if (after === undefined) continue;
    if (before === undefined) made.push(after);
    else await updateTask(tx, before, after);
  }
  await insertTasks(tx, made);
}

async function saveActions(tx: Tx, batch: StepBatch, owner: string): Promise<void> {
  const { state } = batch.loaded;
  const made: NewWorkflowAction[] = [];
  for (const [id, before] of batch.actionsBefore) {
    const record = state.action(id);
    if (record === undefined) continue;
    const call = batch.calls.get(id);
    if (before !== undefined)
      await updateWorkflowAction(tx, before, record, batch.endedByRunner.has(id) ? owner : undefined);
    else if (call === undefined) made.push({ record, call: null, owner: null });
    else made.push({ record, call: call as unknown as JsonObject, owner });
  }
  await insertWorkflowActions(tx, made);
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
