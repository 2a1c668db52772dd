import type { Json } from '../../../domain/json.ts';

/**
 * What the checks of a definition need to know about actions; provided by the caller that owns the action
 * registry.
 */
export interface KnownActions {
  /** Why a definition must not call an action; undefined: it may call it. */
  refusal(name: string): string | undefined;
  /** Parameters of a built-in action; null: it accepts any; undefined: there is no such built-in action. */
  parametersOf(name: string): readonly KnownParameter[] | null | undefined;
  /** Names of the built-in actions. */
  readonly names: readonly string[];
}

export interface KnownParameter {
  readonly name: string;
  readonly required: boolean;
  /** What is wrong with a value, `expected ..., found ...`; undefined: nothing. */
  readonly check?: (value: Json) => string | undefined;
}

/** No action is built in and none is refused: only calls within the text are checked. */
export const noActions: KnownActions = {
  refusal: () => undefined,
  parametersOf: () => undefined,
  names: [],
};
