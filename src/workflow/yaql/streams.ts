/** Lazy operations on collections: nothing is read before it is needed. */
import { isList, type Value } from './python/values.ts';

export function* mapped<T>(items: Iterable<T>, convert: (item: T) => Value): Generator<Value> {
  for (const item of items) yield convert(item);
}

export function* filtered(items: Iterable<Value>, accept: (item: Value) => boolean): Generator<Value> {
  for (const item of items) if (accept(item)) yield item;
}

export function* chained(collections: Iterable<Iterable<Value>>): Generator<Value> {
  for (const collection of collections) yield* collection;
}

/** Items from `start` up to, not including, `end`; reads none after it. */
export function* sliced(items: Iterable<Value>, start: number, end: number): Generator<Value> {
  let index = 0;
  if (end <= start) return;
  if (isList(items as Value)) {
    yield* (items as readonly Value[]).slice(start, end);
    return;
  }
  for (const item of items) {
    if (index++ >= start) yield item;
    if (index >= end) return;
  }
}

export function* zipped(
  collections: readonly Iterable<Value>[],
  fill?: { readonly value: Value },
): Generator<readonly Value[]> {
  const iterators = collections.map((collection) => collection[Symbol.iterator]());
  if (iterators.length === 0) return;
  for (;;) {
    const results = iterators.map((iterator) => iterator.next());
    const isOver = fill === undefined ? results.some(isDone) : results.every(isDone);
    if (isOver) return;
    yield results.map((result) => (isDone(result) ? (fill?.value ?? null) : result.value));
  }
}

function isDone(result: IteratorResult<Value>): result is IteratorReturnResult<unknown> {
  return result.done === true;
}
