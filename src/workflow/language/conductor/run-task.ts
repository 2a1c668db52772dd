/**
 * A task from its creation to its running actions: pause-before, wait-before, the attempt, the items of
 * with-items.
 */
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts';
import { isTruthy } from '../../expressions.ts';
import type { TaskSpec } from '../definition/workflow-spec.ts';
import { derivedId } from '../state/derived-id.ts';
import type {
  ItemsProgress,
  ResolvedPolicies,
  TaskRecord,
  TaskState,
  Trigger,
} from '../../../domain/workflow-records.ts';
import type { Draft } from './draft.ts';
import { EngineFault, evaluate, kindOf } from './fault.ts';
import { failByFault, pauseExecution } from './execution-end.ts';
import { pausedBefore, pausesBefore, resolvePolicies } from './policies.ts';
import { pythonText } from './python-text.ts';
import {
  actionDefaults,
  asInput,
  resolveAction,
  resolveWorkflow,
  type ResolvedAction,
  type ResolvedWorkflow,
} from './resolve-call.ts';
import { taskScope } from './scope.ts';

/**
 * Far above what a with-items task sensibly runs; keeps the list of a hostile expression from filling the
 * memory.
 */
const maxItems = 100_000;

export function createTask(
  draft: Draft,
  spec: TaskSpec,
  state: TaskState,
  triggeredBy: readonly Trigger[],
  context: JsonObject,
): TaskRecord {
  const number = draft.execution.nextTask;
  draft.updateExecution({ nextTask: number + 1 });
  return draft.addTask({
    id: derivedId(draft.execution.id, 'task', number),
    executionId: draft.execution.id,
    number,
    name: spec.name,
    type: spec.type,
    createdAt: draft.now,
    context,
    items: null,
    policies: null,
    state,
    stateInfo: state === 'WAITING' ? 'Task is waiting.' : null,
    startedAt: null,
    finishedAt: null,
    updatedAt: draft.now,
    triggeredBy,
    published: {},
    nextTasks: [],
    endsBranch: false,
    errorHandled: false,
    attempt: 1,
    retries: 0,
    wait: null,
    timeoutAt: null,
    progress: null,
  });
}

/** Runs a part of a task; an error inside the engine fails the task and the execution. */
export function guarded(draft: Draft, taskId: string, part: () => void): void {
  try {
    part();
  } catch (error) {
    if (draft.lookups.missing !== undefined) throw draft.lookups.missing;
    if (!(error instanceof EngineFault)) throw error;
    const name = draft.task(taskId)?.name ?? '';
    failByFault(
      draft,
      taskId,
      `Failed to run task [error=${error.message}, wf=${draft.workflow.fullName}, task=${name}]:\n`,
    );
  }
}

/**
 * Starts a task in IDLE: evaluates its policies, then begins the first attempt unless a policy or a paused
 * execution holds it.
 */
export function startTask(
  draft: Draft,
  taskId: string,
  options: { skipPause: boolean } = { skipPause: false },
): void {
  guarded(draft, taskId, () => {
    const task = draft.updateTask(taskId, { state: 'IDLE', stateInfo: null });
    if (draft.execution.state === 'PAUSED') return;
    const { policies: spec } = draft.spec(task);
    const scope = taskScope(draft, task);
    if (!options.skipPause && pausesBefore(spec, scope)) {
      draft.updateTask(taskId, { stateInfo: pausedBefore });
      pauseExecution(draft, null);
      return;
    }
    const policies = resolvePolicies(spec, scope);
    draft.updateTask(taskId, { policies });
    if (policies.waitBefore > 0) delayTask(draft, taskId, 'wait-before', policies.waitBefore);
    else beginAttempt(draft, taskId);
  });
}

export function delayTask(
  draft: Draft,
  taskId: string,
  kind: 'wait-before' | 'retry' | 'wait-after',
  seconds: number,
  end: NonNullable<TaskRecord['wait']>['end'] = null,
): void {
  const until = draft.now + seconds * 1000;
  const stateInfo = `Delayed by '${kind}' policy [delay=${seconds}]`;
  draft.updateTask(taskId, { state: 'DELAYED', stateInfo, wait: { kind, until, isDue: false, end } });
  draft.commands.push({ type: 'set-timer', taskId, timer: kind, due: until });
}

/** Starts the actions of the task's current attempt. */
export function beginAttempt(draft: Draft, taskId: string, only: readonly number[] | null = null): void {
  guarded(draft, taskId, () => {
    const before = draft.task(taskId);
    const seconds = before?.policies?.timeout ?? 0;
    const timeoutAt = seconds === 0 ? null : draft.now + seconds * 1000;
    const task = draft.updateTask(taskId, {
      state: 'RUNNING',
      stateInfo: null,
      wait: null,
      timeoutAt,
      startedAt: before?.startedAt ?? draft.now,
      finishedAt: null,
      progress: null,
    });
    if (timeoutAt !== null)
      draft.commands.push({ type: 'set-timer', taskId, timer: 'timeout', due: timeoutAt });
    const spec = draft.spec(task);
    if (spec.withItems.length > 0) beginItems(draft, task, spec, only);
    else startCall(draft, task, prepare(draft, task, spec, {}), 0);
  });
}

function beginItems(draft: Draft, task: TaskRecord, spec: TaskSpec, only: readonly number[] | null): void {
  const items = evaluateItems(draft, task, spec);
  const total = Object.values(items)[0]?.length ?? 0;
  draft.requireRoomFor(only?.length ?? total);
  const progress: ItemsProgress = { total, only, started: 0, running: 0, failed: 0, cancelled: 0 };
  draft.updateTask(task.id, { items, progress });
  if (total === 0)
    draft.work.push({ kind: 'attempt-ended', taskId: task.id, state: 'SUCCESS', stateInfo: null });
  else startItems(draft, task.id);
}

