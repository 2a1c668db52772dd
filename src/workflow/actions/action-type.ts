/**
 * What a workflow's task can call, apart from other workflows: the `std.*` actions, and whatever is added to
 * the registry.
 *
 * An action is *decided* or *performed*. A decided one touches nothing outside: its ending follows from its
 * input alone (std.noop, std.echo, std.sleep), so the runner takes it within the step that started it and
 * keeps no work for it, only a timer where it ends later. A performed one reaches out (std.http): it runs
 * after the commit, at least once, possibly again after a crash. To add one: a file here, and a line in
 * `registry.ts`.
 */
import type { Json, JsonObject } from '../../domain/json.ts';

export interface ActionParameter {
  readonly name: string;
  readonly required: boolean;
  /** As shown in the API's `input`. */
  readonly default?: Json;
}

export interface ActionCall {
  /** The action execution's id: the same for a repeat after a crash, an idempotency key. */
  readonly id: string;
  readonly input: JsonObject;
  readonly workflowName: string;
  readonly executionId: string;
  readonly taskId: string;
}

export interface ActionEnding {
  readonly state: 'SUCCESS' | 'ERROR';
  readonly result: Json;
}

export type ActionOutcome =
  | ({ readonly kind: 'ended' } & ActionEnding)
  /** It ends by itself so many seconds after it was started. */
  | { readonly kind: 'after'; readonly seconds: number; readonly ending: ActionEnding }
  /** It is completed from outside. */
  | { readonly kind: 'later' };

interface Described {
  /** `std.echo` */
  readonly name: string;
  readonly description: string;
  /** undefined: takes anything. */
  readonly parameters: readonly ActionParameter[] | undefined;
}

export interface DecidedAction extends Described {
  decide(call: ActionCall): ActionOutcome;
}

export interface PerformedAction extends Described {
  /** May throw: the action has then failed, with Mistral's sentence for an action that raised. */
  perform(call: ActionCall, signal: AbortSignal): Promise<ActionOutcome>;
}

export type ActionType = DecidedAction | PerformedAction;

export function isDecided(action: ActionType): action is DecidedAction {
  return 'decide' in action;
}

export function succeeded(result: Json): ActionOutcome {
  return { kind: 'ended', state: 'SUCCESS', result };
}

export function failed(result: Json): ActionOutcome {
  return { kind: 'ended', state: 'ERROR', result };
}

/** Mistral's sentence for an action that raised an exception. */
export function raised(action: string, call: { readonly id: string }, message: string): ActionOutcome {
  return failed(
    `The action raised an exception [action=${action}, action_ex_id=${call.id}, msg='${message}']`,
  );
}

/** A parameter of a wrong type fails the action, not the engine. */
export function wrongParameter(
  action: string,
  call: ActionCall,
  parameter: string,
  expected: string,
): ActionOutcome {
  return raised(action, call, `${parameter}: expected ${expected}`);
}
