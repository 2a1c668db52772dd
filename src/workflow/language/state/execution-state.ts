/**
 * The records of one execution in memory, with the indexes that a step needs. A runner builds it from rows,
 * passes it to `conduct` (which does not modify it), commits the resulting changes, and then applies them
 * here, or drops the state and loads it again for the next event: an idle execution needs no memory.
 */
import { actionSize, executionSize, taskSize } from './data-size.ts';
import type { ActionRecord, ExecutionRecord, TaskRecord } from '../../../domain/workflow-records.ts';
import { hasTaskEnded } from '../../../domain/workflow-records.ts';

/**
 * The records that one step created or changed: they are written in one transaction with the step's commands.
 */
export interface Changes {
  /** undefined: the execution's record is unchanged. */
  readonly execution: ExecutionRecord | undefined;
  readonly tasks: readonly TaskRecord[];
  readonly actions: readonly ActionRecord[];
}

export class ExecutionState {
  #execution: ExecutionRecord;
  readonly #tasks = new Map<string, TaskRecord>();
  readonly #tasksByName = new Map<string, string[]>();
  readonly #openTasks = new Set<string>();
  readonly #actions = new Map<string, ActionRecord>();
  readonly #actionsByTask = new Map<string, string[]>();
  /**
   * A task that was retried a thousand times has one accepted action: indexed, so that the others are not
   * searched.
   */
  readonly #acceptedByTask = new Map<string, Set<string>>();
  #size = 0;

  /** Tasks in the order of their numbers; actions in any order. */
  constructor(
    execution: ExecutionRecord,
    tasks: Iterable<TaskRecord> = [],
    actions: Iterable<ActionRecord> = [],
  ) {
    this.#execution = execution;
    this.#size = executionSize(execution);
    for (const task of tasks) this.#putTask(task);
    for (const action of actions) this.#putAction(action);
  }

  get execution(): ExecutionRecord {
    return this.#execution;
  }

  get tasks(): Iterable<TaskRecord> {
    return this.#tasks.values();
  }

  get actions(): Iterable<ActionRecord> {
    return this.#actions.values();
  }

  get openTaskIds(): ReadonlySet<string> {
    return this.#openTasks;
  }

  /** The size of all its data: see `data-size.ts`. */
  get size(): number {
    return this.#size;
  }

  task(id: string): TaskRecord | undefined {
    return this.#tasks.get(id);
  }

  /** In the order of their creation. */
  taskIdsNamed(name: string): readonly string[] {
    return this.#tasksByName.get(name) ?? [];
  }

  action(id: string): ActionRecord | undefined {
    return this.#actions.get(id);
  }

  actionIdsOf(taskId: string): readonly string[] {
    return this.#actionsByTask.get(taskId) ?? [];
  }

  /** Actions whose results count. */
  acceptedActionIdsOf(taskId: string): ReadonlySet<string> {
    return this.#acceptedByTask.get(taskId) ?? none;
  }

  /** Call after the step was committed. */
  apply(changes: Changes): void {
    if (changes.execution !== undefined) this.#putExecution(changes.execution);
    for (const task of changes.tasks) this.#putTask(task);
    for (const action of changes.actions) this.#putAction(action);
  }

  #putExecution(execution: ExecutionRecord): void {
    this.#size += executionSize(execution) - executionSize(this.#execution);
    this.#execution = execution;
  }

  #putTask(task: TaskRecord): void {
    const before = this.#tasks.get(task.id);
    this.#size += taskSize(task) - (before === undefined ? 0 : taskSize(before));
    if (before === undefined) append(this.#tasksByName, task.name, task.id);
    this.#tasks.set(task.id, task);
    if (hasTaskEnded(task.state)) this.#openTasks.delete(task.id);
    else this.#openTasks.add(task.id);
  }

  #putAction(action: ActionRecord): void {
    const before = this.#actions.get(action.id);
    this.#size += actionSize(action) - (before === undefined ? 0 : actionSize(before));
    if (before === undefined) append(this.#actionsByTask, action.taskId, action.id);
    this.#actions.set(action.id, action);
    const accepted = this.#acceptedByTask.get(action.taskId);
    if (!action.accepted) accepted?.delete(action.id);
    else if (accepted === undefined) this.#acceptedByTask.set(action.taskId, new Set([action.id]));
    else accepted.add(action.id);
  }
}

const none: ReadonlySet<string> = new Set();

function append(index: Map<string, string[]>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, [id]);
  else ids.push(id);
}
