import {
  any,
  type FunctionDefinition,
  extension,
  integer,
  iterable,
  lambda,
  type Lambda,
  method,
  optional,
  rest,
} from '../function.ts';
import { plus } from '../operators.ts';
import { equal, itemsOf, truth } from '../python/compare.ts';
import { EvaluationError } from '../python/errors.ts';
import type { Meter } from '../python/limits.ts';
import { PySet } from '../python/sets.ts';
import { isList, Stream, type Value } from '../python/values.ts';
import { chained, filtered, mapped, sliced, zipped } from '../streams.ts';
import { greater, lesser } from './math.ts';

export function* distinct(items: Iterable<Value>, key: Lambda | undefined, meter: Meter): Generator<Value> {
  const seen = new PySet([], meter);
  for (const item of items) if (seen.add(key === undefined ? item : key(item))) yield item;
}

function* enumerated(items: Iterable<Value>, start: number): Generator<Value> {
  let index = start;
  for (const item of items) yield [index++, item];
}

function* takenWhile(items: Iterable<Value>, accept: Lambda): Generator<Value> {
  for (const item of items) {
    if (!truth(accept(item))) return;
    yield item;
  }
}

function* skippedWhile(items: Iterable<Value>, accept: Lambda): Generator<Value> {
  let isSkipping = true;
  for (const item of items) {
    isSkipping &&= truth(accept(item));
    if (!isSkipping) yield item;
  }
}

function* selectedMany(items: Iterable<Value>, selector: Lambda): Generator<Value> {
  for (const item of items) {
    const inner = selector(item);
    const many = itemsOf(inner);
    if (many === undefined) yield inner;
    else yield* many;
  }
}

function* joined(
  left: Iterable<Value>,
  right: Iterable<Value>,
  accept: Lambda,
  selector: Lambda,
): Generator<Value> {
  const others = isList(right as Value) ? right : [...right];
  for (const one of left) {
    for (const other of others) if (truth(accept(one, other))) yield selector(one, other);
  }
}

/** functools.reduce. @throws EvaluationError for an empty sequence without a start value */
export function reduce(
  items: Iterable<Value>,
  step: (total: Value, item: Value) => Value,
  seed: Value | undefined,
  name: string,
): Value {
  let total = seed;
  for (const item of items) total = total === undefined ? item : step(total, item);
  if (total === undefined)
    throw new EvaluationError(`${name}() of an empty collection with no initial value`);
  return total;
}

function first(items: Iterable<Value>, fallback: Value | undefined): Value {
  for (const item of items) return item;
  if (fallback === undefined) throw new EvaluationError('first() of an empty collection with no default');
  return fallback;
}

function last(items: Iterable<Value>, fallback: Value | undefined): Value {
  const list = isList(items as Value) ? (items as readonly Value[]) : [...items];
  const found = list.length === 0 ? fallback : list.at(-1);
  if (found === undefined) throw new EvaluationError('last() of an empty collection with no default');
  return found;
}

function single(items: Iterable<Value>): Value {
  const [item, ...others] = sliced(items, 0, 2);
  if (item === undefined) throw new EvaluationError('single() of an empty collection');
  if (others.length > 0) throw new EvaluationError('Collection contains more than one item');
  return item;
}

function indexWhere(items: Iterable<Value>, accept: (item: Value) => boolean): number {
  let index = 0;
  for (const item of items) {
    if (accept(item)) return index;
    index++;
  }
  return -1;
}

function lastIndexWhere(items: Iterable<Value>, accept: (item: Value) => boolean): number {
  let index = 0;
  let found = -1;
  for (const item of items) {
    if (accept(item)) found = index;
    index++;
  }
  return found;
}

function checkedCount(name: string, count: number): number {
  if (count >= 0) return count;
  throw new EvaluationError(`${name}() takes no negative count: ${count}`);
}

function limit(name: string): FunctionDefinition {
  return method(name, [iterable('collection'), integer('count')], (call, items, count) => {
    return new Stream(sliced(items, 0, checkedCount(name, count)), call.meter);
  });
}

function where(name: string): FunctionDefinition {
  return method(name, [iterable('collection'), lambda('predicate')], (call, items, accept) => {
    return new Stream(
      filtered(items, (item) => truth(accept(item))),
      call.meter,
    );
  });
}

function select(name: string): FunctionDefinition {
  return method(name, [iterable('collection'), lambda('selector')], (call, items, selector) => {
    return new Stream(
      mapped(items, (item) => selector(item)),
      call.meter,
    );
  });
}

