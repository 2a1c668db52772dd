/** The text is no expression of its language; `offset` counts UTF-16 units from the start of the text. */
export class LanguageSyntaxError extends Error {
  override readonly name = 'LanguageSyntaxError';
  readonly offset: number | undefined;

  constructor(message: string, offset?: number) {
    super(message);
    this.offset = offset;
  }
}

/** An expression that is healthy formed has no value with these data. */
export class EvaluationError extends Error {
  override readonly name: string = 'EvaluationError';
}

/**
 * A bound of `Limits` was reached. Never taken for an ordinary error that a language may catch and go on
 * from.
 */
export class LimitError extends EvaluationError {
  override readonly name = 'LimitError';
}
