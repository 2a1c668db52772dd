/** How an execution ends or is paused: its state, state_info and output. */
import { describeHttpFailure } from '../../../domain/http-failure.ts';
import { isJsonObject, type JsonObject } from '../../../domain/json.ts';
import { type Template } from '../../expressions.ts';
import type { ActionRecord, ActionState, EndState, TaskRecord } from '../../../domain/workflow-records.ts';
import { finalContext, isEmpty } from './data-flow.ts';
import type { Draft } from './draft.ts';
import { EngineFault, evaluate } from './fault.ts';
import { cut, pythonText } from './python-text.ts';
import { scopeOf } from './scope.ts';

export function hasExecutionEnded(draft: Draft): boolean {
  const { state } = draft.execution;
  return state === 'SUCCESS' || state === 'ERROR' || state === 'CANCELLED';
}

/** Nothing new starts; running actions continue, sub-executions are paused too. */
export function pauseExecution(draft: Draft, stateInfo: string | null): void {
  if (draft.execution.state !== 'RUNNING') return;
  draft.updateExecution({ state: 'PAUSED', stateInfo });
  reportState(draft, 'PAUSED');
  for (const { id } of subExecutions(draft, 'RUNNING'))
    draft.commands.push({ type: 'pause-sub-execution', executionId: id });
}

/** The sub-executions of open tasks that are in the given state. */
export function subExecutions(draft: Draft, state: ActionState): ActionRecord[] {
  const tasks = draft.openTasks().filter((task) => task.type === 'WORKFLOW');
  return tasks.flatMap((task) => [...draft.actionsOf(task.id)]).filter((action) => action.state === state);
}

export function runExecution(draft: Draft): void {
  draft.updateExecution({ state: 'RUNNING', stateInfo: null });
  reportState(draft, 'RUNNING');
}

function reportState(draft: Draft, state: 'RUNNING' | 'PAUSED' | EndState): void {
  const { id, parent } = draft.execution;
  draft.commands.push({
    type: 'state-changed',
    executionId: id,
    state,
    parentId: parent?.executionId ?? null,
  });
}

/** An error inside the engine: the task and the execution fail, on-error is not consulted. */
export function failByFault(draft: Draft, taskId: string, text: string): void {
  const stateInfo = cut(text);
  const task = draft.updateTask(taskId, {
    state: 'ERROR',
    stateInfo,
    finishedAt: draft.now,
    wait: null,
    endsBranch: true,
    timeoutAt: null,
  });
  if (!hasExecutionEnded(draft)) endExecution(draft, 'ERROR', task.stateInfo);
}

/** Ends the execution in the state given; a SUCCESS whose output cannot be evaluated becomes an ERROR. */
export function endExecution(draft: Draft, state: EndState, stateInfo: string | null): void {
  if (state === 'SUCCESS') succeed(draft, stateInfo);
  else if (state === 'ERROR') fail(draft, stateInfo);
  else finish(draft, 'CANCELLED', stateInfo, { result: stateInfo });
}

/** Ends the execution in ERROR without evaluating an output, which may not fit into the limit. */
export function abandonExecution(draft: Draft, cause: string): void {
  if (!hasExecutionEnded(draft)) finish(draft, 'ERROR', cause, { result: cause });
}

function succeed(draft: Draft, stateInfo: string | null): void {
  const context = finalContext(draft);
  const output = tryOutput(draft, draft.workflow.output, context);
  if (output instanceof EngineFault) fail(draft, output.message);
  else finish(draft, 'SUCCESS', stateInfo, output);
}

function fail(draft: Draft, cause: string | null): void {
  const { outputOnError, source } = draft.workflow;
  const output = tryOutput(draft, outputOnError, finalContext(draft));
  if (!(output instanceof EngineFault)) {
    finish(draft, 'ERROR', cause, { result: cause, ...output });
    return;
  }
  const clause = pythonText(source['output-on-error'] ?? null);
  const stateInfo = cut(
    `Failed to evaluate expression in output-on-error! (output-on-error: '${clause}', exception: '${output.message}' Cause: '${cause ?? ''}'`,
  );
  finish(draft, 'ERROR', stateInfo, { result: stateInfo });
}

/** If the clause is absent or evaluates to nothing, the output is the whole final context. */
function tryOutput(
  draft: Draft,
  clause: Template | undefined,
  context: JsonObject,
): JsonObject | EngineFault {
  if (clause === undefined) return context;
  try {
    const output = evaluate(clause, scopeOf(draft, [context]));
    return isJsonObject(output) && !isEmpty(output) ? output : context;
  } catch (error) {
    if (draft.lookups.missing !== undefined) throw draft.lookups.missing;
    if (error instanceof EngineFault) return error;
    throw error;
  }
}

function finish(draft: Draft, state: EndState, stateInfo: string | null, output: JsonObject): void {
  draft.updateExecution({
    state,
    stateInfo: stateInfo === null ? null : cut(stateInfo),
    output,
    backlog: [],
  });
  reportState(draft, state);
}

/** No task is open any more: the state follows from how the tasks ended. */
export function completeExecution(draft: Draft): void {
  const tasks = [...draft.tasks()];
  const cancelled = tasks.filter((task) => task.state === 'CANCELLED');
  const failed = tasks.filter((task) => task.state === 'ERROR' && !task.errorHandled);
  if (cancelled.length > 0) endExecution(draft, 'CANCELLED', `Cancelled tasks: ${namesOf(cancelled)}`);
  else if (failed.length > 0) endExecution(draft, 'ERROR', describeFailure(draft, failed));
  else endExecution(draft, 'SUCCESS', null);
}

function namesOf(tasks: readonly TaskRecord[]): string {
  return tasks
    .map((task) => task.name)
    .toSorted()
    .join(', ');
}

/** As in Mistral, tasks with an on-error clause are left out, even if none of its transitions was taken. */
function describeFailure(draft: Draft, failed: readonly TaskRecord[]): string {
  const shown = failed.filter((task) => draft.spec(task).onError.transitions.length === 0);
  const details = shown
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((task) => describeTask(draft, task));
  return cut(`Failure caused by error in tasks: ${namesOf(shown)}\n${details.join('')}`);
}

/** For a with-items task with many failures, only the first ones are listed. */
const maxShownActions = 50;

function describeTask(draft: Draft, task: TaskRecord): string {
  const failed = [...draft.actionsOf(task.id)].filter((action) => action.state === 'ERROR');
  const lines = failed.slice(0, maxShownActions).map((action) => {
    const kind = action.type === 'ACTION' ? 'action_ex_id' : 'wf_ex_id';
    return `    [${kind}=${action.id}, idx=${action.index}]: ${describeResult(action)}\n`;
  });
  return [`\n  ${task.name} [task_ex_id=${task.id}] -> ${describeEnd(task, failed)}\n`, ...lines].join('');
}

/** A task that failed with its action has the action's result as its state_info. */
function describeEnd({ stateInfo }: TaskRecord, failed: readonly ActionRecord[]): string {
  const last = failed.at(-1);
  const isResult =
    last !== undefined && stateInfo?.startsWith('{') === true && pythonText(last.result) === stateInfo;
  return isResult ? describeResult(last) : (stateInfo ?? 'None');
}

/**
 * Unlike in Mistral, the failure of an HTTP action is shown as its status and reason; the whole response is
 * in the action's result.
 */
function describeResult({ type, result, input }: ActionRecord): string {
  if (type === 'ACTION') return describeHttpFailure(result, input) ?? pythonText(result);
  return pythonText(isJsonObject(result) ? (result['result'] ?? 'Unknown') : result);
}
