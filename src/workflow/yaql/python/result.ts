import type { Json } from '../../../domain/json.ts';
import { itemsOf } from './compare.ts';
import { EvaluationError } from './errors.ts';
import { checkDataDepth, type Meter } from './limits.ts';
import { Dict, Layers } from './mapping.ts';
import { ItemsView } from './sets.ts';
import { str } from './text.ts';
import { Moment, Span } from './time.ts';
import { Float, isList, isPlainObject, Tuple, type Value, pythonTypeName } from './values.ts';

/**
 * Converts a value to JSON: streams and sets become lists, moments ISO 8601 texts, keys of dicts texts. JSON
 * values are returned as they are, not copied.
 * @throws EvaluationError for values that JSON cannot represent: NaN, functions, regexes, unread variables
 */
export function toJson(value: Value, meter: Meter, depth = 0): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return finite(value);
  if (value instanceof Float) return finite(value.value);
  if (isPlainObject(value)) return value;
  checkDataDepth(depth);
  if (isList(value)) return listToJson(value, meter, depth);
  if (value instanceof Layers) return value.merged();
  if (value instanceof Dict) return dictToJson(value, meter, depth);
  if (value instanceof Moment) return value.toString('T');
  if (value instanceof Span) return value.toString();
  return iterableToJson(value, meter, depth);
}

function finite(number: number): number {
  if (Number.isFinite(number)) return number;
  throw new EvaluationError('the result is not a finite number');
}

function listToJson(items: readonly Value[], meter: Meter, depth: number): Json {
  meter.step(items.length);
  const converted = Array.from(items, (item) => toJson(item, meter, depth + 1));
  const isJson = !(items instanceof Tuple) && converted.every((item, index) => item === items[index]);
  return isJson ? (items as readonly Json[]) : converted;
}

function dictToJson(dict: Dict, meter: Meter, depth: number): Json {
  meter.step(dict.size);
  return Object.fromEntries(
    dict.entries().map(([key, item]) => [keyText(key, meter), toJson(item, meter, depth + 1)]),
  );
}

/** The text of a key as Python's json writes it: `true`, `null`, `1`. */
export function keyText(key: Value, meter: Meter): string {
  if (typeof key === 'string') return key;
  if (key === null || typeof key === 'boolean') return String(key);
  return str(key, meter);
}

function iterableToJson(value: Value, meter: Meter, depth: number): Json {
  if (value instanceof ItemsView && value.size > 0) {
    throw new EvaluationError("unhashable type: 'list' (items() must go through toList() or select())");
  }
  const items = itemsOf(value);
  if (items === undefined) throw new EvaluationError(`a ${pythonTypeName(value)} is no result`);
  const list: Json[] = [];
  for (const item of items) {
    meter.step();
    list.push(toJson(item, meter, depth + 1));
  }
  return list;
}
