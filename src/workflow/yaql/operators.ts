/** YAQL's operators on values: which types they accept and what they return. */
import { compareTexts, holds, itemsOf, order } from './python/compare.ts';
import { EvaluationError } from './python/errors.ts';
import type { Meter } from './python/limits.ts';
import { Dict, isMapping, mapEntries, mapGet } from './python/mapping.ts';
import { arithmetic, isInt, isNumber, negate, numberOf, toFloat } from './python/numbers.ts';
import { noFlags, Pattern } from './python/regex.ts';
import { PySet } from './python/sets.ts';
import { repeatText } from './python/strings.ts';
import { repr } from './python/text.ts';
import { Moment, Span } from './python/time.ts';
import { isList, repeated, Stream, type Value, pythonTypeName } from './python/values.ts';
import { chained, mapped } from './streams.ts';
import { timeProperty } from './time-properties.ts';

function refuse(operator: string, left: Value, right: Value): never {
  throw new EvaluationError(
    `"${operator}" does not take a ${pythonTypeName(left)} and a ${pythonTypeName(right)}`,
  );
}

export function plus(left: Value, right: Value, meter: Meter): Value {
  if (isNumber(left) && isNumber(right)) return arithmetic('+', left, right);
  if (typeof left === 'string' && typeof right === 'string') return concatTexts(left, right, meter);
  if (isMapping(left) && isMapping(right))
    return new Dict(meter, [...mapEntries(left, meter), ...mapEntries(right, meter)]);
  if (left instanceof Moment && right instanceof Span) return left.plus(right);
  if (left instanceof Span && right instanceof Moment) return right.plus(left);
  if (left instanceof Span && right instanceof Span) return new Span(left.microseconds + right.microseconds);
  return concatIterables(left, right, meter) ?? refuse('+', left, right);
}

function concatTexts(left: string, right: string, meter: Meter): string {
  meter.produce(left.length + right.length);
  return left + right;
}

function concatIterables(left: Value, right: Value, meter: Meter): Value | undefined {
  if (isList(left) && isList(right)) {
    meter.collect(left.length + right.length);
    return [...left, ...right];
  }
  const [first, second] = [itemsOf(left), itemsOf(right)];
  if (first === undefined || second === undefined) return undefined;
  if (left instanceof PySet && right instanceof PySet) return new PySet([...left, ...right], meter);
  return new Stream(chained([first, second]), meter);
}

export function minus(left: Value, right: Value, meter: Meter): Value {
  if (isNumber(left) && isNumber(right)) return arithmetic('-', left, right);
  if (left instanceof Moment && right instanceof Span) return left.plus(new Span(-right.microseconds));
  if (left instanceof Moment && right instanceof Moment) return left.minus(right);
  if (left instanceof Span && right instanceof Span) return new Span(left.microseconds - right.microseconds);
  if (left instanceof PySet && right instanceof PySet) {
    return new PySet(
      [...left].filter((item) => !right.has(item)),
      meter,
    );
  }
  return refuse('-', left, right);
}

export function multiply(left: Value, right: Value, meter: Meter): Value {
  if (isNumber(left) && isNumber(right)) return arithmetic('*', left, right);
  const repeated = repeat(left, right, meter) ?? repeat(right, left, meter);
  return repeated ?? refuse('*', left, right);
}

function repeat(value: Value, count: Value, meter: Meter): Value | undefined {
  const number = isInt(count) || typeof count === 'boolean' ? Number(count) : undefined;
  if (value instanceof Span && isNumber(count)) return scaled(value, numberOf(count)!);
  if (number === undefined) return undefined;
  if (typeof value === 'string') return repeatText(value, number, meter);
  return isList(value) ? repeatList(value, number, meter) : undefined;
}

export function repeatList(list: readonly Value[], count: number, meter: Meter): readonly Value[] {
  const times = list.length === 0 ? 0 : Math.max(0, count);
  meter.collect(times * list.length);
  return repeated(list, times);
}

function scaled(span: Span, factor: number): Span {
  return new Span(Math.round(span.microseconds * factor));
}

/** Integers divide to an integer, rounded down. */
export function divide(left: Value, right: Value): Value {
  if (isInt(left) && isInt(right)) return arithmetic('//', left, right);
  if (isNumber(left) && isNumber(right)) return arithmetic('/', left, right);
  if (!(left instanceof Span)) return refuse('/', left, right);
  const divisor = right instanceof Span ? right.microseconds : isNumber(right) ? numberOf(right)! : undefined;
  if (divisor === undefined) return refuse('/', left, right);
  if (divisor === 0) throw new EvaluationError('division by zero');
  return right instanceof Span ? toFloat(left.microseconds / divisor) : scaled(left, 1 / divisor);
}

