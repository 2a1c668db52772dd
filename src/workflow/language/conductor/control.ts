/**
 * Requests from the API or a parent execution: pause, resume, change-env, stop, skip, rerun; and due timers.
 */
import type { JsonObject } from '../../../domain/json.ts';
import {
  type ActionRecord,
  type EndState,
  type ExecutionRecord,
  hasActionEnded,
  hasTaskEnded,
  type TaskRecord,
} from '../../../domain/workflow-records.ts';
import { mergeObjects } from './data-flow.ts';
import type { Draft } from './draft.ts';
import type { TimerKind } from './event.ts';
import {
  abandonExecution,
  endExecution,
  hasExecutionEnded,
  pauseExecution,
  runExecution,
  subExecutions,
} from './execution-end.ts';
import { RefusedRequest } from './fault.ts';
import { abandonActions, finishTask, guardedEnd, publish, discardResults, timeOut } from './finish-task.ts';
import { pausedBefore } from './policies.ts';
import { beginAttempt, startItems, startTask } from './run-task.ts';

/** @throws RefusedRequest for an execution that has ended. */
export function pause(draft: Draft, stateInfo: string | null): void {
  if (hasExecutionEnded(draft)) throw cannotChange(draft, 'PAUSED');
  pauseExecution(draft, stateInfo);
}

function cannotChange(draft: Draft, to: string): RefusedRequest {
  const { state, workflow, id } = draft.execution;
  return new RefusedRequest(
    'conflict',
    `Can't change workflow execution state from ${state} to ${to}. [workflow=${workflow}, execution_id=${id}]`,
  );
}

/**
 * Does nothing to an execution that is not paused, as in Mistral. Sub-executions in RUNNING are resumed too:
 * a pause may be on its way to them.
 */
export function resume(draft: Draft, env: JsonObject): void {
  if (draft.execution.state !== 'PAUSED') {
    if (Object.keys(env).length > 0) changeEnv(draft, env);
    return;
  }
  runExecution(draft);
  mergeEnv(draft, env);
  // The whole environment: `change-env` may have changed it while the execution was paused.
  const whole = draft.execution.env;
  for (const { id } of [...subExecutions(draft, 'PAUSED'), ...subExecutions(draft, 'RUNNING')])
    draft.commands.push({ type: 'resume-sub-execution', executionId: id, env: whole });
  releaseBacklog(draft);
  const open = draft.openTasks().toSorted((left, right) => left.number - right.number);
  for (const task of open) continueTask(draft, task);
  draft.joinsMayFail = true;
}

const changesEnvIn: readonly ExecutionRecord['state'][] = ['IDLE', 'PAUSED', 'ERROR'];

/**
 * Sub-executions see the change when they are resumed. @throws RefusedRequest for an execution in RUNNING,
 * SUCCESS or CANCELLED.
 */
export function changeEnv(draft: Draft, env: JsonObject): void {
  const { state } = draft.execution;
  if (changesEnvIn.includes(state)) return mergeEnv(draft, env);
  const sentence = `Updating env to workflow execution is only permitted if it is in ${changesEnvIn.join(', ')} state; it is in ${state}.`;
  throw new RefusedRequest('not-allowed', sentence);
}

function mergeEnv(draft: Draft, env: JsonObject): void {
  if (Object.keys(env).length > 0) draft.updateExecution({ env: mergeObjects(draft.execution.env, env) });
}

function releaseBacklog(draft: Draft): void {
  const { backlog } = draft.execution;
  if (backlog.length > 0) draft.updateExecution({ backlog: [] });
  for (const held of backlog) {
    if (held.kind === 'dispatch') draft.work.push({ kind: 'dispatch', dispatch: held.dispatch });
    else draft.work.push({ kind: 'decide', taskId: held.taskId, ignorePause: true });
  }
}

/** The work of a task that the pause held back. */
function continueTask(draft: Draft, task: TaskRecord): void {
  if (hasExecutionEnded(draft)) return;
  if (task.state === 'IDLE') startTask(draft, task.id, { skipPause: task.stateInfo === pausedBefore });
  else if (task.wait?.isDue === true) endWait(draft, task);
  else if (task.state === 'RUNNING' && task.progress !== null) startItems(draft, task.id);
}

