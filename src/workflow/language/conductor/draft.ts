/**
 * The working copy of a step: reads fall through to the state, writes are collected here and returned as
 * changes.
 */
import type { WorkflowSpec, TaskSpec } from '../definition/workflow-spec.ts';
import { actionSize, executionSize, maxDataSize, recordSize, taskSize } from '../state/data-size.ts';
import type { Changes, ExecutionState } from '../state/execution-state.ts';
import {
  type ActionRecord,
  type Dispatch,
  type EndState,
  type ExecutionRecord,
  hasTaskEnded,
  type TaskRecord,
  type TaskState,
} from '../../../domain/workflow-records.ts';
import type { Command } from './command.ts';
import { StepLookups, type ConductorLookups } from './lookups.ts';

export type Work =
  | {
      readonly kind: 'attempt-ended';
      readonly taskId: string;
      readonly state: EndState;
      readonly stateInfo: string | null;
    }
  /** After a resume the `pause` commands of held transitions are ignored. */
  | { readonly kind: 'decide'; readonly taskId: string; readonly ignorePause: boolean }
  | { readonly kind: 'dispatch'; readonly dispatch: Dispatch };

/** The execution would exceed the limit on its data. */
export class TooMuchData extends Error {
  override readonly name = 'TooMuchData';

  constructor() {
    super(
      `The execution holds more than ${maxDataSize / 1_000_000} million characters of data (variables of its branches, inputs and results; a task or an action counts as ${recordSize}): keep less of it, or set keep-result to false.`,
    );
  }
}

export interface StepOrigin {
  readonly now: number;
  readonly seed: string;
}

export class Draft {
  readonly workflow: WorkflowSpec;
  readonly lookups: StepLookups;
  readonly now: number;
  readonly commands: Command[] = [];
  /** Work that remains to be done in this step. */
  readonly work: Work[] = [];
  /**
   * Set when a join begins to wait or a branch ends without taking a transition: a waiting join may have
   * become impossible.
   */
  joinsMayFail = false;
  /** Source of `uuid()` in this step, together with the number of ids generated so far. */
  readonly seed: string;
  uuids = 0;
  readonly #state: ExecutionState;
  #execution: ExecutionRecord;
  readonly #tasks = new Map<string, TaskRecord>();
  readonly #newTaskIds: string[] = [];
  readonly #newTasks = new Map<string, string[]>();
  readonly #actions = new Map<string, ActionRecord>();
  readonly #newActions = new Map<string, string[]>();
  #size: number;

  constructor(workflow: WorkflowSpec, state: ExecutionState, lookups: ConductorLookups, event: StepOrigin) {
    this.workflow = workflow;
    this.lookups = new StepLookups(lookups);
    this.now = event.now;
    this.seed = event.seed;
    this.#state = state;
    this.#execution = state.execution;
    this.#size = state.size;
  }

  get execution(): ExecutionRecord {
    return this.#execution;
  }

  /** Of all data of the execution, as `ExecutionState.size`. */
  get size(): number {
    return this.#size;
  }

  /** How many tasks this step has created: a cycle without any action would never end. */
  get tasksMade(): number {
    return this.#execution.nextTask - this.#state.execution.nextTask;
  }

