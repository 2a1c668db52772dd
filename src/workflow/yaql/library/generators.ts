import {
  any,
  type FunctionDefinition,
  flag,
  fn,
  integer,
  iterable,
  lambda,
  type Lambda,
  method,
  optional,
} from '../function.ts';
import { itemsOf, truth } from '../python/compare.ts';
import { EvaluationError } from '../python/errors.ts';
import type { Meter } from '../python/limits.ts';
import { PySet } from '../python/sets.ts';
import { Stream, type Value, pythonTypeName } from '../python/values.ts';

function* counted(start: number, end: number, step: number): Generator<Value> {
  for (let value = start; step > 0 ? value < end : value > end; value += step) yield value;
}

function* repeated(value: Value, times: number): Generator<Value> {
  for (let time = 0; times < 0 || time < times; time++) yield value;
}

function* cycled(items: Iterable<Value>): Generator<Value> {
  const list = [...items];
  while (list.length > 0) yield* list;
}

function* accumulated(items: Iterable<Value>, selector: Lambda, seed: Value | undefined): Generator<Value> {
  let total = seed;
  if (total !== undefined) yield total;
  for (const item of items) {
    total = total === undefined ? item : selector(total, item);
    yield total;
  }
  if (total === undefined)
    throw new EvaluationError('accumulate() of an empty collection with no initial value');
}

interface Generation {
  readonly producer: Lambda;
  readonly selector: Lambda | undefined;
  /** Records visited items, if cycles are to be cut. */
  readonly seen: PySet | undefined;
}

function* generated(
  initial: Value,
  predicate: Lambda,
  { producer, selector, seen }: Generation,
): Generator<Value> {
  for (let value = initial; truth(predicate(value)); value = producer(value)) {
    if (seen?.add(value) === false) return;
    yield selector === undefined ? value : selector(value);
  }
}

function* generatedMany(
  initial: Value,
  { producer, selector, seen }: Generation,
  isDepthFirst: boolean,
  meter: Meter,
): Generator<Value> {
  let queue: Value[] = [initial];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    meter.step(1 + (queue.length >> 6));
    if (seen?.add(next) === false) continue;
    yield selector === undefined ? next : selector(next);
    const produced = producer(next);
    const items = itemsOf(produced);
    if (items === undefined)
      throw new EvaluationError(`generateMany() produces collections, not a ${pythonTypeName(produced)}`);
    queue = isDepthFirst ? [...items, ...queue] : [...queue, ...items];
    meter.produce(1 + (queue.length >> 6));
  }
}

function seenItems(decycle: boolean, meter: Meter): PySet | undefined {
  return decycle ? new PySet([], meter) : undefined;
}

/** Generated sequences; endless ones are evaluated only as far as they are consumed. */
export const generators: readonly FunctionDefinition[] = [
  fn('range', [integer('stop')], (call, stop) => new Stream(counted(0, stop, 1), call.meter)),
  fn(
    'range',
    [integer('start'), integer('stop'), optional(integer('step'), 1)],
    (call, start, stop, step) => {
      if (step === 0) throw new EvaluationError('the step of range() must not be zero');
      return new Stream(counted(start, stop, step), call.meter);
    },
  ),
  fn('sequence', [optional(integer('start'), 0), optional(integer('step'), 1)], (call, start, step) => {
    if (step === 0) return new Stream(repeated(start, -1), call.meter);
    return new Stream(counted(start, step > 0 ? Infinity : -Infinity, step), call.meter);
  }),
  method('repeat', [any('value'), optional(integer('times'), -1)], (call, value, times) => {
    return new Stream(repeated(value, times), call.meter);
  }),
  method('cycle', [iterable('collection')], (call, items) => new Stream(cycled(items), call.meter)),
  method(
    'accumulate',
    [iterable('collection'), lambda('selector'), optional(any('seed'))],
    (call, items, selector, seed) => new Stream(accumulated(items, selector, seed), call.meter),
  ),

  fn(
    'generate',
    [
      any('initial'),
      lambda('predicate'),
      lambda('producer'),
      optional(lambda('selector')),
      optional(flag('decycle'), false),
    ],
    (call, initial, predicate, producer, selector, decycle) => {
      const generation = { producer, selector, seen: seenItems(decycle, call.meter) };
      return new Stream(generated(initial, predicate, generation), call.meter);
    },
  ),
  fn(
    'generateMany',
    [
      any('initial'),
      lambda('producer'),
      optional(lambda('selector')),
      optional(flag('decycle'), false),
      optional(flag('depthFirst'), false),
    ],
    (call, initial, producer, selector, decycle, isDepthFirst) => {
      const generation = { producer, selector, seen: seenItems(decycle, call.meter) };
      return new Stream(generatedMany(initial, generation, isDepthFirst, call.meter), call.meter);
    },
  ),
];
