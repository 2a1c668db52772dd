/**
 * Commands of the conductor: data that is stored in one transaction with the changes of the step, and carried
 * out after the commit.
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
      /** A system action: ad-hoc actions are resolved to their base. */
      readonly action: string;
      readonly input: JsonObject;
      readonly index: number;
      readonly attempt: number;
      /** Whether the action may be run again if the process died while it was running. */
      readonly safeRerun: boolean;
      /**
       * Time limit for an attempt of the task, in seconds; 0: no limit. The timer is set by a separate
       * command.
       */
      readonly timeout: number;
      readonly target: string | null;
    }
  /** Create a sub-workflow's execution with this id (`createSubExecution`), and send it the event `start`. */
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
  /**
   * `due` in milliseconds since 1970. A task has at most one timer of each kind: a new one replaces the old
   * one.
   */
  | { readonly type: 'set-timer'; readonly taskId: string; readonly timer: TimerKind; readonly due: number }
  | { readonly type: 'clear-timer'; readonly taskId: string; readonly timer: TimerKind }
  /** The result is no longer needed: abort the action if possible, and ignore its result. */
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
   * The execution's state changed. If there is a parent, send it `sub-execution-ended` for an end, otherwise
   * `sub-execution-changed`.
   */
  | {
      readonly type: 'state-changed';
      readonly executionId: string;
      readonly state: 'RUNNING' | 'PAUSED' | EndState;
      readonly parentId: string | null;
    };
