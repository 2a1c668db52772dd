/**
 * The scope of a workflow's expressions. Names are looked up in the variables that the branch published or
 * inherited, then in the global variables and `vars`, then in the input. The functions are Mistral's: task(),
 * tasks(), execution(), executions(), env(), global(), uuid().
 */
import { toMistralTime } from '../../../domain/time-text.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts';
import {
  type ExpressionFunction,
  type ExpressionScope,
  isTruthy,
  VariableLayers,
} from '../../expressions.ts';
import type { WorkflowFunction } from '../function-names.ts';
import { derivedId } from '../state/derived-id.ts';
import type { TaskRecord } from '../../../domain/workflow-records.ts';
import type { Draft } from './draft.ts';
import { pythonText } from './python-text.ts';
import { taskView, taskViewsOf } from './task-view.ts';

/** `layers` are looked up first; `taskId` is the task that task() without a name refers to. */
export function scopeOf(draft: Draft, layers: readonly JsonObject[], taskId?: string): ExpressionScope {
  const { globals, vars, input } = draft.execution;
  return {
    variables: new VariableLayers([...layers, globals, vars, input, internalNames(draft)]),
    functions: functionsOf(draft, taskId),
    now: new Date(draft.now).toISOString(),
  };
}

/** `$.__execution` and `$.__env`, as Mistral has them in every context. */
function internalNames(draft: Draft): JsonObject {
  const { id, params, input, env } = draft.execution;
  return { __execution: { id, spec: draft.workflow.source, params, input }, __env: env };
}

/** The scope of a task: its own published variables take precedence over inherited ones. */
export function taskScope(
  draft: Draft,
  task: TaskRecord,
  first: readonly JsonObject[] = [],
): ExpressionScope {
  return scopeOf(draft, [...first, task.published, task.context], task.id);
}

function functionsOf(
  draft: Draft,
  taskId: string | undefined,
): Readonly<Record<WorkflowFunction, ExpressionFunction>> {
  return {
    task: ([first], named) => findTask(draft, taskId, first ?? named['task_name'] ?? null),
    tasks: (args, named) => findTasks(draft, args, named),
    execution: () => executionView(draft),
    executions: (args, named) => findExecutions(draft, args, named),
    env: () => draft.execution.env,
    global: ([first], named) => readGlobal(draft, first ?? named['var_name'] ?? null),
    uuid: () => derivedId(draft.execution.id, 'uuid', draft.seed, (draft.uuids += 1)),
  };
}

function findTask(draft: Draft, taskId: string | undefined, name: Json): Json {
  const own = taskId === undefined ? undefined : draft.task(taskId);
  const task =
    own !== undefined && (name === null || name === own.name) ? own : draft.latestTask(pythonText(name));
  return task === undefined ? null : taskView(draft, task);
}

function findTasks(draft: Draft, args: readonly Json[], named: Readonly<Record<string, Json>>): Json {
  const [executionId, recursive, state, flat] = bind(args, named, [
    'workflow_execution_id',
    'recursive',
    'state',
    'flat',
  ]);
  return taskViewsOf(draft, executionId === null ? draft.execution.id : pythonText(executionId ?? null), {
    recursive: isTruthy(recursive ?? null),
    state: typeof state === 'string' ? state : undefined,
    flat: isTruthy(flat ?? null),
  });
}

/** Arguments by position or by name; null where not given. */
function bind(
  args: readonly Json[],
  named: Readonly<Record<string, Json>>,
  names: readonly string[],
): Json[] {
  return names.map((name, index) => args[index] ?? named[name] ?? null);
}

function findExecutions(draft: Draft, args: readonly Json[], named: Readonly<Record<string, Json>>): Json {
  const names = ['id', 'root_execution_id', 'state', 'from_time', 'to_time'];
  const values = bind(args, named, names);
  const given = names
    .map((name, index) => [name, values[index] ?? null] as const)
    .filter(([, value]) => value !== null);
  return draft.lookups.executions(Object.fromEntries(given));
}

function executionView(draft: Draft): JsonObject {
  const { id, workflow, input, params, env, namespace, createdAt, updatedAt, rootId } = draft.execution;
  // A sub-workflow uses the environment of its root: env() returns it.
  const own = rootId === null ? { env } : {};
  return {
    id,
    name: workflow,
    spec: draft.workflow.source,
    input,
    params: { ...params, ...own, namespace },
    created_at: toMistralTime(createdAt),
    updated_at: toMistralTime(updatedAt),
    root_execution_id: rootId,
  };
}

function readGlobal(draft: Draft, name: Json): Json {
  const key = pythonText(name);
  for (const layer of [draft.execution.globals, draft.execution.vars]) {
    const value = isJsonObject(layer) && Object.hasOwn(layer, key) ? layer[key] : undefined;
    if (value !== undefined) return value;
  }
  return null;
}