export function modulo(left: Value, right: Value): Value {
  if (isNumber(left) && isNumber(right)) return arithmetic('%', left, right);
  return refuse('mod', left, right);
}

export function negative(value: Value): Value {
  if (value instanceof Span) return new Span(-value.microseconds);
  if (isNumber(value)) return negate(value);
  throw new EvaluationError(`unary "-" does not take a ${pythonTypeName(value)}`);
}

export function positive(value: Value): Value {
  if (value instanceof Span || isNumber(value)) return value;
  throw new EvaluationError(`unary "+" does not take a ${pythonTypeName(value)}`);
}

export type ComparisonOperator = '<' | '<=' | '>' | '>=';

/** Null is less than everything else; otherwise both operands must be of the same kind. */
export function compare(operator: ComparisonOperator, left: Value, right: Value, meter: Meter): boolean {
  if (left instanceof PySet && right instanceof PySet) return compareSets(operator, left, right);
  const difference = comparison(operator, left, right, meter);
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
}

function comparison(operator: ComparisonOperator, left: Value, right: Value, meter: Meter): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  if (typeof left === 'string' && typeof right === 'string') {
    meter.scan(left);
    return compareTexts(left, right);
  }
  const isComparable =
    (isNumber(left) && isNumber(right)) ||
    (left instanceof Moment && right instanceof Moment) ||
    (left instanceof Span && right instanceof Span);
  return isComparable ? order(left, right, meter) : refuse(operator, left, right);
}

function compareSets(operator: ComparisonOperator, left: PySet, right: PySet): boolean {
  if (operator === '<' || operator === '<=') {
    return left.isSubsetOf(right) && (operator === '<=' || left.size < right.size);
  }
  return right.isSubsetOf(left) && (operator === '>=' || right.size < left.size);
}

export function isIn(value: Value, container: Value, meter: Meter): boolean {
  const items = itemsOf(container);
  if (items !== undefined) return holds(items, value, meter);
  if (typeof value !== 'string' || typeof container !== 'string') return refuse('in', value, container);
  meter.scan(container);
  return container.includes(value);
}

/** `=~`: whether the regex, a text or a compiled one, is found anywhere in the text. */
export function matches(value: Value, regex: Value, meter: Meter): boolean {
  if (typeof value !== 'string') return refuse('=~', value, regex);
  if (regex instanceof Pattern) return regex.test(value);
  if (typeof regex !== 'string') return refuse('=~', value, regex);
  return new Pattern(regex, noFlags, meter).test(value);
}

/** `receiver.name`: the key of a dict, the part of a moment, or that of every item of a collection. */
export function property(receiver: Value, name: string, meter: Meter): Value {
  if (isMapping(receiver)) {
    const value = mapGet(receiver, name);
    if (value === undefined) throw new EvaluationError(`there is no "${name}" here`);
    return value;
  }
  const items = itemsOf(receiver);
  if (items !== undefined)
    return new Stream(
      mapped(items, (item) => meter.nested(() => property(item, name, meter))),
      meter,
    );
  const part = timeProperty(receiver, name);
  if (part !== undefined) return part;
  throw new EvaluationError(`a ${pythonTypeName(receiver)} has no property "${name}"`);
}

/** `target[index]`, or for a dict `target[key, default]`. */
export function indexed(target: Value, args: readonly Value[], meter: Meter): Value {
  const [key = null, fallback] = args;
  if (isMapping(target) && (args.length === 1 || args.length === 2)) {
    const found = mapGet(target, key);
    const value = found === undefined ? fallback : found;
    if (value === undefined) throw new EvaluationError(`the dict has no key ${repr(key, meter)}`);
    return value;
  }
  if (isList(target) && args.length === 1 && (isInt(key) || typeof key === 'boolean')) {
    return listItem(target, Number(key));
  }
  throw new EvaluationError(
    `a ${pythonTypeName(target)} cannot be indexed by ${args.map(pythonTypeName).join(', ') || 'nothing'}`,
  );
}

export function listItem(list: readonly Value[], index: number): Value {
  const item = list.at(index);
  if (item === undefined)
    throw new EvaluationError(`index ${index} is out of range: the list has ${list.length} items`);
  return item;
}
