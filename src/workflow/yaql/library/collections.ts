import {
  any,
  type FunctionDefinition,
  extension,
  fn,
  integer,
  iterable,
  method,
  optional,
  rest,
  sequence,
} from '../function.ts';
import { holds, itemsOf } from '../python/compare.ts';
import { checkDataDepth, type Meter } from '../python/limits.ts';
import { PySet } from '../python/sets.ts';
import { isList, Stream, type Value } from '../python/values.ts';
import { unrolled } from './sets.ts';

/** Each item passes through all levels, and is charged for each. */
function* flat(items: Iterable<Value>, depth: number, meter: Meter): Generator<Value> {
  checkDataDepth(depth);
  for (const item of items) {
    const inner = itemsOf(item);
    if (inner !== undefined) yield* flat(inner, depth + 1, meter);
    else {
      meter.step(depth);
      yield item;
    }
  }
}

/** Whether an index lies in a range of `count` from `position`; a negative count reaches to the end. */
function isWithin(index: number, position: number, count: number): boolean {
  return index >= position && (count < 0 || index < position + count);
}

function* deleted(items: Iterable<Value>, position: number, count: number): Generator<Value> {
  let index = 0;
  for (const item of items) if (!isWithin(index++, position, count)) yield item;
}

function* replaced(
  items: Iterable<Value>,
  position: number,
  values: Iterable<Value>,
  count: number,
): Generator<Value> {
  let index = 0;
  let isDone = false;
  for (const item of items) {
    if (!isWithin(index++, position, count)) yield item;
    else if (!isDone) {
      isDone = true;
      yield* values;
    }
  }
}

function* inserted(items: Iterable<Value>, position: number, values: Iterable<Value>): Generator<Value> {
  let index = 0;
  if (position < 0) yield* values;
  for (const item of items) {
    if (index++ === position) yield* values;
    yield item;
  }
  if (position >= index && position >= 0) yield* values;
}

export function toList(items: Iterable<Value>): readonly Value[] {
  return isList(items as Value) ? (items as readonly Value[]) : [...items];
}

/** Lists, and functions that modify collections by position. */
export const collections: readonly FunctionDefinition[] = [
  fn('#list', [rest(any('args'))], (call, args) => {
    call.meter.collect(args.length);
    return args;
  }),
  fn('list', [rest(any('args'))], (_call, args) => [...unrolled(args)]),
  method('toList', [iterable('collection')], (_call, items) => toList(items)),
  method(
    'flatten',
    [iterable('collection')],
    (call, items) => new Stream(flat(items, 0, call.meter), call.meter),
  ),

  extension('len', [sequence('sequence')], (_call, items) => items.length),
  extension('len', [iterable('collection')], (_call, items) => [...items].length),
  method('count', [iterable('collection')], (_call, items) => toList(items).length),
  method('contains', [iterable('collection'), any('value')], (call, items, value) =>
    holds(items, value, call.meter),
  ),

  method(
    'delete',
    [iterable('collection'), integer('position'), optional(integer('count'), 1)],
    (call, items, position, count) => new Stream(deleted(items, position, count), call.meter),
  ),
  method(
    'replace',
    [iterable('collection'), integer('position'), any('value'), optional(integer('count'), 1)],
    (call, items, position, value, count) =>
      new Stream(replaced(items, position, [value], count), call.meter),
  ),
  method(
    'replaceMany',
    [iterable('collection'), integer('position'), iterable('values'), optional(integer('count'), 1)],
    (call, items, position, values, count) =>
      new Stream(replaced(items, position, values, count), call.meter),
  ),
  method(
    'insert',
    [sequence('collection'), integer('position'), any('value')],
    (call, items, position, value) => {
      call.meter.collect(items.length + 1);
      return items.toSpliced(position, 0, value);
    },
  ),
  method(
    'insert',
    [iterable('collection'), integer('position'), any('value')],
    (call, items, position, value) => new Stream(inserted(items, position, [value]), call.meter),
  ),
  method(
    'insertMany',
    [iterable('collection'), integer('position'), iterable('values')],
    (call, items, position, values) => new Stream(inserted(items, position, values), call.meter),
  ),
  method('memorize', [iterable('collection')], (call, items) => {
    return items instanceof PySet
      ? items
      : isList(items as Value)
        ? toList(items)
        : new Stream(items, call.meter);
  }),
];
