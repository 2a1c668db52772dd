/**
 * Evaluates `a.b` and `a[b]`. Names access entries of the data and the listed methods of texts, lists and
 * dicts, and nothing else: no constructor, no prototype, no names with underscores.
 */
import type { Value } from '../yaql/python/values.ts';
import { Callable, isList, PyObject, Tuple, pythonTypeName } from '../yaql/python/values.ts';
import { EvaluationError } from '../yaql/python/errors.ts';
import { isMapping, mapGet } from '../yaql/python/mapping.ts';
import { isInt } from '../yaql/python/numbers.ts';
import { characters, repr } from '../yaql/python/text.ts';
import { methodsOf } from './methods.ts';
import { asInt, callNative, type JinjaEnvironment } from './native.ts';
import { defined, Undefined } from './undefined.ts';

/** Objects of templates that have attributes of their own: `loop`, namespaces, groups. */
export abstract class Attributed extends PyObject {
  abstract attribute(name: string): Value | undefined;
}

/** A pair of groupby: `group[0]`, `group.grouper`, `group.list`. */
export class Group extends Tuple {}

/** `target.name`: an own attribute or a method, else the key of a dict, as Jinja looks them up. */
export function attribute(target: Value, name: string, environment: JinjaEnvironment): Value {
  defined(target);
  const own = ownAttribute(target, name) ?? boundMethod(target, name, environment);
  if (own !== undefined) return own;
  const value = isMapping(target) ? mapGet(target, name) : undefined;
  return value === undefined ? absent(target, name) : value;
}

function ownAttribute(target: Value, name: string): Value | undefined {
  if (target instanceof Attributed) return target.attribute(name);
  if (!(target instanceof Group)) return undefined;
  return name === 'grouper' ? target[0] : name === 'list' ? target[1] : undefined;
}

function boundMethod(target: Value, name: string, environment: JinjaEnvironment): Callable | undefined {
  const found = methodsOf(target)?.get(name);
  if (found === undefined) return undefined;
  return new Callable((args, named) => callNative(name, found, environment, [target, ...args], named));
}

function absent(target: Value, name: string): Undefined {
  return new Undefined(`'${pythonTypeName(target)} object' has no attribute '${name}'`);
}

/** `target[key]`: an entry or item; else, for a text key, the attribute. */
export function item(target: Value, key: Value, environment: JinjaEnvironment): Value {
  defined(target);
  defined(key);
  const value = entry(target, key, environment);
  if (value !== undefined) return value;
  if (typeof key === 'string') return attribute(target, key, environment);
  return new Undefined(`'${pythonTypeName(target)} object' has no element ${repr(key, environment.meter)}`);
}

function entry(target: Value, key: Value, { meter }: JinjaEnvironment): Value | undefined {
  if (isMapping(target)) return mapGet(target, key);
  if (!isInt(key) && typeof key !== 'boolean') return undefined;
  if (isList(target)) return target.at(Number(key));
  return typeof target === 'string' ? characters(target, meter).at(Number(key)) : undefined;
}

/** `target[start:stop:step]` with Python's rules for omitted and negative bounds. */
export function slice(
  target: Value,
  bounds: { readonly start: Value; readonly stop: Value; readonly step: Value },
  { meter }: JinjaEnvironment,
): Value {
  const isText = typeof defined(target) === 'string';
  const items = isText ? characters(target as string, meter) : target;
  if (!isList(items)) throw new EvaluationError(`a ${pythonTypeName(target)} cannot be sliced`);
  const step = bounds.step === null ? 1 : asInt(bounds.step, 'the step of a slice');
  if (step === 0) throw new EvaluationError('slice step cannot be zero');
  const picked = sliceIndices(items.length, bounds.start, bounds.stop, step).map((index) => items[index]!);
  meter.step(picked.length);
  meter.collect(picked.length);
  return isText ? (picked as string[]).join('') : picked;
}

function sliceIndices(length: number, start: Value, stop: Value, step: number): number[] {
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (value: Value, fallback: number): number => {
    if (value === null) return fallback;
    const index = asInt(value, 'the bound of a slice');
    return Math.min(most, Math.max(least, index < 0 ? index + length : index));
  };
  const indices: number[] = [];
  const end = clamp(stop, step > 0 ? most : least);
  for (
    let index = clamp(start, step > 0 ? least : most);
    step > 0 ? index < end : index > end;
    index += step
  ) {
    indices.push(index);
  }
  return indices;
}
