import { hashKey, type HashKey } from './hash.ts';
import type { Meter } from './limits.ts';
import { PyObject, type Value } from './values.ts';

/** A set in insertion order, so that results are deterministic, unlike Python's. */
export class PySet extends PyObject implements Iterable<Value> {
  readonly typeName: string = 'set';
  readonly meter: Meter;
  readonly #items = new Map<HashKey, Value>();

  constructor(items: Iterable<Value>, meter: Meter) {
    super();
    this.meter = meter;
    for (const item of items) this.add(item);
  }

  get size(): number {
    return this.#items.size;
  }

  has(value: Value): boolean {
    return this.#items.has(hashKey(value, this.meter));
  }

  /** Whether the value was new. */
  add(value: Value): boolean {
    this.meter.step();
    const key = hashKey(value, this.meter);
    if (this.#items.has(key)) return false;
    this.meter.collect(2);
    this.#items.set(key, value);
    return true;
  }

  [Symbol.iterator](): Iterator<Value> {
    return this.#items.values();
  }

  override identity(part: (item: Value) => string): string {
    return `e${[...this].map(part).sort().join(',')}`;
  }

  isSubsetOf(other: PySet): boolean {
    return this.size <= other.size && [...this].every((item) => other.has(item));
  }
}

/**
 * The result of `dict.items()`: a set of pairs. It cannot be the result of an expression, because lists
 * cannot be members of a set.
 */
export class ItemsView extends PySet {
  override readonly typeName = 'dict_items';
}