function aggregate(name: string): FunctionDefinition {
  return method(
    name,
    [iterable('collection'), lambda('selector'), optional(any('seed'))],
    (_call, items, selector, seed) => reduce(items, (total, item) => selector(total, item), seed, 'reduce'),
  );
}

/** Queries and lazy operations on collections. Predicates and selectors see the item as `$`. */
export const queries: readonly FunctionDefinition[] = [
  where('where'),
  where('filter'),
  select('select'),
  select('map'),
  method('selectMany', [iterable('collection'), lambda('selector')], (call, items, selector) => {
    return new Stream(selectedMany(items, selector), call.meter);
  }),
  limit('limit'),
  limit('take'),
  method('skip', [iterable('collection'), integer('count')], (call, items, count) => {
    return new Stream(sliced(items, checkedCount('skip', count), Infinity), call.meter);
  }),
  method('takeWhile', [iterable('collection'), lambda('predicate')], (call, items, accept) => {
    return new Stream(takenWhile(items, accept), call.meter);
  }),
  method('skipWhile', [iterable('collection'), lambda('predicate')], (call, items, accept) => {
    return new Stream(skippedWhile(items, accept), call.meter);
  }),
  extension('append', [iterable('collection'), rest(any('args'))], (call, items, more) => {
    return new Stream(chained([items, more]), call.meter);
  }),
  extension('concat', [rest(iterable('collections'))], (call, collections) => {
    return new Stream(chained(collections), call.meter);
  }),
  extension('distinct', [iterable('collection'), optional(lambda('keySelector'))], (call, items, key) => {
    return new Stream(distinct(items, key, call.meter), call.meter);
  }),
  extension('enumerate', [iterable('collection'), optional(integer('start'), 0)], (call, items, start) => {
    return new Stream(enumerated(items, start), call.meter);
  }),
  method('reverse', [iterable('collection')], (call, items) => {
    return new Stream([...items].toReversed(), call.meter);
  }),
  method('zip', [rest(iterable('collections'))], (call, collections) => {
    return new Stream(zipped(collections), call.meter);
  }),
  method(
    'join',
    [iterable('collection1'), iterable('collection2'), lambda('predicate'), lambda('selector')],
    (call, left, right, accept, selector) => new Stream(joined(left, right, accept, selector), call.meter),
  ),
  method('defaultIfEmpty', [iterable('collection'), iterable('default')], (call, items, fallback) => {
    const kept = isList(items as Value) || items instanceof PySet ? items : new Stream(items, call.meter);
    for (const _item of kept) return kept as Value;
    return fallback as Value;
  }),

  extension('any', [iterable('collection'), optional(lambda('predicate'))], (_call, items, accept) => {
    return indexWhere(items, (item) => accept === undefined || truth(accept(item))) !== -1;
  }),
  extension('all', [iterable('collection'), optional(lambda('predicate'))], (_call, items, accept) => {
    return indexWhere(items, (item) => !truth(accept === undefined ? item : accept(item))) === -1;
  }),
  method('first', [iterable('collection'), optional(any('default'))], (_call, items, other) =>
    first(items, other),
  ),
  method('last', [iterable('collection'), optional(any('default'))], (_call, items, other) =>
    last(items, other),
  ),
  method('single', [iterable('collection')], (_call, items) => single(items)),
  method('indexOf', [iterable('collection'), any('item')], (call, items, item) => {
    return indexWhere(items, (other) => equal(other, item, call.meter));
  }),
  method('lastIndexOf', [iterable('collection'), any('item')], (call, items, item) => {
    return lastIndexWhere(items, (other) => equal(other, item, call.meter));
  }),
  method('indexWhere', [iterable('collection'), lambda('predicate')], (_call, items, accept) => {
    return indexWhere(items, (item) => truth(accept(item)));
  }),
  method('lastIndexWhere', [iterable('collection'), lambda('predicate')], (_call, items, accept) => {
    return lastIndexWhere(items, (item) => truth(accept(item)));
  }),

  aggregate('aggregate'),
  aggregate('reduce'),
  method('sum', [iterable('collection'), optional(any('initial'))], (call, items, initial) => {
    return reduce(items, (total, item) => plus(total, item, call.meter), initial, 'sum');
  }),
  method('max', [iterable('collection'), optional(any('initial'))], (call, items, initial) => {
    return reduce(items, (total, item) => greater(total, item, call.meter), initial, 'max');
  }),
  method('min', [iterable('collection'), optional(any('initial'))], (call, items, initial) => {
    return reduce(items, (total, item) => lesser(total, item, call.meter), initial, 'min');
  }),
];