/** @throws RefusedRequest: a paused execution cannot be set to SUCCESS. One that has ended stays as it is. */
export function stop(draft: Draft, state: EndState, stateInfo: string | null): void {
  if (hasExecutionEnded(draft)) return;
  if (state === 'SUCCESS' && draft.execution.state === 'PAUSED') throw cannotChange(draft, state);
  const running =
    state === 'CANCELLED' ? [...subExecutions(draft, 'RUNNING'), ...subExecutions(draft, 'PAUSED')] : [];
  endExecution(draft, state, stateInfo);
  for (const { id } of running)
    draft.commands.push({ type: 'stop-sub-execution', executionId: id, state: 'CANCELLED', stateInfo });
}

/** @throws RefusedRequest where an execution that has ended was to go on: it stays as it is. */
export function abandon(draft: Draft, cause: string, actionId: string | undefined): void {
  if (actionId === undefined && hasExecutionEnded(draft)) throw new RefusedRequest('conflict', cause);
  if (actionId !== undefined && draft.action(actionId)?.state === 'RUNNING')
    draft.updateAction(actionId, { state: 'ERROR', accepted: false });
  abandonExecution(draft, cause);
}

export function timerDue(draft: Draft, taskId: string, timer: TimerKind, due: number): void {
  const task = draft.task(taskId);
  if (task === undefined || hasTaskEnded(task.state) || hasExecutionEnded(draft)) return;
  if (timer === 'timeout') {
    if (task.timeoutAt === due) timeOut(draft, task);
    return;
  }
  const { wait } = task;
  if (wait?.kind !== timer || wait.until !== due) return;
  if (draft.execution.state === 'PAUSED' && timer !== 'wait-after')
    draft.updateTask(taskId, { wait: { ...wait, isDue: true } });
  else endWait(draft, task);
}

function endWait(draft: Draft, task: TaskRecord): void {
  const end = task.wait?.end ?? null;
  if (end === null) beginAttempt(draft, task.id);
  else finishTask(draft, task.id, end.state, end.stateInfo);
}

/** @throws RefusedRequest if the state of the task or the execution does not allow it. */
export function rerun(draft: Draft, taskId: string, reset: boolean, env: JsonObject): void {
  const task = draft.task(taskId);
  if (task === undefined) throw new RefusedRequest('not-found', `Task execution not found [id=${taskId}]`);
  if (task.state !== 'ERROR' && task.state !== 'CANCELLED') {
    throw new RefusedRequest(
      'conflict',
      `only a task in ERROR or CANCELLED can be run again, this one is in ${task.state}`,
    );
  }
  const { state } = draft.execution;
  if (state === 'SUCCESS' || state === 'PAUSED') throw cannotChange(draft, 'RUNNING');
  mergeEnv(draft, env);
  if (state !== 'RUNNING') reopenExecution(draft);
  runAgain(draft, task, reset);
}

const skipped = 'Task was skipped.';

/**
 * Skips a failed task and continues after it: by on-skip, or as after a success if on-skip starts nothing.
 * While the execution is paused the following tasks are held back, as after every other task.
 * @throws RefusedRequest if the state of the task or the execution does not allow it.
 */
export function skip(draft: Draft, taskId: string, env: JsonObject): void {
  const task = draft.task(taskId);
  if (task === undefined) throw new RefusedRequest('not-found', `Task execution not found [id=${taskId}]`);
  if (task.state !== 'ERROR')
    throw new RefusedRequest('conflict', `only a task in ERROR can be skipped, this one is in ${task.state}`);
  const { state } = draft.execution;
  if (state === 'SUCCESS') throw cannotChange(draft, 'RUNNING');
  mergeEnv(draft, env);
  if (hasExecutionEnded(draft)) reopenExecution(draft);
  abandonActions(draft, task, skipped);
  const left = draft.updateTask(taskId, { state: 'SKIPPED', stateInfo: skipped, errorHandled: false });
  guardedEnd(draft, left, draft.spec(left).callName, () => {
    publish(draft, left, 'SKIPPED');
    finishTask(draft, taskId, 'SKIPPED', skipped);
  });
  draft.joinsMayFail = true;
}

function reopenExecution(draft: Draft): void {
  draft.updateExecution({ output: {} });
  runExecution(draft);
  draft.joinsMayFail = true;
}

function runAgain(draft: Draft, task: TaskRecord, reset: boolean): void {
  const hasRun = draft.spec(task).join === undefined || task.startedAt !== null;
  const only = reset ? null : failedItems(draft, task);
  abandonActions(draft, task, 'The task is run again.');
  discardResults(draft, task.id, (action) => only === null || action.state !== 'SUCCESS');
  draft.updateTask(task.id, { ...reopened, retries: 0, attempt: task.attempt + 1 });
  if (!hasRun)
    draft.updateTask(task.id, { state: 'WAITING', stateInfo: 'Task is waiting.', startedAt: null });
  else if (only === null) startTask(draft, task.id);
  else beginAttempt(draft, task.id, only);
}

