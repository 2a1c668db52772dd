/**
 * The text is not a valid expression of its language; `offset` counts UTF-16 units from the start of the
 * text.
 */
export class LanguageSyntaxError extends Error {
  override readonly name = 'LanguageSyntaxError';
  readonly offset: number | undefined;

  constructor(message: string, offset?: number) {
    super(message);
    this.offset = offset;
  }
}

/** A well-formed expression cannot be evaluated with these data. */
export class EvaluationError extends Error {
  override readonly name: string = 'EvaluationError';
}

/**
 * A limit of `Limits` was exceeded. Not an ordinary error, so error handling within an expression must not
 * catch it.
 */
export class LimitError extends EvaluationError {
  override readonly name = 'LimitError';
}
