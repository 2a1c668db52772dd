import { EvaluationError } from './errors.ts';
import { checkDataDepth, type Meter } from './limits.ts';
import { isEmptyMapping, isMapping, mapEntries, mapGet, type Mapping, mapSize } from './mapping.ts';
import { numberOf } from './numbers.ts';
import { PySet } from './sets.ts';
import { Moment, Span } from './time.ts';
import { isList, Stream, type Value, pythonTypeName } from './values.ts';

/** Python's truth: None, False, zero, and empty texts, lists, dicts and sets are false; all else is true. */
export function truth(value: Value): boolean {
  const number = numberOf(value);
  if (number !== undefined) return number !== 0;
  if (value === null || typeof value === 'string') return Boolean(value);
  if (isList(value)) return value.length > 0;
  if (isMapping(value)) return !isEmptyMapping(value);
  if (value instanceof PySet) return value.size > 0;
  return !(value instanceof Span && value.microseconds === 0);
}

/** Python's ==: by value and deep; 1, 1.0 and True are equal. */
export function equal(left: Value, right: Value, meter: Meter, depth = 0): boolean {
  meter.step();
  if (left === right) return !Number.isNaN(left);
  if (typeof left === 'string' || typeof right === 'string') return false;
  const number = numberOf(left);
  if (number !== undefined) return number === numberOf(right);
  if (left === null || right === null) return false;
  return equalContent(left, right, meter, depth);
}

function equalContent(left: Value, right: Value, meter: Meter, depth: number): boolean {
  checkDataDepth(depth);
  if (isList(left)) {
    if (!isList(right) || left.length !== right.length) return false;
    return left.every((item, index) => equal(item, right[index]!, meter, depth + 1));
  }
  if (isMapping(left)) return isMapping(right) && equalMappings(left, right, meter, depth);
  if (left instanceof PySet) {
    return right instanceof PySet && left.size === right.size && left.isSubsetOf(right);
  }
  if (left instanceof Moment) return right instanceof Moment && left.compare(right) === 0;
  return left instanceof Span && right instanceof Span && left.microseconds === right.microseconds;
}

function equalMappings(left: Mapping, right: Mapping, meter: Meter, depth: number): boolean {
  if (mapSize(left, meter) !== mapSize(right, meter)) return false;
  return mapEntries(left, meter).every(([key, value]) => {
    const other = mapGet(right, key);
    return other !== undefined && equal(value, other, meter, depth + 1);
  });
}

/** Texts compare by code points, as in Python; JavaScript's own comparison differs beyond U+FFFF. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  let index = 0;
  while (index < length && left.charCodeAt(index) === right.charCodeAt(index)) index++;
  if (index === length) return left.length - right.length;
  return rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
}

/** Puts the halves of characters beyond U+FFFF after all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * Negative, zero or positive as left is less than, equal to or greater than right; NaN when neither.
 * @throws EvaluationError when Python's < is not defined between them
 */
export function order(left: Value, right: Value, meter: Meter, operator = '<', depth = 0): number {
  meter.step();
  if (typeof left === 'string' && typeof right === 'string') {
    meter.scan(left);
    return compareTexts(left, right);
  }
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return a === b ? 0 : a - b;
  if (left instanceof Moment && right instanceof Moment) return left.compare(right);
  if (left instanceof Span && right instanceof Span) return left.microseconds - right.microseconds;
  if (isList(left) && isList(right)) return orderLists(left, right, meter, operator, depth);
  const types = `'${pythonTypeName(left)}' and '${pythonTypeName(right)}'`;
  throw new EvaluationError(`'${operator}' not supported between instances of ${types}`);
}

function orderLists(
  left: readonly Value[],
  right: readonly Value[],
  meter: Meter,
  operator: string,
  depth: number,
): number {
  checkDataDepth(depth);
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [left[index]!, right[index]!];
    if (!equal(a, b, meter, depth + 1)) return order(a, b, meter, operator, depth + 1);
  }
  return left.length - right.length;
}

/**
 * The items of what Python would iterate in a `for`, apart from texts and dicts; undefined for anything else.
 */
export function itemsOf(value: Value): Iterable<Value> | undefined {
  if (isList(value) || value instanceof PySet || value instanceof Stream) return value;
  return undefined;
}

/** Whether an iterable holds a value equal to this one. */
export function holds(items: Iterable<Value>, value: Value, meter: Meter): boolean {
  if (items instanceof PySet) return items.has(value);
  for (const item of items) if (equal(item, value, meter)) return true;
  return false;
}
