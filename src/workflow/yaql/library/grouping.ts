import {
  type FunctionDefinition,
  integer,
  iterable,
  lambda,
  type Lambda,
  method,
  optional,
  type Parameter,
  refused,
  rest,
  withNamed,
} from '../function.ts';
import { compare, listItem } from '../operators.ts';
import { equal, truth } from '../python/compare.ts';
import { EvaluationError, LimitError } from '../python/errors.ts';
import type { Meter } from '../python/limits.ts';
import { Dict } from '../python/mapping.ts';
import { isList, Stream, type Value } from '../python/values.ts';
import { mapped, zipped } from '../streams.ts';
import { toList } from './collections.ts';

interface SortKey {
  readonly selector: Lambda;
  readonly direction: 1 | -1;
}

/** The result of orderBy, sorted when it is read; thenBy adds keys to it. */
class OrderedStream extends Stream {
  readonly #items: Iterable<Value>;
  readonly #keys: readonly SortKey[];
  readonly #meter: Meter;

  constructor(items: Iterable<Value>, keys: readonly SortKey[], meter: Meter) {
    super(sorted(items, keys, meter), meter);
    this.#items = items;
    this.#keys = keys;
    this.#meter = meter;
  }

  thenBy(key: SortKey): OrderedStream {
    return new OrderedStream(this.#items, [...this.#keys, key], this.#meter);
  }
}

function* sorted(items: Iterable<Value>, keys: readonly SortKey[], meter: Meter): Generator<Value> {
  const rows = Array.from(items, (item) => ({ item, values: keys.map(({ selector }) => selector(item)) }));
  meter.collect(rows.length * keys.length);
  rows.sort((a, b) => {
    for (const [index, { direction }] of keys.entries()) {
      const order = threeWay(a.values[index]!, b.values[index]!, meter);
      if (order !== 0) return order * direction;
    }
    return 0;
  });
  for (const { item } of rows) yield item;
}

function threeWay(left: Value, right: Value, meter: Meter): number {
  meter.step();
  if (compare('<', left, right, meter)) return -1;
  return compare('>', left, right, meter) ? 1 : 0;
}

const ordered: Parameter<OrderedStream> = {
  name: 'collection',
  take: ({ value }) => (value instanceof OrderedStream ? value : refused),
};

function orderBy(name: string, direction: 1 | -1): FunctionDefinition {
  return method(name, [iterable('collection'), lambda('selector')], (call, items, selector) => {
    return new OrderedStream(items, [{ selector, direction }], call.meter);
  });
}

function thenBy(name: string, direction: 1 | -1): FunctionDefinition {
  return method(name, [ordered, lambda('selector')], (_call, items, selector) => {
    return items.thenBy({ selector, direction });
  });
}

/**
 * Applies the aggregator of groupBy. It receives the list of a group's values; if that fails, the form of
 * yaql before 1.1.1 is tried, which receives and returns the pair of key and values. Only the results show
 * which form is meant, so the first groups decide, exactly as in yaql.
 */
class GroupAggregator {
  readonly #aggregate: Lambda;
  readonly #meter: Meter;
  #mayBeOldForm = true;
  #failure: EvaluationError | undefined;

  constructor(aggregate: Lambda, meter: Meter) {
    this.#aggregate = aggregate;
    this.#meter = meter;
  }

  apply(group: readonly [Value, readonly Value[]]): Value {
    if (this.#failure === undefined) {
      const result = this.#tryNewForm(group);
      if (result !== undefined) return [group[0], result];
    }
    const old = this.#mayBeOldForm ? this.#tryOldForm(group) : undefined;
    if (old === undefined) throw this.#failure;
    return old;
  }

  #tryNewForm([, values]: readonly [Value, readonly Value[]]): Value | undefined {
    try {
      const result = this.#aggregate(values);
      this.#mayBeOldForm &&= this.#isOldForm(values, result);
      return result;
    } catch (error) {
      if (!(error instanceof EvaluationError) || error instanceof LimitError) throw error;
      this.#failure = error;
      return undefined;
    }
  }

