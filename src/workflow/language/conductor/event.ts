/**
 * The events that the conductor handles. Every event carries the time in milliseconds since 1970, and may
 * carry a random `seed` from which `uuid()` in expressions is derived; a replay of an event carries the same
 * two. Without a seed those ids are unique but guessable.
 */
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { EndState, Wait } from '../../../domain/workflow-records.ts';

export type WorkflowEvent = { readonly now: number; readonly seed?: string } & (
  | { readonly type: 'start' }
  /** An action ended, or was completed through the API. */
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
  /** The API reports that an action that runs outside of Coppice was paused or resumed. */
  | {
      readonly type: 'action-changed';
      readonly actionId: string;
      readonly state: 'PAUSED' | 'RUNNING';
    }
  /** A timer that a command set is due. A timer that is no longer needed is ignored. */
  | { readonly type: 'timer'; readonly taskId: string; readonly timer: TimerKind; readonly due: number }
  | { readonly type: 'pause'; readonly stateInfo?: string | null }
  /** `env` is merged deeply into the environment. */
  | { readonly type: 'resume'; readonly env?: JsonObject }
  /** The same for an execution that is not running. */
  | { readonly type: 'change-env'; readonly env: JsonObject }
  /** Ends the execution by force. */
  | { readonly type: 'stop'; readonly state: EndState; readonly stateInfo: string | null }
  /** Takes the place of an event whose step would exceed a limit: the execution ends in ERROR. */
  | { readonly type: 'abandon'; readonly cause: string; readonly actionId?: string }
  /** Skips a failed task: on-skip decides what follows. */
  | { readonly type: 'skip'; readonly taskId: string; readonly env?: JsonObject }
  /** Runs a failed task again; without `reset` a with-items task repeats only the items that failed. */
  | { readonly type: 'rerun'; readonly taskId: string; readonly reset: boolean; readonly env?: JsonObject }
);

export type TimerKind = Wait['kind'] | 'timeout';
