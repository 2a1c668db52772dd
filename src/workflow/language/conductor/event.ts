/**
 * What a conductor is told. Every event carries the time, in milliseconds since 1970, and may carry a random
 * `seed` from which `uuid()` in expressions draws; a replay of the same event carries the same two. Without a
 * seed those ids are unique but guessable.
 */
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { EndState, Wait } from '../../../domain/workflow-records.ts';

export type WorkflowEvent = { readonly now: number; readonly seed?: string } & (
  | { readonly type: 'start' }
  /** An action ended, by itself or through the API. */
  | {
      readonly type: 'action-ended';
      readonly actionId: string;
      readonly state: EndState;
      readonly result: Json;
    }
  /** A sub-workflow's execution ended; `actionId` is its id. */
  | {
      readonly type: 'sub-execution-ended';
      readonly actionId: string;
      readonly state: EndState;
      readonly stateInfo: string | null;
      readonly output: JsonObject;
    }
  /** A sub-workflow's execution was paused, or runs again (resumed, or rerun after it had ended). */
  | {
      readonly type: 'sub-execution-changed';
      readonly actionId: string;
      readonly state: 'PAUSED' | 'RUNNING';
    }
  /** The API says that an action which runs elsewhere is held, or goes on. */
  | {
      readonly type: 'action-changed';
      readonly actionId: string;
      readonly state: 'PAUSED' | 'RUNNING';
    }
  /** A timer that a command set came due. A timer that is no longer awaited is ignored. */
  | { readonly type: 'timer'; readonly taskId: string; readonly timer: TimerKind; readonly due: number }
  | { readonly type: 'pause'; readonly stateInfo?: string | null }
  /** `env` is merged into the environment, deeply. */
  | { readonly type: 'resume'; readonly env?: JsonObject }
  /** The same, of an execution that does not run. */
  | { readonly type: 'change-env'; readonly env: JsonObject }
  /** Ends the execution by force. */
  | { readonly type: 'stop'; readonly state: EndState; readonly stateInfo: string | null }
  /** Leaves a failed task behind: what follows it is decided by on-skip. */
  | { readonly type: 'skip'; readonly taskId: string; readonly env?: JsonObject }
  /** Runs a failed task again; without `reset` a with-items task repeats only the items that failed. */
  | { readonly type: 'rerun'; readonly taskId: string; readonly reset: boolean; readonly env?: JsonObject }
);

export type TimerKind = Wait['kind'] | 'timeout';
