import { EvaluationError } from '../yaql/python/errors.ts';
import { PyObject, type Value } from '../yaql/python/values.ts';

/**
 * The value of a missing name. It may be tested with `is defined`, and be given a default; any other use is
 * an error.
 */
export class Undefined extends PyObject {
  readonly typeName = 'undefined';
  readonly reason: string;

  constructor(reason: string) {
    super();
    this.reason = reason;
  }
}

/** The value of `x if false` without an else: not a strict undefined; it renders as an empty text. */
export class Blank extends Undefined {
  constructor() {
    super('the inline if-expression is false and has no else');
  }
}

/** @throws EvaluationError naming what is undefined */
export function defined(value: Value): Value {
  if (value instanceof Undefined) throw new EvaluationError(value.reason);
  return value;
}
