import { EvaluationError } from '../yaql/python/errors.ts';
import { PyObject, type Value } from '../yaql/python/values.ts';

/**
 * What an absent name gives. It may be asked whether it is defined, and be given a default; any other use is
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

/** What `x if false` without an else gives: no strict undefined, but nothing; it prints as nothing. */
export class Blank extends Undefined {
  constructor() {
    super('the inline if-expression is false and has no else');
  }
}

/** @throws EvaluationError saying what is undefined */
export function defined(value: Value): Value {
  if (value instanceof Undefined) throw new EvaluationError(value.reason);
  return value;
}
