/** From the end of an action to the end of its task: publish, fail-on, retry, wait-after. */
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts';
import { isTruthy, type Template } from '../../expressions.ts';
import type { ClauseSpec, TaskSpec } from '../definition/workflow-spec.ts';
import {
  type ActionRecord,
  type EndState,
  hasActionEnded,
  hasTaskEnded,
  type TaskEndState,
  type TaskRecord,
} from '../../../domain/workflow-records.ts';
import { mergeObjects } from './data-flow.ts';
import type { Draft } from './draft.ts';
import { failByFault, hasExecutionEnded } from './execution-end.ts';
import { EngineFault, evaluate, RefusedRequest } from './fault.ts';
import { failedOn, failsOn, shouldRetry } from './policies.ts';
import { pythonText } from './python-text.ts';
import { transformResult } from './resolve-call.ts';
import { beginAttempt, delayTask, itemCount, startItems } from './run-task.ts';
import { scopeOf, taskScope } from './scope.ts';

export interface ActionEnd {
  readonly state: EndState;
  readonly result: Json;
  /** The task's state_info if its action did not succeed. */
  readonly cause: Json;
}

/** @throws RefusedRequest for an action that is unknown or has already ended. */
export function endTaskAction(draft: Draft, actionId: string, end: ActionEnd): void {
  const action = draft.action(actionId);
  if (action === undefined)
    throw new RefusedRequest('not-found', `Action execution not found [id=${actionId}]`);
  if (hasActionEnded(action.state))
    throw new RefusedRequest('conflict', `Action ${actionId} is already completed`);
  const task = draft.task(action.taskId);
  if (task === undefined) throw new Error(`action ${actionId} belongs to no task`);
  guardedEnd(draft, task, action.name, () => {
    const isCurrent = action.attempt === task.attempt;
    const result =
      action.isAdhoc && end.state === 'SUCCESS'
        ? transformResult(draft, action.name, end.result)
        : end.result;
    const ended = draft.updateAction(actionId, { state: end.state, result, accepted: isCurrent });
    if (isCurrent && !hasTaskEnded(task.state)) continueTask(draft, task, ended, end.cause);
  });
}

/** An error inside the engine while the end of an action is handled. */
export function guardedEnd(draft: Draft, task: TaskRecord, action: string, part: () => void): void {
  try {
    part();
  } catch (error) {
    if (draft.lookups.missing !== undefined) throw draft.lookups.missing;
    if (!(error instanceof EngineFault)) throw error;
    const where = `wf=${draft.workflow.fullName}, task=${task.name}, action=${action}`;
    failByFault(draft, task.id, `Failed to handle action completion [error=${error.message}, ${where}]:\n`);
  }
}

function continueTask(draft: Draft, task: TaskRecord, action: ActionRecord, cause: Json): void {
  const state = action.state as EndState;
  if (task.progress !== null) {
    countItem(draft, task, state);
    return;
  }
  const stateInfo = state === 'SUCCESS' || !isTruthy(cause) ? null : pythonText(cause);
  draft.work.push({ kind: 'attempt-ended', taskId: task.id, state, stateInfo });
}

function countItem(draft: Draft, task: TaskRecord, state: EndState): void {
  const before = task.progress;
  if (before === null) return;
  const progress = {
    ...before,
    running: before.running - 1,
    failed: before.failed + (state === 'ERROR' ? 1 : 0),
    cancelled: before.cancelled + (state === 'CANCELLED' ? 1 : 0),
  };
  draft.updateTask(task.id, { progress });
  if (progress.cancelled > 0) endItems(draft, task.id, 'CANCELLED', 'One or more actions was cancelled.');
  else if (progress.started - progress.running < itemCount(progress)) continueItems(draft, task.id);
  else if (progress.failed > 0) endItems(draft, task.id, 'ERROR', 'One or more actions had failed.');
  else endItems(draft, task.id, 'SUCCESS', null);
}

function endItems(draft: Draft, taskId: string, state: EndState, stateInfo: string | null): void {
  draft.work.push({ kind: 'attempt-ended', taskId, state, stateInfo });
}

function continueItems(draft: Draft, taskId: string): void {
  if (draft.execution.state === 'RUNNING') startItems(draft, taskId);
}

/** All actions of an attempt have ended, or it has timed out. */
export function endAttempt(draft: Draft, taskId: string, end: EndState, info: string | null): void {
  const before = draft.task(taskId);
  if (before === undefined || hasTaskEnded(before.state)) return;
  clearTimeout(draft, before);
  const task = draft.updateTask(taskId, { state: end, stateInfo: info, wait: null });
  guardedEnd(draft, task, draft.spec(task).callName, () => {
    publish(draft, task, end);
    const hasFailed =
      end === 'SUCCESS' && failsOn(draft.spec(task).policies, taskScope(draft, published(draft, taskId)));
    const state = hasFailed ? 'ERROR' : end;
    const stateInfo = hasFailed ? failedOn : info;
    if (hasFailed) draft.updateTask(taskId, { state, stateInfo });
    if (hasExecutionEnded(draft)) finishTask(draft, taskId, state, stateInfo);
    else if (!retry(draft, taskId, state)) waitOrFinish(draft, taskId, state, stateInfo);
  });
}

function published(draft: Draft, taskId: string): TaskRecord {
  const task = draft.task(taskId);
  if (task === undefined) throw new Error(`no task ${taskId}`);
  return task;
}

function clearTimeout(draft: Draft, task: TaskRecord): void {
  if (task.timeoutAt === null) return;
  draft.updateTask(task.id, { timeoutAt: null });
  draft.commands.push({ type: 'clear-timer', taskId: task.id, timer: 'timeout' });
}

