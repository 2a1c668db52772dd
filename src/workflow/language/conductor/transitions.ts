/** Decides the transitions of a task that has ended, and carries them out one by one. */
import type { Json } from '../../../domain/json.ts';
import { Meter } from '../../yaql/python/limits.ts';
import { dumpJson } from '../../yaql/python/serialize.ts';
import { isTruthy } from '../../expressions.ts';
import { edgesOf, type Edge } from '../graph/workflow-graph.ts';
import type { ClauseName, Dispatch, TaskRecord } from '../../../domain/workflow-records.ts';
import { mergeContexts, outboundContext, targetName } from './data-flow.ts';
import type { Draft } from './draft.ts';
import { endExecution, hasExecutionEnded, pauseExecution } from './execution-end.ts';
import { evaluate } from './fault.ts';
import { guardedEnd } from './finish-task.ts';
import { arriveAtJoin } from './joins.ts';
import { cut, pythonText } from './python-text.ts';
import { createTask, startTask } from './run-task.ts';
import { taskScope } from './scope.ts';

/**
 * A direct workflow starts with every task without an inbound transition, a reverse one with the first
 * requirements of its target.
 */
export function startFirstTasks(draft: Draft): void {
  if (draft.workflow.type === 'reverse') {
    startSatisfied(draft);
    return;
  }
  for (const name of draft.workflow.graph.startTasks) {
    if (hasExecutionEnded(draft)) return;
    const spec = draft.workflow.tasks.get(name);
    if (spec !== undefined) startTask(draft, createTask(draft, spec, 'IDLE', [], {}).id);
  }
}

export function decideTransitions(draft: Draft, taskId: string, ignorePause: boolean): void {
  const task = draft.task(taskId);
  if (task === undefined || hasExecutionEnded(draft)) return;
  if (draft.workflow.type === 'reverse') startSatisfied(draft);
  else guardedEnd(draft, task, draft.spec(task).callName, () => decideDirect(draft, task, ignorePause));
}

function decideDirect(draft: Draft, task: TaskRecord, ignorePause: boolean): void {
  const taken = takenEdges(draft, task);
  const kept = cutBehindEnd(taken.filter(({ transition }) => transition.command !== 'noop'));
  const dispatches = kept
    .filter(({ transition }) => !ignorePause || transition.command !== 'pause')
    .map((edge) => toDispatch(draft, task, edge));
  const nextTasks = kept
    .filter(({ transition }) => transition.command === undefined)
    .map(({ transition, clause }) => [transition.target, clause] as const);
  draft.updateTask(task.id, {
    nextTasks,
    endsBranch: nextTasks.length === 0,
    errorHandled: task.state === 'ERROR' && taken.some(({ clause }) => clause === 'on-error'),
  });
  const successors = draft.workflow.graph.successors.get(task.name) ?? [];
  draft.joinsMayFail ||= successors.some((name) => !nextTasks.some(([next]) => next === name));
  draft.work.push(...dispatches.map((dispatch) => ({ kind: 'dispatch' as const, dispatch })));
}

function takenEdges(draft: Draft, task: TaskRecord): Edge[] {
  if (task.state === 'CANCELLED') return [];
  const scope = taskScope(draft, task);
  const taken = (...clauses: ClauseName[]): Edge[] =>
    edgesOf(draft.spec(task)).filter(({ clause, transition }) => {
      if (!clauses.includes(clause)) return false;
      return transition.guard === undefined || isTruthy(evaluate(transition.guard, scope));
    });
  if (task.state !== 'SKIPPED')
    return taken(task.state === 'ERROR' ? 'on-error' : 'on-success', 'on-complete');
  const bySkip = taken('on-skip');
  return bySkip.length > 0 ? bySkip : taken('on-success');
}

/** Targets after a fail or succeed are not started. */
function cutBehindEnd(edges: readonly Edge[]): readonly Edge[] {
  const end = edges.findIndex(
    ({ transition }) => transition.command === 'fail' || transition.command === 'succeed',
  );
  return end === -1 ? edges : edges.slice(0, end + 1);
}

function toDispatch(draft: Draft, task: TaskRecord, { clause, transition }: Edge): Dispatch {
  const message =
    transition.message === undefined ? null : evaluate(transition.message, taskScope(draft, task));
  return {
    from: task.id,
    clause,
    target: transition.target,
    message: message === null ? null : messageText(message),
  };
}

/** A mapping or a list is written as JSON, as in Mistral's state_info. */
function messageText(message: Json): string {
  if (typeof message !== 'object' || message === null) return pythonText(message);
  return cut(dumpJson(message, { indent: null, sortKeys: false }, new Meter()));
}

export function dispatch(draft: Draft, taken: Dispatch): void {
  if (hasExecutionEnded(draft)) return;
  if (draft.execution.state === 'PAUSED') {
    draft.updateExecution({ backlog: [...draft.execution.backlog, { kind: 'dispatch', dispatch: taken }] });
    return;
  }
  if (taken.target === 'fail') endExecution(draft, 'ERROR', taken.message);
  else if (taken.target === 'succeed') endExecution(draft, 'SUCCESS', taken.message);
  else if (taken.target === 'pause') pauseExecution(draft, taken.message);
  else startNext(draft, taken);
}

function startNext(draft: Draft, { from, clause, target }: Dispatch): void {
  const spec = draft.workflow.tasks.get(target);
  const task = draft.task(from);
  if (spec === undefined || task === undefined) return;
  const trigger = { taskId: from, event: clause };
  if (spec.join === undefined)
    startTask(draft, createTask(draft, spec, 'IDLE', [trigger], outboundContext(task)).id);
  else if (!arriveAtJoin(draft, spec, trigger)) endBranch(draft, task, target);
}

/**
 * The join has run without this branch: if the branch started nothing else, its variables belong to the final
 * context.
 */
function endBranch(draft: Draft, task: TaskRecord, join: string): void {
  const nextTasks = task.nextTasks.filter(([name]) => name !== join);
  draft.updateTask(task.id, { nextTasks, endsBranch: nextTasks.length === 0 });
}

/** Reverse workflow: starts the tasks that the target needs and whose own requirements have succeeded. */
function startSatisfied(draft: Draft): void {
  for (const name of neededFor(draft, targetName(draft))) {
    const spec = draft.workflow.tasks.get(name);
    if (spec === undefined || hasExecutionEnded(draft) || draft.latestTask(name) !== undefined) continue;
    const required = spec.requires.flatMap((requirement) => draft.latestTask(requirement) ?? []);
    if (
      required.length < spec.requires.length ||
      required.some(({ state }) => state !== 'SUCCESS' && state !== 'SKIPPED')
    )
      continue;
    const triggeredBy = required.map((task) => ({ taskId: task.id, event: 'on-success' as const }));
    startTask(draft, createTask(draft, spec, 'IDLE', triggeredBy, mergeContexts(required)).id);
  }
}

/** The target and all its direct and indirect requirements, in the order of the definition. */
export function neededFor(draft: Pick<Draft, 'workflow'>, target: string): string[] {
  const needed = new Set([target]);
  for (const name of needed)
    for (const required of draft.workflow.tasks.get(name)?.requires ?? []) needed.add(required);
  return [...draft.workflow.tasks.keys()].filter((name) => needed.has(name));
}
