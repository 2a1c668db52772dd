/** What a definition's check knows of the actions that tasks may call; given by the owner of the actions. */
export interface KnownActions {
  /** Why a definition must not call an action; undefined: it may. */
  refusal(name: string): string | undefined;
  /**
   * Of an action that is always there; null: it takes anything. undefined: there is no such built-in action.
   */
  parametersOf(name: string): readonly KnownParameter[] | null | undefined;
  /** Of the built-in actions. */
  readonly names: readonly string[];
}

export interface KnownParameter {
  readonly name: string;
  readonly required: boolean;
}

/** Nothing is built in, and nothing is refused: only what the text says of itself is checked. */
export const noActions: KnownActions = {
  refusal: () => undefined,
  parametersOf: () => undefined,
  names: [],
};
