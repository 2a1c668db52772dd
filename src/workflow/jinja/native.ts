/**
 * How filters, tests, methods and global functions are declared: the names of their parameters, the defaults,
 * and a function over plain values. Arguments are bound by position and name as Python does.
 */
import { itemsOf } from '../yaql/python/compare.ts';
import { EvaluationError } from '../yaql/python/errors.ts';
import type { Meter } from '../yaql/python/limits.ts';
import { isMapping, mapKeys } from '../yaql/python/mapping.ts';
import { isInt, numberOf } from '../yaql/python/numbers.ts';
import { characters, str } from '../yaql/python/text.ts';
import { type Value, pythonTypeName } from '../yaql/python/values.ts';
import { Blank, defined } from './undefined.ts';

export interface JinjaEnvironment {
  readonly meter: Meter;
  /** The value of `now()`, as ISO 8601 text. */
  readonly now: string | undefined;
  applyFilter(name: string, args: readonly Value[], named: ReadonlyMap<string, Value>): Value;
  applyTest(name: string, args: readonly Value[], named: ReadonlyMap<string, Value>): boolean;
}

/** A required parameter is given as its name; one with a default as a pair of name and default. */
export type JinjaParameter = string | readonly [string, Value];

export interface Native {
  readonly parameters: readonly JinjaParameter[];
  /** Accepts any number of further arguments, appended to those of the parameters. */
  readonly takesRest: boolean;
  readonly takesNamed: boolean;
  readonly run: (
    environment: JinjaEnvironment,
    args: readonly Value[],
    named: ReadonlyMap<string, Value>,
  ) => Value;
}

export function native(
  parameters: readonly JinjaParameter[],
  run: Native['run'],
  options: { readonly takesRest?: boolean; readonly takesNamed?: boolean } = {},
): Native {
  return { parameters, run, takesRest: options.takesRest ?? false, takesNamed: options.takesNamed ?? false };
}

/** @throws EvaluationError for a missing, an unknown or a surplus argument */
export function callNative(
  name: string,
  { parameters, takesRest, takesNamed, run }: Native,
  environment: JinjaEnvironment,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Value {
  const unused = new Map(named);
  const bound = parameters.map((parameter, index) => bindOne(name, parameter, args[index], unused));
  const surplus = args.slice(parameters.length);
  if (surplus.length > 0 && !takesRest) {
    throw new EvaluationError(`${name}() takes at most ${parameters.length} arguments, not ${args.length}`);
  }
  const [unknown] = unused.keys();
  if (unknown !== undefined && !takesNamed)
    throw new EvaluationError(`${name}() knows no argument "${unknown}"`);
  return run(environment, [...bound, ...surplus], unused);
}

function bindOne(
  name: string,
  parameter: JinjaParameter,
  positional: Value | undefined,
  unused: Map<string, Value>,
): Value {
  const [key, fallback] = typeof parameter === 'string' ? [parameter, undefined] : parameter;
  const byName = unused.get(key);
  unused.delete(key);
  if (positional !== undefined && byName !== undefined) {
    throw new EvaluationError(`${name}() is given "${key}" twice`);
  }
  const value = positional === undefined ? byName : positional;
  if (value !== undefined) return value;
  if (fallback === undefined) throw new EvaluationError(`${name}() misses its argument "${key}"`);
  return fallback;
}

export function asText(value: Value, what: string): string {
  if (typeof value === 'string') return value;
  throw new EvaluationError(`${what} must be a text, not a ${pythonTypeName(defined(value))}`);
}

export function asTextOrNull(value: Value, what: string): string | null {
  return value === null ? null : asText(value, what);
}

export function asInt(value: Value, what: string): number {
  if (isInt(value)) return value;
  if (typeof value === 'boolean') return Number(value);
  throw new EvaluationError(`${what} must be an int, not a ${pythonTypeName(defined(value))}`);
}

export function asNumber(value: Value, what: string): number {
  const number = numberOf(defined(value));
  if (number === undefined)
    throw new EvaluationError(`${what} must be a number, not a ${pythonTypeName(value)}`);
  return number;
}

/** Python's str(). @throws EvaluationError for an undefined value. */
export function strOf(value: Value, { meter }: JinjaEnvironment): string {
  if (value instanceof Blank) return '';
  return str(defined(value), meter);
}

/** The items of a `for` loop: items of lists, characters of texts, keys of dicts. */
export function iterate(value: Value, { meter }: JinjaEnvironment): Iterable<Value> {
  defined(value);
  if (typeof value === 'string') return characters(value, meter);
  if (isMapping(value)) return mapKeys(value, meter);
  const items = itemsOf(value);
  if (items === undefined) throw new EvaluationError(`'${pythonTypeName(value)}' object is not iterable`);
  return items;
}

/** The items as a list, each charged. */
export function listOf(value: Value, environment: JinjaEnvironment): Value[] {
  const list: Value[] = [];
  for (const item of iterate(value, environment)) {
    environment.meter.step();
    list.push(item);
  }
  environment.meter.collect(list.length);
  return list;
}
