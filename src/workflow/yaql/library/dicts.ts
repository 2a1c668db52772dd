import {
  any,
  type FunctionDefinition,
  extension,
  fn,
  integer,
  iterable,
  lambda,
  type Lambda,
  mapping,
  method,
  optional,
  rest,
  type Rule,
  rule,
} from '../function.ts';
import { equal, itemsOf } from '../python/compare.ts';
import { EvaluationError } from '../python/errors.ts';
import { checkDataDepth, type Meter } from '../python/limits.ts';
import { Dict, isMapping, mapEntries, mapGet, mapKeys, type Mapping, mapSize } from '../python/mapping.ts';
import { ItemsView, PySet } from '../python/sets.ts';
import { isList, Stream, tuple, type Value, pythonTypeName } from '../python/values.ts';
import { distinct } from './queries.ts';

function fromRules(rules: readonly Rule[]): (readonly [Value, Value])[] {
  return rules.map((each) => [each.source(), each.destination()] as const);
}

function pairOf(value: Value): readonly [Value, Value] {
  const items = typeof value === 'string' ? Array.from(value) : itemsOf(value);
  const [key, item] = items ?? [];
  if (key !== undefined && item !== undefined) return [key, item];
  throw new EvaluationError(`dict() takes pairs of key and value, not a ${pythonTypeName(value)}`);
}

function without(map: Mapping, keys: Iterable<Value>, meter: Meter): Dict {
  const copy = new Dict(meter, mapEntries(map, meter));
  for (const key of keys) copy.delete(key);
  return copy;
}

interface Merge {
  readonly lists: (left: readonly Value[], right: readonly Value[]) => Value;
  readonly items: (left: Value, right: Value) => Value;
  readonly meter: Meter;
}

/** Zero levels means unlimited. */
function mergeDicts(left: Mapping, right: Mapping, levels: number, merge: Merge, depth = 0): Dict {
  checkDataDepth(depth);
  const result = new Dict(merge.meter, mapEntries(left, merge.meter));
  for (const [key, value] of mapEntries(right, merge.meter)) {
    const old = mapGet(left, key);
    result.set(key, old === undefined ? value : mergeValues(old, value, levels, merge, depth));
  }
  return result;
}

function mergeValues(old: Value, value: Value, levels: number, merge: Merge, depth: number): Value {
  if (levels !== 1 && isMapping(value)) {
    if (!isMapping(old)) throw cannotMerge(old, value);
    return mergeDicts(old, value, levels === 0 ? 0 : levels - 1, merge, depth + 1);
  }
  if (levels !== 1 && isList(value)) {
    if (!isList(old)) throw cannotMerge(old, value);
    return merge.lists(old, value);
  }
  return merge.items(old, value);
}

function cannotMerge(left: Value, right: Value): EvaluationError {
  return new EvaluationError(`cannot merge a ${pythonTypeName(left)} with a ${pythonTypeName(right)}`);
}

function merging(lists: Lambda | undefined, items: Lambda | undefined, meter: Meter): Merge {
  return {
    lists: lists ?? ((left, right) => [...distinct([...left, ...right], undefined, meter)]),
    items: items ?? ((_left, right) => right),
    meter,
  };
}

/** Functions and methods of dicts; none changes its receiver. */
export const dicts: readonly FunctionDefinition[] = [
  fn('dict', [rest(rule('args'))], (call, rules) => new Dict(call.meter, fromRules(rules))),
  fn('dict', [iterable('items')], (call, items) => {
    const dict = new Dict(call.meter);
    for (const item of items) dict.set(...pairOf(item));
    return dict;
  }),
  method(
    'toDict',
    [iterable('collection'), lambda('keySelector'), optional(lambda('valueSelector'))],
    (call, items, key, value) => {
      const dict = new Dict(call.meter);
      for (const item of items) dict.set(key(item), value === undefined ? item : value(item));
      return dict;
    },
  ),

  method(
    'get',
    [mapping('dict'), any('key'), optional(any('default'), null)],
    (_call, dict, key, fallback) => {
      const value = mapGet(dict, key);
      return value === undefined ? fallback : value;
    },
  ),
  method('set', [mapping('dict'), any('key'), any('value')], (call, dict, key, value) => {
    return new Dict(call.meter, [...mapEntries(dict, call.meter), [key, value]]);
  }),
  method('set', [mapping('dict'), mapping('replacements')], (call, dict, replacements) => {
    return new Dict(call.meter, [...mapEntries(dict, call.meter), ...mapEntries(replacements, call.meter)]);
  }),
  method('set', [mapping('dict'), rest(rule('args'))], (call, dict, rules) => {
    return new Dict(call.meter, [...mapEntries(dict, call.meter), ...fromRules(rules)]);
  }),
  method('delete', [mapping('dict'), rest(any('keys'))], (call, dict, keys) =>
    without(dict, keys, call.meter),
  ),
  method('deleteAll', [mapping('dict'), iterable('keys')], (call, dict, keys) =>
    without(dict, keys, call.meter),
  ),

  extension('len', [mapping('dict')], (call, dict) => mapSize(dict, call.meter)),
  method('keys', [mapping('dict')], (call, dict) => new PySet(mapKeys(dict, call.meter), call.meter)),
  method('values', [mapping('dict')], (call, dict) => {
    return new Stream(
      mapEntries(dict, call.meter).map(([, value]) => value),
      call.meter,
    );
  }),
  method('items', [mapping('dict')], (call, dict) => {
    return new ItemsView(
      mapEntries(dict, call.meter).map((entry) => tuple(entry)),
      call.meter,
    );
  }),
  method('containsKey', [mapping('dict'), any('key')], (_call, dict, key) => mapGet(dict, key) !== undefined),
  method('containsValue', [mapping('dict'), any('value')], (call, dict, value) => {
    return mapEntries(dict, call.meter).some(([, item]) => equal(item, value, call.meter));
  }),

  method(
    'mergeWith',
    [
      mapping('dict'),
      mapping('another'),
      optional(lambda('listMerger')),
      optional(lambda('itemMerger')),
      optional(integer('maxLevels'), 0),
    ],
    (call, dict, another, lists, items, levels) =>
      mergeDicts(dict, another, levels, merging(lists, items, call.meter)),
  ),
];
