import { any, type FunctionDefinition, fn, number } from '../function.ts';
import { truth } from '../python/compare.ts';
import { EvaluationError } from '../python/errors.ts';
import { isMapping } from '../python/mapping.ts';
import {
  isInt,
  isNumber,
  numberOf,
  parseFloatText,
  parseInteger,
  toFloat,
  toInt,
} from '../python/numbers.ts';
import { itemsOf } from '../python/compare.ts';
import type { Meter } from '../python/limits.ts';
import { Pattern } from '../python/regex.ts';
import { PySet } from '../python/sets.ts';
import { str } from '../python/text.ts';
import { Moment, Span } from '../python/time.ts';
import { isList, type Value, pythonTypeName } from '../python/values.ts';

/** YAQL's own text of a value: `null`, `true`, else Python's, with sequences as tuples. */
export function yaqlText(value: Value, meter: Meter): string {
  if (value === null || typeof value === 'boolean') return String(value);
  return str(value, meter, 'tuple');
}

function integerOf(value: Value): Value {
  if (value === null) return 0;
  const found = typeof value === 'string' ? parseInteger(value) : numberOf(value);
  if (found === undefined || !Number.isFinite(found)) throw notConvertible('int', value);
  return toInt(Math.trunc(found));
}

function floatOf(value: Value): Value {
  if (value === null) return toFloat(0);
  const found = typeof value === 'string' ? parseFloatText(value) : numberOf(value);
  if (found === undefined) throw notConvertible('float', value);
  return toFloat(found);
}

function notConvertible(type: string, value: Value): EvaluationError {
  return new EvaluationError(`${type}() cannot read this ${pythonTypeName(value)}`);
}

/** Conversions and type checks. */
export const conversions: readonly FunctionDefinition[] = [
  fn('int', [any('value')], (_call, value) => integerOf(value)),
  fn('float', [any('value')], (_call, value) => floatOf(value)),
  fn('bool', [any('value')], (_call, value) => truth(value)),
  fn('str', [any('value')], (call, value) => yaqlText(value, call.meter)),
  fn('hex', [number('num')], (_call, value) => {
    if (!isInt(value)) throw new EvaluationError('hex() takes an int');
    return `${value < 0 ? '-' : ''}0x${Math.abs(value).toString(16)}`;
  }),

  fn('isBoolean', [any('value')], (_call, value) => typeof value === 'boolean'),
  fn('isInteger', [any('value')], (_call, value) => isInt(value)),
  fn('isNumber', [any('value')], (_call, value) => isNumber(value)),
  fn('isString', [any('arg')], (_call, value) => typeof value === 'string'),
  fn('isList', [any('arg')], (_call, value) => isList(value)),
  fn('isDict', [any('arg')], (_call, value) => isMapping(value)),
  fn('isSet', [any('arg')], (_call, value) => value instanceof PySet),
  fn('isIterable', [any('value')], (_call, value) => itemsOf(value) !== undefined),
  fn('isRegex', [any('value')], (_call, value) => value instanceof Pattern),
  fn('isDatetime', [any('value')], (_call, value) => value instanceof Moment),
  fn('isTimespan', [any('value')], (_call, value) => value instanceof Span),
];
