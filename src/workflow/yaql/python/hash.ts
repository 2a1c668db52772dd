import { EvaluationError } from './errors.ts';
import { checkDataDepth, type Meter } from './limits.ts';
import { Float, isList, PyObject, type Value, pythonTypeName } from './values.ts';

export type HashKey = string | number | null;

/**
 * The key under which a dict or a set keeps a value: equal values have equal keys, as in Python, where 1, 1.0
 * and True are one key. Lists and dicts are keys by their content. The key of a text is the text; composed
 * keys begin with NUL, and so do the keys of texts that begin with NUL.
 * @throws EvaluationError for a value that cannot be a key
 */
export function hashKey(value: Value, meter: Meter, depth = 0): HashKey {
  if (typeof value === 'string') return value.startsWith('\0') ? `\0s${value}` : value;
  if (typeof value === 'number' || value === null) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Float) return value.value;
  return `\0${composedKey(value, meter, depth)}`;
}

function composedKey(
  value: Exclude<Value, string | number | boolean | null>,
  meter: Meter,
  depth: number,
): string {
  checkDataDepth(depth);
  const part = (item: Value): string => {
    meter.step();
    const key = hashKey(item, meter, depth + 1);
    return meter.made(typeof key === 'string' ? JSON.stringify(key) : String(key));
  };
  if (isList(value)) return `l${value.map(part).join(',')}`;
  if (!(value instanceof PyObject)) return pairsIdentity(Object.entries(value), part);
  const identity = value.identity(part);
  if (identity === undefined) throw new EvaluationError(`unhashable type: '${pythonTypeName(value)}'`);
  return identity;
}

/** The identity of a dict, whatever the order of its entries. */
export function pairsIdentity(
  entries: readonly (readonly [Value, Value])[],
  part: (item: Value) => string,
): string {
  return `d${entries
    .map(([key, value]) => `${part(key)}:${part(value)}`)
    .sort()
    .join(',')}`;
}