function evaluateItems(draft: Draft, task: TaskRecord, spec: TaskSpec): NonNullable<TaskRecord['items']> {
  const scope = taskScope(draft, task);
  const lists = spec.withItems.map(
    ({ variable, values }) => [variable, asList(variable, evaluate(values, scope))] as const,
  );
  const lengths = new Set(lists.map(([, list]) => list.length));
  if (lengths.size > 1) {
    const found = lists.map(([variable, list]) => `${variable}: ${list.length}`).join(', ');
    throw new EngineFault(`Wrong input format for: ${found}. All arrays must have the same length.`);
  }
  return Object.fromEntries(lists);
}

/** Iterates as Python does: a text by characters, a mapping by keys. */
function asList(variable: string, value: Json): readonly Json[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : iterate(value);
  if (list === undefined) {
    throw new EngineFault(
      `Wrong input format for: ${variable}. Iterable type is expected for each value, found ${kindOf(value)}.`,
    );
  }
  if (list.length > maxItems)
    throw new EngineFault(
      `Wrong input format for: ${variable}. ${list.length} items, at most ${maxItems} can be run.`,
    );
  return list;
}

function iterate(value: Json): readonly Json[] | undefined {
  if (typeof value === 'string') return Array.from(value);
  return isJsonObject(value) ? Object.keys(value) : undefined;
}

/** Starts as many of the remaining items as the concurrency allows. */
export function startItems(draft: Draft, taskId: string): void {
  guarded(draft, taskId, () => {
    const task = draft.task(taskId);
    if (task?.progress == null || task.items === null) return;
    const { progress, items } = task;
    const indexes = nextIndexes(progress, task.policies);
    const spec = draft.spec(task);
    const calls = indexes.map((index) => prepare(draft, task, spec, itemLayer(items, index)));
    const started = progress.started + calls.length;
    const running = progress.running + calls.length;
    draft.updateTask(taskId, { progress: { ...progress, started, running } });
    for (const [position, call] of calls.entries()) startCall(draft, task, call, indexes[position] ?? 0);
  });
}

export function itemCount(progress: ItemsProgress): number {
  return progress.only?.length ?? progress.total;
}

function nextIndexes(progress: ItemsProgress, policies: ResolvedPolicies | null): number[] {
  const left = itemCount(progress) - progress.started;
  const concurrency = policies?.concurrency ?? 0;
  const count = concurrency === 0 ? left : Math.max(0, Math.min(left, concurrency - progress.running));
  return Array.from(
    { length: count },
    (_, offset) => progress.only?.[progress.started + offset] ?? progress.started + offset,
  );
}

function itemLayer(items: NonNullable<TaskRecord['items']>, index: number): JsonObject {
  return Object.fromEntries(Object.entries(items).map(([variable, list]) => [variable, list[index] ?? null]));
}

type Call =
  | ({ kind: 'ACTION' } & ResolvedAction & { safeRerun: boolean; target: string | null })
  | ({ kind: 'WORKFLOW' } & ResolvedWorkflow);

/** Evaluates and checks everything that a call needs, without starting it. */
function prepare(draft: Draft, task: TaskRecord, spec: TaskSpec, layer: JsonObject): Call {
  const scope = taskScope(draft, task, [layer]);
  const name = evaluate(spec.call, scope);
  const value = asInput(task.name, evaluate(spec.input, scope));
  const inline = [...spec.inlineInput].map(
    ([parameter, template]) => [parameter, evaluate(template, scope)] as const,
  );
  const input = { ...value, ...Object.fromEntries(inline) };
  if (spec.type === 'WORKFLOW')
    return { kind: 'WORKFLOW', ...resolveWorkflow(draft, pythonText(name), input) };
  const action = isTruthy(name) ? pythonText(name) : 'std.noop';
  const withDefaults = actionDefaults(draft.execution.env, action, input);
  const adhocScope = (own: JsonObject): typeof scope => taskScope(draft, task, [own]);
  return {
    kind: 'ACTION',
    ...resolveAction(draft, action, withDefaults, adhocScope),
    safeRerun: isTruthy(evaluate(spec.safeRerun, scope)),
    target: spec.target === undefined ? null : pythonText(evaluate(spec.target, scope)),
  };
}

function startCall(draft: Draft, task: TaskRecord, call: Call, index: number): void {
  const id = derivedId(task.id, 'action', task.attempt, index);
  const name = call.kind === 'ACTION' ? call.name : call.workflow.name;
  const common = { executionId: draft.execution.id, taskId: task.id, index, attempt: task.attempt };
  draft.addAction({
    ...common,
    id,
    type: call.kind,
    name,
    isAdhoc: call.kind === 'ACTION' && call.isAdhoc,
    input: call.input,
    createdAt: draft.now,
    state: 'RUNNING',
    accepted: false,
    result: null,
    updatedAt: draft.now,
  });
  const where = { taskId: task.id, taskName: task.name, index, input: call.input };
  if (call.kind === 'WORKFLOW') {
    draft.commands.push({
      type: 'start-sub-execution',
      executionId: id,
      ...where,
      workflow: call.workflow,
      params: call.params,
    });
    return;
  }
  const { base, baseInput, safeRerun, target } = call;
  const timeout = task.policies?.timeout ?? 0;
  draft.commands.push({
    type: 'run-action',
    actionId: id,
    ...where,
    action: base,
    input: baseInput,
    attempt: task.attempt,
    safeRerun,
    timeout,
    target,
  });
}