const reopened = {
  finishedAt: null,
  startedAt: null,
  wait: null,
  timeoutAt: null,
  progress: null,
  nextTasks: [],
  endsBranch: false,
  errorHandled: false,
} as const;

/** Indexes of the items without an accepted success; null: the task has no items and is run as a whole. */
function failedItems(draft: Draft, task: TaskRecord): readonly number[] | null {
  const total = task.progress?.total ?? 0;
  if (total === 0) return null;
  const good = new Set(
    [...draft.actionsOf(task.id)]
      .filter((action) => action.accepted && action.state === 'SUCCESS')
      .map(({ index }) => index),
  );
  const failed = Array.from({ length: total }, (_, index) => index).filter((index) => !good.has(index));
  return failed.length === 0 ? null : failed;
}

/** A sub-execution was paused, resumed, or runs again after it had ended. */
export function subExecutionChanged(draft: Draft, actionId: string, state: 'PAUSED' | 'RUNNING'): void {
  const action = draft.action(actionId);
  const task = action === undefined ? undefined : draft.task(action.taskId);
  if (action === undefined || task === undefined)
    throw new RefusedRequest('not-found', `no sub-execution ${actionId}`);
  if (action.attempt !== task.attempt) return;
  if (state === 'PAUSED') subExecutionPaused(draft, action, task);
  else if (hasActionEnded(action.state)) subExecutionReopened(draft, action, task);
  else subExecutionResumed(draft, action, task);
}

/**
 * An action that runs outside of Coppice was paused or resumed: its task and the execution are paused as long
 * as one of their actions is.
 * @throws RefusedRequest for an action that is unknown or has ended.
 */
export function actionChanged(draft: Draft, actionId: string, state: 'PAUSED' | 'RUNNING'): void {
  const action = draft.action(actionId);
  const task = action === undefined ? undefined : draft.task(action.taskId);
  if (action === undefined || task === undefined)
    throw new RefusedRequest('not-found', `Action execution not found [id=${actionId}]`);
  if (hasActionEnded(action.state))
    throw new RefusedRequest('conflict', `Action ${actionId} is already completed`);
  if (action.attempt !== task.attempt || hasTaskEnded(task.state)) draft.updateAction(actionId, { state });
  else if (state === 'PAUSED') subExecutionPaused(draft, action, task);
  else subExecutionResumed(draft, action, task);
}

function subExecutionPaused(draft: Draft, action: ActionRecord, task: TaskRecord): void {
  if (action.state !== 'RUNNING') return;
  draft.updateAction(action.id, { state: 'PAUSED' });
  if (task.state === 'RUNNING') draft.updateTask(task.id, { state: 'PAUSED' });
  if (!hasExecutionEnded(draft)) pauseExecution(draft, null);
}

/** When none of the sub-executions is paused any more, this execution is resumed too. */
function subExecutionResumed(draft: Draft, action: ActionRecord, task: TaskRecord): void {
  if (action.state !== 'PAUSED') return;
  draft.updateAction(action.id, { state: 'RUNNING' });
  const others = [...draft.actionsOf(task.id)].filter((other) => other.state === 'PAUSED');
  if (task.state === 'PAUSED' && others.length === 0) draft.updateTask(task.id, { state: 'RUNNING' });
  const isHeld = draft.openTasks().some((other) => other.state === 'PAUSED');
  if (draft.execution.state === 'PAUSED' && !isHeld && subExecutions(draft, 'PAUSED').length === 0)
    resume(draft, {});
}

function subExecutionReopened(draft: Draft, action: ActionRecord, task: TaskRecord): void {
  draft.updateAction(action.id, { state: 'RUNNING', accepted: false, result: null });
  const { progress } = task;
  const counted = {
    running: (progress?.running ?? 0) + 1,
    failed: (progress?.failed ?? 0) - (action.state === 'ERROR' ? 1 : 0),
    cancelled: (progress?.cancelled ?? 0) - (action.state === 'CANCELLED' ? 1 : 0),
  };
  draft.updateTask(task.id, {
    ...reopened,
    state: 'RUNNING',
    stateInfo: null,
    startedAt: task.startedAt,
    progress: progress === null ? null : { ...progress, ...counted },
  });
  if (hasExecutionEnded(draft)) reopenExecution(draft);
}
