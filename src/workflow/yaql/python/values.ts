/**
 * The values that YAQL and Jinja compute with: JSON, plus the Python types that JSON lacks.
 *
 * JSON values are used in place, never copied. Everything else is a `PyObject`: whole-numbered floats, dicts
 * created by the expression, sets, lazy streams, moments. No other object of the process can be a value, and
 * no property of a host object is ever read by a name that comes from an expression: objects are read through
 * `mapping.ts` only.
 */
import type { JsonObject } from '../../../domain/json.ts';
import { EvaluationError } from './errors.ts';
import type { Meter } from './limits.ts';

export abstract class PyObject {
  /** Python's name of the type, as used in error messages. */
  abstract readonly typeName: string;

  /**
   * The key that identifies this value in a dict: equal values have equal keys; undefined: it cannot be a
   * key.
   */
  identity(_part: (item: Value) => string): string | undefined {
    return undefined;
  }
}

export type Value = null | boolean | number | string | readonly Value[] | JsonObject | PyObject;

/** A float with a whole value: 2.0. A bare number that is whole is an int, any other bare number a float. */
export class Float extends PyObject {
  readonly typeName = 'float';
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }
}

/** Python's tuple, which differs from a list in its text: `(1, 2)`. */
export class Tuple extends Array<Value> {}

export function tuple(items: Iterable<Value>): Tuple {
  const made = new Tuple();
  for (const item of items) made.push(item);
  return made;
}

/** A callable that an expression can hold: a function of the scope, a bound method, a macro. */
export class Callable extends PyObject {
  readonly typeName = 'function';
  readonly call: (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value;

  constructor(call: (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value) {
    super();
    this.call = call;
  }
}

/** A lazy sequence. Items are computed once, on first access, and kept, so that it can be read again. */
export class Stream extends PyObject implements Iterable<Value> {
  readonly typeName = 'iterator';
  readonly #cached: Value[] = [];
  readonly #meter: Meter;
  #source: Iterator<Value> | undefined;
  #running = false;

  constructor(source: Iterable<Value>, meter: Meter) {
    super();
    this.#source = source[Symbol.iterator]();
    this.#meter = meter;
  }

  *[Symbol.iterator](): Iterator<Value> {
    for (let index = 0; ; index++) {
      if (index >= this.#cached.length && !this.#advance()) return;
      yield this.#cached[index]!;
    }
  }

  #advance(): boolean {
    if (this.#source === undefined) return false;
    if (this.#running) throw new EvaluationError('a sequence is read while it computes its own next item');
    this.#running = true;
    try {
      this.#meter.step();
      const next = this.#source.next();
      if (next.done === true) this.#source = undefined;
      else this.#cached.push(next.value);
      return next.done !== true;
    } finally {
      this.#running = false;
    }
  }
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

export function isPlainObject(value: Value): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof PyObject);
}

export function pythonTypeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (value instanceof PyObject) return value.typeName;
  return isList(value) ? 'list' : 'dict';
}

/** The items repeatedly; the caller has charged them. */
export function repeated(items: readonly Value[], times: number): Value[] {
  return Array.from({ length: items.length * times }, (_, index) => items[index % items.length]!);
}
