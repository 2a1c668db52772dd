/**
 * The interface of the actions that a workflow's tasks can call: `std.*`, and those added to the registry.
 *
 * An action is *pure* or *performed*. A pure one has no side effects: its outcome follows from its input
 * alone (std.noop, std.echo, std.sleep), so the runner evaluates it within the step that started it, and
 * stores only a timer if it ends later. A performed one has side effects (std.http): it runs after the
 * commit, at least once, possibly again after a crash. To add one: a file in this folder, and a line in
 * `registry.ts`.
 */
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Session } from '../../domain/session.ts';
import type { ParameterCheck } from './parameter-checks.ts';

export interface ActionParameter {
  readonly name: string;
  readonly required: boolean;
  /** As shown in `input` by the API. */
  readonly default?: Json;
  /** Absent: any value will do. */
  readonly check?: ParameterCheck;
}

export interface ActionCall {
  /**
   * The action execution's id; the same when the action is repeated after a crash, so it serves as an
   * idempotency key.
   */
  readonly id: string;
  readonly input: JsonObject;
  readonly workflowName: string;
  readonly executionId: string;
  readonly taskId: string;
  /**
   * For whom the action works: who started the execution. null: not known, of an execution from before that
   * was kept.
   */
  readonly session: Session | null;
}

export interface ActionEnding {
  readonly state: 'SUCCESS' | 'ERROR';
  readonly result: Json;
}

export type ActionOutcome =
  | ({ readonly kind: 'ended' } & ActionEnding)
  /** It ends this many seconds after it was started. */
  | { readonly kind: 'delayed'; readonly seconds: number; readonly ending: ActionEnding }
  /** It is completed from outside. */
  | { readonly kind: 'external' };

interface Described {
  /** `std.echo` */
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly ActionParameter[];
  /** Whether it takes any other parameter too. */
  readonly takesMore?: boolean;
}

export interface PureAction extends Described {
  evaluate(call: ActionCall): ActionOutcome;
}

export interface PerformedAction extends Described {
  /** May throw: the action then fails with Mistral's message for an action that raised an exception. */
  perform(call: ActionCall, signal: AbortSignal): Promise<ActionOutcome>;
}

export type ActionType = PureAction | PerformedAction;

export function isPure(action: ActionType): action is PureAction {
  return 'evaluate' in action;
}

export function succeeded(result: Json): ActionOutcome {
  return { kind: 'ended', state: 'SUCCESS', result };
}

export function failed(result: Json): ActionOutcome {
  return { kind: 'ended', state: 'ERROR', result };
}

/** Mistral's message for an action that raised an exception. */
export function raised(action: string, call: { readonly id: string }, message: string): ActionOutcome {
  return failed(
    `The action raised an exception [action=${action}, action_ex_id=${call.id}, msg='${message}']`,
  );
}

/** A parameter of the wrong type fails the action, not the execution. */
export function wrongParameter(
  action: string,
  call: ActionCall,
  parameter: string,
  problem: string,
): ActionOutcome {
  return raised(action, call, `${parameter}: ${problem}`);
}
