/** Python's operators as templates use them. */
import { equal, holds, itemsOf, order } from '../yaql/python/compare.ts';
import { EvaluationError } from '../yaql/python/errors.ts';
import { printf } from '../yaql/python/format.ts';
import type { Meter } from '../yaql/python/limits.ts';
import { isMapping, mapGet } from '../yaql/python/mapping.ts';
import { arithmetic, isInt, negate, numberOf, unsupportedOperands } from '../yaql/python/numbers.ts';
import { repeatText } from '../yaql/python/strings.ts';
import { isList, repeated, Tuple, tuple, type Value, pythonTypeName } from '../yaql/python/values.ts';
import type { ArithmeticSign, ComparisonSign } from './ast.ts';
import { defined } from './undefined.ts';

/** @throws EvaluationError for types that Python does not combine */
export function calculate(sign: ArithmeticSign, left: Value, right: Value, meter: Meter): Value {
  defined(left);
  defined(right);
  if (numberOf(left) !== undefined && numberOf(right) !== undefined) return arithmetic(sign, left, right);
  if (sign === '+') return concatenate(left, right, meter);
  if (sign === '*')
    return repeat(left, right, meter) ?? repeat(right, left, meter) ?? fail(sign, left, right);
  if (sign === '%' && typeof left === 'string') return printf(left, right, meter);
  return fail(sign, left, right);
}

function fail(sign: string, left: Value, right: Value): never {
  throw unsupportedOperands(sign, left, right);
}

function concatenate(left: Value, right: Value, meter: Meter): Value {
  if (typeof left === 'string' && typeof right === 'string') {
    meter.produce(left.length + right.length);
    return left + right;
  }
  const areAlike = isList(left) && isList(right) && left instanceof Tuple === right instanceof Tuple;
  if (!areAlike) return fail('+', left, right);
  meter.collect(left.length + right.length);
  meter.step((left.length + right.length) >> 4);
  return left instanceof Tuple ? tuple([...left, ...right]) : [...left, ...right];
}

function repeat(value: Value, count: Value, meter: Meter): Value | undefined {
  if (!isInt(count) && typeof count !== 'boolean') return undefined;
  if (typeof value === 'string') return repeatText(value, Number(count), meter);
  if (!isList(value)) return undefined;
  const times = value.length === 0 ? 0 : Math.max(0, Number(count));
  meter.collect(times * value.length);
  const items = repeated(value, times);
  return value instanceof Tuple ? tuple(items) : items;
}

export function signed(sign: '+' | '-', value: Value): Value {
  if (numberOf(defined(value)) === undefined) {
    throw new EvaluationError(`bad operand type for unary ${sign}: '${pythonTypeName(value)}'`);
  }
  return sign === '-' ? negate(value) : typeof value === 'boolean' ? Number(value) : value;
}

export function compare(sign: ComparisonSign, left: Value, right: Value, meter: Meter): boolean {
  defined(left);
  defined(right);
  switch (sign) {
    case '==':
      return equal(left, right, meter);
    case '!=':
      return !equal(left, right, meter);
    case '<':
      return order(left, right, meter, sign) < 0;
    case '<=':
      return order(left, right, meter, sign) <= 0;
    case '>':
      return order(left, right, meter, sign) > 0;
    case '>=':
      return order(left, right, meter, sign) >= 0;
    case 'in':
      return isIn(left, right, meter);
    case 'not in':
      return !isIn(left, right, meter);
  }
}

export function isIn(value: Value, container: Value, meter: Meter): boolean {
  if (isMapping(container)) return mapGet(container, value) !== undefined;
  if (typeof container === 'string') {
    if (typeof value !== 'string')
      throw new EvaluationError(`a ${pythonTypeName(value)} cannot be in a text`);
    meter.scan(container);
    return container.includes(value);
  }
  const items = itemsOf(container);
  if (items === undefined)
    throw new EvaluationError(`argument of type '${pythonTypeName(container)}' is not iterable`);
  return holds(items, value, meter);
}