/**
 * Branch variables into the task, global ones into the execution; on-complete's win, then the task's own,
 * then the clause's.
 */
export function publish(draft: Draft, task: TaskRecord, state: TaskEndState): void {
  if (state === 'CANCELLED') return;
  const spec = draft.spec(task);
  const [clause, own] = publishedBy(spec, state);
  const all = [clause.publishBranch, clause.publishGlobal, own];
  const isSilent = [...all, spec.onComplete.publishBranch, spec.onComplete.publishGlobal].every(
    (template) => template === undefined,
  );
  // Variables published by the failed task remain if its skip publishes none.
  if (state === 'SKIPPED' && isSilent) return;
  const scope = scopeOf(draft, [task.context], task.id);
  const values = (templates: readonly (Template | undefined)[]): JsonObject =>
    templates.reduce<JsonObject>((all, template) => {
      const value = template === undefined ? {} : evaluate(template, scope);
      return mergeObjects(all, isJsonObject(value) ? value : {});
    }, {});
  const branch = values([clause.publishBranch, own, spec.onComplete.publishBranch]);
  const global = values([clause.publishGlobal, spec.onComplete.publishGlobal]);
  draft.updateTask(task.id, { published: branch });
  if (Object.keys(global).length > 0) publishGlobally(draft, global);
}

function publishedBy(
  spec: TaskSpec,
  state: Exclude<TaskEndState, 'CANCELLED'>,
): readonly [ClauseSpec, Template | undefined] {
  if (state === 'SUCCESS') return [spec.onSuccess, spec.publish];
  return state === 'ERROR' ? [spec.onError, spec.publishOnError] : [spec.onSkip, spec.publishOnSkip];
}

/** A published mapping is merged into an existing mapping of the same name, as in Mistral. */
function publishGlobally(draft: Draft, values: JsonObject): void {
  const { globals, vars } = draft.execution;
  const before = Object.keys(values).filter(
    (name) => !Object.hasOwn(globals, name) && Object.hasOwn(vars, name),
  );
  const known: JsonObject = {
    ...globals,
    ...Object.fromEntries(before.map((name) => [name, vars[name] as Json])),
  };
  draft.updateExecution({ globals: mergeObjects(known, values) });
}

/** @returns whether another attempt follows. */
function retry(draft: Draft, taskId: string, state: EndState): boolean {
  const task = published(draft, taskId);
  const spec = draft.spec(task).policies.retry;
  const policy = task.policies?.retry ?? null;
  if (spec === undefined || policy === null || task.retries >= policy.count) return false;
  if (!shouldRetry(spec, state, taskScope(draft, task))) return false;
  discardResults(draft, taskId, () => true);
  draft.updateTask(taskId, { attempt: task.attempt + 1, retries: task.retries + 1 });
  if (policy.delay > 0 || draft.execution.state === 'PAUSED') delayTask(draft, taskId, 'retry', policy.delay);
  else beginAttempt(draft, taskId);
  return true;
}

/** Marks the results of these actions as no longer accepted. */
export function discardResults(draft: Draft, taskId: string, which: (action: ActionRecord) => boolean): void {
  for (const action of draft.acceptedActionsOf(taskId)) {
    if (which(action)) draft.updateAction(action.id, { accepted: false });
  }
}

function waitOrFinish(draft: Draft, taskId: string, state: EndState, stateInfo: string | null): void {
  const seconds = draft.task(taskId)?.policies?.waitAfter ?? 0;
  if (seconds > 0 && state !== 'CANCELLED')
    delayTask(draft, taskId, 'wait-after', seconds, { state, stateInfo });
  else finishTask(draft, taskId, state, stateInfo);
}

/** The task has ended; its transitions are decided at once, or after a resume. */
export function finishTask(
  draft: Draft,
  taskId: string,
  state: TaskEndState,
  stateInfo: string | null,
): void {
  const task = draft.updateTask(taskId, {
    state,
    stateInfo,
    wait: null,
    finishedAt: draft.now,
    endsBranch: true,
  });
  dropResult(draft, task, draft.spec(task));
  if (draft.execution.state === 'RUNNING') draft.work.push({ kind: 'decide', taskId, ignorePause: false });
  if (draft.execution.state !== 'PAUSED') return;
  draft.updateExecution({ backlog: [...draft.execution.backlog, { kind: 'transitions', taskId }] });
}

function dropResult(draft: Draft, task: TaskRecord, spec: TaskSpec): void {
  if (isTruthy(evaluate(spec.keepResult, taskScope(draft, task)))) return;
  for (const { id } of draft.acceptedActionsOf(task.id)) draft.updateAction(id, { result: null });
}

/** An attempt timed out: its actions are stopped, and the attempt fails. */
export function timeOut(draft: Draft, task: TaskRecord): void {
  const stateInfo = `Task timed out [timeout(s)=${task.policies?.timeout ?? 0}].`;
  abandonActions(draft, task, stateInfo);
  draft.updateTask(task.id, { timeoutAt: null });
  draft.work.push({ kind: 'attempt-ended', taskId: task.id, state: 'ERROR', stateInfo });
}

/** Stops the running actions of a task; results that arrive later are refused. */
export function abandonActions(draft: Draft, task: TaskRecord, stateInfo: string | null): void {
  for (const action of draft.actionsOf(task.id)) {
    if (hasActionEnded(action.state)) continue;
    draft.updateAction(action.id, { state: 'CANCELLED', accepted: false });
    if (action.type === 'ACTION') draft.commands.push({ type: 'cancel-action', actionId: action.id });
    else
      draft.commands.push({
        type: 'stop-sub-execution',
        executionId: action.id,
        state: 'CANCELLED',
        stateInfo,
      });
  }
}
