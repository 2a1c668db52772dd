/**
 * What is kept of a running workflow, as plain JSON: one record for the execution, one for each task, one for
 * each action or sub-workflow that a task ran. A runner stores each in a row; records are replaced, never
 * changed in place, and a part that did not change is the same object as before (`===`), so that a large
 * context need not be written again with a small counter.
 *
 * Times are milliseconds since 1970, as the events carry them.
 */
import type { Json, JsonObject } from './json.ts';

/** Which end of a task a transition is for. */
export type ClauseName = 'on-success' | 'on-error' | 'on-complete' | 'on-skip';

/** Mistral's states of an execution. PAUSED is still running for one who waits. */
export type WorkflowState = 'IDLE' | 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';

export type TaskState =
  | 'IDLE'
  | 'WAITING'
  | 'RUNNING'
  | 'DELAYED'
  | 'PAUSED'
  | 'SUCCESS'
  | 'ERROR'
  | 'CANCELLED'
  | 'SKIPPED';
export type ActionState = 'RUNNING' | 'PAUSED' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
export type EndState = 'SUCCESS' | 'ERROR' | 'CANCELLED';
/** A failed task that an operator skips has ended in a fourth way. */
export type TaskEndState = EndState | 'SKIPPED';

export interface ExecutionRecord {
  readonly id: string;
  /** Full name of the workflow. */
  readonly workflow: string;
  readonly namespace: string;
  readonly description: string;
  /**
   * What started it as a sub-workflow; null for a root. This execution's id is also the action's id over
   * there.
   */
  readonly parent: { readonly executionId: string; readonly taskId: string; readonly index: number } | null;
  readonly rootId: string | null;
  readonly createdAt: number;
  /** With the defaults filled in. */
  readonly input: JsonObject;
  /** As requested, without `env`. */
  readonly params: JsonObject;
  /** `env()`: the root's, evaluated. */
  readonly env: JsonObject;
  readonly vars: JsonObject;

  readonly state: WorkflowState;
  readonly stateInfo: string | null;
  readonly output: JsonObject;
  /** Published globally. */
  readonly globals: JsonObject;
  readonly updatedAt: number;
  /** Number of the next task: tasks are numbered in the order of their creation. */
  readonly nextTask: number;
  /** How many tasks have not ended, and how many of those are joins that wait. */
  readonly openTasks: number;
  readonly waitingTasks: number;
  /** What a pause holds back, in order. */
  readonly backlog: readonly HeldCommand[];
}

export type HeldCommand =
  /** The transitions of a task that ended while paused are still to be decided. */
  | { readonly kind: 'transitions'; readonly taskId: string }
  /** A transition behind a `pause` command. */
  | { readonly kind: 'dispatch'; readonly dispatch: Dispatch };

/** A transition that was taken: start this task, or do this command. */
export interface Dispatch {
  readonly from: string;
  readonly clause: ClauseName;
  readonly target: string;
  readonly message: string | null;
}

export interface Trigger {
  readonly taskId: string;
  readonly event: ClauseName;
}

export interface TaskRecord {
  readonly id: string;
  readonly executionId: string;
  readonly number: number;
  readonly name: string;
  readonly type: 'ACTION' | 'WORKFLOW';
  readonly createdAt: number;

  /** Variables that the branch brought along; a join's are merged when it starts. */
  readonly context: JsonObject;
  /** The lists of with-items, by variable; null for another task, and before it runs. */
  readonly items: { readonly [variable: string]: readonly Json[] } | null;
  readonly policies: ResolvedPolicies | null;

  readonly state: TaskState;
  readonly stateInfo: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly updatedAt: number;
  /** The tasks that started it; of a join those that arrived so far. */
  readonly triggeredBy: readonly Trigger[];
  readonly published: JsonObject;
  /** Tasks that its end started. */
  readonly nextTasks: readonly (readonly [string, ClauseName])[];
  /** It ended and started no further task: its variables belong to the final context. */
  readonly endsBranch: boolean;
  readonly errorHandled: boolean;
  /** 1 for the first; a retry or a rerun begins another. */
  readonly attempt: number;
  /** Retries since the task was started, or run again from outside. */
  readonly retries: number;
  readonly wait: Wait | null;
  readonly timeoutAt: number | null;
  readonly progress: ItemsProgress | null;
}

export interface ResolvedPolicies {
  readonly retry: { readonly count: number; readonly delay: number } | null;
  /** Seconds; 0 is none. */
  readonly waitBefore: number;
  readonly waitAfter: number;
  readonly timeout: number;
  /** How many items at once; 0 is all. */
  readonly concurrency: number;
}

/** The task is held until a time. */
export interface Wait {
  readonly kind: 'wait-before' | 'wait-after' | 'retry';
  readonly until: number;
  /** The time came while the execution was paused. */
  readonly isDue: boolean;
  /** How the task ended, which wait-after holds back. */
  readonly end: { readonly state: EndState; readonly stateInfo: string | null } | null;
}

/** Counters of a with-items task's current attempt; the results stand in the actions' records. */
export interface ItemsProgress {
  readonly total: number;
  /** The items to run in this attempt, where it is not all of them (a rerun of the failed ones). */
  readonly only: readonly number[] | null;
  readonly started: number;
  readonly running: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** An action execution, or the place of a sub-workflow's execution in its parent. */
export interface ActionRecord {
  /** Of a sub-workflow: the id of its execution. */
  readonly id: string;
  readonly executionId: string;
  readonly taskId: string;
  readonly type: 'ACTION' | 'WORKFLOW';
  /** Full name of the action or workflow. */
  readonly name: string;
  /** An ad-hoc action: its result goes through its `output`. */
  readonly isAdhoc: boolean;
  readonly input: JsonObject;
  readonly index: number;
  readonly attempt: number;
  readonly createdAt: number;
  readonly state: ActionState;
  /** Its result counts for the task; false while it runs and for attempts that were thrown away. */
  readonly accepted: boolean;
  readonly result: Json;
  readonly updatedAt: number;
}

export function hasTaskEnded(state: TaskState): state is TaskEndState {
  return state === 'SUCCESS' || state === 'ERROR' || state === 'CANCELLED' || state === 'SKIPPED';
}

export function hasActionEnded(state: ActionState): state is EndState {
  return state === 'SUCCESS' || state === 'ERROR' || state === 'CANCELLED';
}