  changes(): Changes {
    const execution = this.#execution === this.#state.execution ? undefined : this.#execution;
    return { execution, tasks: [...this.#tasks.values()], actions: [...this.#actions.values()] };
  }

  updateExecution(patch: Partial<ExecutionRecord>): void {
    const before = this.#execution;
    this.#execution = { ...before, ...patch, updatedAt: this.now };
    if (holdsData(patch, ['env', 'vars', 'globals', 'output']))
      this.#grow(executionSize(this.#execution) - executionSize(before));
  }

  spec(task: TaskRecord): TaskSpec {
    const spec = this.workflow.tasks.get(task.name);
    if (spec === undefined)
      throw new Error(`the definition of ${this.workflow.fullName} has no task ${task.name}`);
    return spec;
  }

  task(id: string): TaskRecord | undefined {
    return this.#tasks.get(id) ?? this.#state.task(id);
  }

  /** In the order of their creation. */
  *tasks(): Iterable<TaskRecord> {
    for (const task of this.#state.tasks) yield this.#tasks.get(task.id) ?? task;
    for (const id of this.#newTaskIds) yield this.#known(id);
  }

  /** In no particular order. */
  openTasks(): TaskRecord[] {
    const ids = new Set([...this.#state.openTaskIds, ...this.#tasks.keys()]);
    return [...ids].map((id) => this.#known(id)).filter((task) => !hasTaskEnded(task.state));
  }

  latestTask(name: string): TaskRecord | undefined {
    const id = this.#newTasks.get(name)?.at(-1) ?? this.#state.taskIdsNamed(name).at(-1);
    return id === undefined ? undefined : this.#known(id);
  }

  addTask(task: TaskRecord): TaskRecord {
    this.#newTaskIds.push(task.id);
    append(this.#newTasks, task.name, task.id);
    this.#tasks.set(task.id, task);
    this.#grow(taskSize(task));
    this.#countStates(undefined, task.state);
    return task;
  }

  updateTask(id: string, patch: Partial<TaskRecord>): TaskRecord {
    const before = this.#known(id);
    const task = { ...before, ...patch, updatedAt: this.now };
    this.#tasks.set(id, task);
    if (holdsData(patch, ['context', 'published', 'items'])) this.#grow(taskSize(task) - taskSize(before));
    this.#countStates(before.state, task.state);
    return task;
  }

  action(id: string): ActionRecord | undefined {
    return this.#actions.get(id) ?? this.#state.action(id);
  }

  *actionsOf(taskId: string): Iterable<ActionRecord> {
    for (const id of this.#state.actionIdsOf(taskId)) yield this.#knownAction(id);
    for (const id of this.#newActions.get(taskId) ?? []) yield this.#knownAction(id);
  }

  /** Actions whose results count. */
  acceptedActionsOf(taskId: string): ActionRecord[] {
    const before = this.#state.acceptedActionIdsOf(taskId);
    const still = [...before].map((id) => this.#knownAction(id)).filter((action) => action.accepted);
    const since = [...this.#actions.values()].filter(
      (action) => action.taskId === taskId && action.accepted && !before.has(action.id),
    );
    return [...still, ...since];
  }

  addAction(action: ActionRecord): void {
    append(this.#newActions, action.taskId, action.id);
    this.#actions.set(action.id, action);
    this.#grow(actionSize(action));
  }

  updateAction(id: string, patch: Partial<ActionRecord>): ActionRecord {
    const before = this.#knownAction(id);
    const action = { ...before, ...patch, updatedAt: this.now };
    this.#actions.set(id, action);
    if (holdsData(patch, ['result'])) this.#grow(actionSize(action) - actionSize(before));
    return action;
  }

  /** Refuses work that would exceed the limit, before it starts. @throws TooMuchData */
  requireRoomFor(records: number): void {
    if (this.#size + records * recordSize > maxDataSize) throw new TooMuchData();
  }

  /** Checked on every change, not at the end of the step: a step may start a hundred thousand items. */
  #grow(by: number): void {
    this.#size += by;
    if (by > 0 && this.#size > maxDataSize) throw new TooMuchData();
  }

  #countStates(before: TaskState | undefined, after: TaskState): void {
    const openTasks = this.#execution.openTasks + isOpen(after) - (before === undefined ? 0 : isOpen(before));
    const waitingTasks =
      this.#execution.waitingTasks + isWaiting(after) - (before === undefined ? 0 : isWaiting(before));
    if (openTasks === this.#execution.openTasks && waitingTasks === this.#execution.waitingTasks) return;
    this.updateExecution({ openTasks, waitingTasks });
  }

  #known(id: string): TaskRecord {
    const task = this.task(id);
    if (task === undefined) throw new Error(`no task ${id} in execution ${this.#execution.id}`);
    return task;
  }

  #knownAction(id: string): ActionRecord {
    const action = this.action(id);
    if (action === undefined) throw new Error(`no action ${id} in execution ${this.#execution.id}`);
    return action;
  }
}

function holdsData(patch: object, fields: readonly string[]): boolean {
  return fields.some((field) => Object.hasOwn(patch, field));
}

function isOpen(state: TaskState): number {
  return hasTaskEnded(state) ? 0 : 1;
}

function isWaiting(state: TaskState): number {
  return state === 'WAITING' ? 1 : 0;
}

function append(index: Map<string, string[]>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, [id]);
  else ids.push(id);
}
