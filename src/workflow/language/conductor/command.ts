/**
 * What a conductor asks for: data, to be stored in one transaction with the changes of the same step and
 * carried out after it.
 */
import type { JsonObject } from '../../../domain/json.ts';
import type { EndState } from '../../../domain/workflow-records.ts';
import type { TimerKind } from './event.ts';
import type { WorkflowInfo } from './lookups.ts';

export type Command =
  /**
   * Run an action and answer with `action-ended` (an asynchronous one: when it is completed from outside).
   */
  | {
      readonly type: 'run-action';
      readonly actionId: string;
      readonly taskId: string;
      readonly taskName: string;
      /** A system action: ad-hoc actions are resolved to what they stand on. */
      readonly action: string;
      readonly input: JsonObject;
      readonly index: number;
      readonly attempt: number;
      /** An action that was running when the process died may be run again. */
      readonly safeRerun: boolean;
      /** Seconds that an attempt of the task may take; 0: no limit. The timer is set by its own command. */
      readonly timeout: number;
      readonly target: string | null;
    }
  /** Create a sub-workflow's execution with this id (`createSubExecution`), and give it `start`. */
  | {
      readonly type: 'start-sub-execution';
      readonly executionId: string;
      readonly taskId: string;
      readonly taskName: string;
      readonly workflow: WorkflowInfo;
      readonly input: JsonObject;
      readonly params: JsonObject;
      readonly index: number;
    }
  /** `due` in milliseconds since 1970. One timer of a kind for a task: a new one replaces the old. */
  | { readonly type: 'set-timer'; readonly taskId: string; readonly timer: TimerKind; readonly due: number }
  | { readonly type: 'clear-timer'; readonly taskId: string; readonly timer: TimerKind }
  /** Its result is no longer wanted: interrupt it if that is possible, and forget its answer. */
  | { readonly type: 'cancel-action'; readonly actionId: string }
  /** Events for sub-executions: `stop`, `pause`, `resume`. */
  | {
      readonly type: 'stop-sub-execution';
      readonly executionId: string;
      readonly state: EndState;
      readonly stateInfo: string | null;
    }
  | { readonly type: 'pause-sub-execution'; readonly executionId: string }
  | { readonly type: 'resume-sub-execution'; readonly executionId: string; readonly env: JsonObject }
  /**
   * The execution's state changed. Where there is a parent, it is told: an end with `sub-execution-ended`,
   * else `sub-execution-changed`.
   */
  | {
      readonly type: 'state-changed';
      readonly executionId: string;
      readonly state: 'RUNNING' | 'PAUSED' | EndState;
      readonly parentId: string | null;
    };
