/** A task as expressions see it: the values of task() and tasks(), and its result. */
import { toMistralTime } from '../../../domain/time-text.ts';
import type { Json, JsonObject } from '../../../domain/json.ts';
import { type ActionRecord, hasActionEnded, type TaskRecord } from '../../../domain/workflow-records.ts';
import type { Draft } from './draft.ts';

interface TaskHome {
  actionsOf(taskId: string): Iterable<ActionRecord>;
  acceptedActionsOf(taskId: string): Iterable<ActionRecord>;
  source(taskName: string): JsonObject;
  hasItems(taskName: string): boolean;
}

export function taskView(draft: Draft, task: TaskRecord): JsonObject {
  return viewOf(homeOf(draft), task);
}

/**
 * The value of `task().result`: the result of the one accepted action, or a list in the order of the items.
 */
export function taskResult(draft: Draft, task: TaskRecord): Json {
  return resultOf(homeOf(draft), task);
}

/** The same outside of a step, for `result` in the REST API. */
export function resultOfActions(actions: Iterable<ActionRecord>, hasItems: boolean): Json {
  const accepted = [...actions].filter((action) => action.accepted && hasActionEnded(action.state));
  const results = accepted.toSorted((left, right) => left.index - right.index).map((action) => action.result);
  const [only] = results;
  return !hasItems && results.length === 1 && only !== undefined ? only : results;
}

function homeOf(draft: Draft): TaskHome {
  const { tasks } = draft.workflow;
  return {
    actionsOf: (taskId) => draft.actionsOf(taskId),
    acceptedActionsOf: (taskId) => draft.acceptedActionsOf(taskId),
    source: (name) => tasks.get(name)?.source ?? {},
    hasItems: (name) => (tasks.get(name)?.withItems.length ?? 0) > 0,
  };
}

function resultOf(home: TaskHome, task: TaskRecord): Json {
  return resultOfActions(home.acceptedActionsOf(task.id), home.hasItems(task.name));
}

function viewOf(home: TaskHome, task: TaskRecord): JsonObject {
  return {
    id: task.id,
    name: task.name,
    spec: home.source(task.name),
    state: task.state,
    state_info: task.stateInfo,
    result: resultOf(home, task),
    published: task.published,
    type: task.type,
    workflow_execution_id: task.executionId,
    created_at: toMistralTime(task.createdAt),
    updated_at: toMistralTime(task.updatedAt),
  };
}

export interface TaskFilter {
  readonly recursive: boolean;
  readonly state: string | undefined;
  /** Leave out tasks that represent a sub-workflow in the same state. */
  readonly flat: boolean;
}

export function taskViewsOf(draft: Draft, executionId: string, filter: TaskFilter): JsonObject[] {
  const isOwn = executionId === draft.execution.id;
  const other = isOwn ? null : draft.lookups.execution(executionId);
  if (!isOwn && other === null) return [];
  const home =
    other === null
      ? homeOf(draft)
      : {
          ...other,
          actionsOf: actionsIn(other.state),
          acceptedActionsOf: actionsIn(other.state),
          source: other.taskSources,
        };
  const tasks = [...(other === null ? draft.tasks() : other.state.tasks)];
  const own = tasks.filter((task) => passes(home, task, filter)).map((task) => viewOf(home, task));
  if (!filter.recursive) return own;
  return [...own, ...tasks.flatMap((task) => subTaskViews(draft, home, task, filter))];
}

function actionsIn(state: {
  actionIdsOf(id: string): readonly string[];
  action(id: string): ActionRecord | undefined;
}) {
  return (taskId: string): ActionRecord[] =>
    state.actionIdsOf(taskId).flatMap((id) => state.action(id) ?? []);
}

function subTaskViews(draft: Draft, home: TaskHome, task: TaskRecord, filter: TaskFilter): JsonObject[] {
  if (task.type !== 'WORKFLOW') return [];
  return [...home.actionsOf(task.id)].flatMap((action) => taskViewsOf(draft, action.id, filter));
}

function passes(home: TaskHome, task: TaskRecord, filter: TaskFilter): boolean {
  if (filter.state !== undefined && task.state !== filter.state) return false;
  if (!filter.flat || task.type === 'ACTION') return true;
  return [...home.actionsOf(task.id)].every((action) => action.state !== task.state);
}
