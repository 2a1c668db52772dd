import { any, type FunctionDefinition, extension, fn, iterable, method, rest, set } from '../function.ts';
import { PySet } from '../python/sets.ts';
import { Stream, type Value } from '../python/values.ts';

/**
 * `list(...)` and `set(...)` take the items of lazy sequences among their arguments, but leave lists whole.
 */
export function* unrolled(items: Iterable<Value>): Generator<Value> {
  for (const item of items) {
    if (item instanceof Stream) yield* unrolled(item);
    else yield item;
  }
}

/** Sets; a result that is a set becomes a list in order of insertion. */
export const sets: readonly FunctionDefinition[] = [
  fn('set', [rest(any('args'))], (call, args) => new PySet(unrolled(args), call.meter)),
  method('toSet', [iterable('collection')], (call, items) => new PySet(items, call.meter)),
  extension('len', [set('set')], (_call, items) => items.size),
  method('add', [set('set'), rest(any('values'))], (call, items, values) => {
    return new PySet([...items, ...values], call.meter);
  }),
  method('remove', [set('set'), rest(any('values'))], (call, items, values) => {
    const removed = new PySet(values, call.meter);
    return new PySet(
      [...items].filter((item) => !removed.has(item)),
      call.meter,
    );
  }),
  method(
    'union',
    [set('left'), set('right')],
    (call, left, right) => new PySet([...left, ...right], call.meter),
  ),
  method('intersect', [set('left'), set('right')], (call, left, right) => {
    return new PySet(
      [...left].filter((item) => right.has(item)),
      call.meter,
    );
  }),
  method('difference', [set('left'), set('right')], (call, left, right) => {
    return new PySet(
      [...left].filter((item) => !right.has(item)),
      call.meter,
    );
  }),
  method('symmetricDifference', [set('left'), set('right')], (call, left, right) => {
    const only = (one: PySet, other: PySet): Value[] => [...one].filter((item) => !other.has(item));
    return new PySet([...only(left, right), ...only(right, left)], call.meter);
  }),
];