  #isOldForm(values: readonly Value[], result: Value): boolean {
    const isPair = isList(result) && result.length === 2 && values.length === 2;
    return isPair && equal(listItem(result, 0), listItem(values, 0), this.#meter);
  }

  #tryOldForm(group: readonly [Value, readonly Value[]]): Value | undefined {
    try {
      const result = this.#aggregate(group);
      return isList(result) && result.length === 2 ? result : undefined;
    } catch (error) {
      if (!(error instanceof EvaluationError) || error instanceof LimitError) throw error;
      return undefined;
    }
  }
}

function groups(items: Iterable<Value>, key: Lambda, value: Lambda | undefined, meter: Meter): Dict {
  const found = new Dict(meter);
  for (const item of items) {
    const member = value === undefined ? item : value(item);
    const name = key(item);
    const group = found.get(name) as Value[] | undefined;
    if (group === undefined) found.set(name, [member]);
    else group.push(member);
  }
  return found;
}

function* chunks(items: Iterable<Value>, length: number): Generator<Value> {
  let chunk: Value[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < length) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function* splitWhere(list: readonly Value[], accept: Lambda): Generator<Value> {
  let start = 0;
  for (const [index, item] of list.entries()) {
    if (!truth(accept(item))) continue;
    yield list.slice(start, index);
    start = index + 1;
  }
  if (start !== list.length) yield list.slice(start);
}

function* sliceWhere(list: readonly Value[], predicate: Lambda, meter: Meter): Generator<Value> {
  let start = 0;
  let previous: Value | undefined;
  for (const [index, item] of list.entries()) {
    const current = predicate(item);
    if (previous !== undefined && !equal(current, previous, meter)) {
      yield list.slice(start, index);
      start = index;
    }
    previous = current;
  }
  if (start !== list.length) yield list.slice(start);
}

/** Sorting, grouping and splitting. */
export const grouping: readonly FunctionDefinition[] = [
  orderBy('orderBy', 1),
  orderBy('orderByDescending', -1),
  thenBy('thenBy', 1),
  thenBy('thenByDescending', -1),

  method(
    'groupBy',
    [
      iterable('collection'),
      lambda('keySelector'),
      optional(lambda('valueSelector')),
      optional(lambda('aggregator')),
    ],
    (call, items, key, value, aggregate) => {
      const entries = groups(items, key, value, call.meter).entries() as (readonly [
        Value,
        readonly Value[],
      ])[];
      if (aggregate === undefined) return new Stream(entries, call.meter);
      const aggregator = new GroupAggregator(aggregate, call.meter);
      return new Stream(
        mapped(entries, (entry) => aggregator.apply(entry)),
        call.meter,
      );
    },
  ),

  withNamed(
    method('zipLongest', [rest(iterable('collections'))], (call, collections) => {
      return new Stream(zipped(collections, { value: call.named.get('default') ?? null }), call.meter);
    }),
  ),
  method('slice', [iterable('collection'), integer('length')], (call, items, length) => {
    if (length < 1) throw new EvaluationError(`slice() takes a positive length: ${length}`);
    return new Stream(chunks(items, length), call.meter);
  }),
  method('splitAt', [iterable('collection'), integer('index')], (_call, items, index) => {
    const list = toList(items);
    return [list.slice(0, index), list.slice(index)];
  }),
  method('splitWhere', [iterable('collection'), lambda('predicate')], (call, items, accept) => {
    return new Stream(splitWhere(toList(items), accept), call.meter);
  }),
  method('sliceWhere', [iterable('collection'), lambda('predicate')], (call, items, predicate) => {
    return new Stream(sliceWhere(toList(items), predicate, call.meter), call.meter);
  }),
];
