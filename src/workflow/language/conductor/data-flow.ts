/**
 * How variables are passed on. A task inherits its branch's variables and passes them on together with those
 * that it published; a newly published value replaces the old one. Where branches meet (joins, the final
 * context) mappings are merged key by key, and a value that an inbound task published wins over one that
 * another task only inherited. If two tasks published different values under one name, the later task in the
 * definition wins (in Mistral: the one that the database returns last).
 */
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts';
import type { TaskRecord } from '../../../domain/workflow-records.ts';
import { hasTaskEnded } from '../../../domain/workflow-records.ts';
import type { Draft } from './draft.ts';

/** The variables that a task passes on. */
export function outboundContext(task: TaskRecord): JsonObject {
  return isEmpty(task.published) ? task.context : { ...task.context, ...task.published };
}

export function mergeContexts(tasks: readonly TaskRecord[]): JsonObject {
  const [first, ...others] = tasks;
  if (first === undefined) return {};
  if (others.length === 0) return outboundContext(first);
  const merged = new Map<string, Json>();
  for (const task of tasks) mergeInto(merged, outboundContext(task));
  for (const task of tasks) mergeInto(merged, task.published);
  return Object.fromEntries(merged);
}

/** One pass over the right side: merging n branches costs the sum of their sizes. */
function mergeInto(merged: Map<string, Json>, right: JsonObject): void {
  for (const [name, value] of Object.entries(right)) {
    const left = merged.get(name);
    merged.set(name, left === undefined ? value : mergeValues(left, value));
  }
}

/** Mappings are merged recursively; otherwise the right value wins. */
export function mergeValues(left: Json, right: Json): Json {
  if (left === right || !isJsonObject(left) || !isJsonObject(right)) return right;
  const entries = new Map<string, Json>(Object.entries<Json>(left));
  mergeInto(entries, right);
  return Object.fromEntries(entries);
}

export function mergeObjects(left: JsonObject, right: JsonObject): JsonObject {
  return mergeValues(left, right) as JsonObject;
}

/** Tasks in the order of the definition; runs of the same task in the order of their creation. */
export function inDefinitionOrder(draft: Draft, tasks: readonly TaskRecord[]): TaskRecord[] {
  const position = (task: TaskRecord): number => draft.workflow.tasks.get(task.name)?.position ?? 0;
  return tasks.toSorted((left, right) => position(left) - position(right) || left.number - right.number);
}

/** The variables at the end of the execution. */
export function finalContext(draft: Draft): JsonObject {
  if (draft.workflow.type === 'reverse') return targetContext(draft);
  const ended = [...draft.tasks()].filter((task) => hasTaskEnded(task.state) && task.endsBranch);
  return mergeContexts(inDefinitionOrder(draft, ended));
}

function targetContext(draft: Draft): JsonObject {
  const target = draft.latestTask(targetName(draft));
  return target === undefined ? {} : outboundContext(target);
}

/** The target task of a reverse workflow. */
export function targetName(draft: Draft): string {
  const name = draft.execution.params['task_name'];
  return typeof name === 'string' ? name : '';
}

export function isEmpty(object: JsonObject): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return false;
  return true;
}
