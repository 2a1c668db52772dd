/**
 * The only way to read an object by a name: own properties of JSON objects, entries of dicts, layers of
 * variables. `constructor`, `__proto__` and `toString` do not exist, unless the data contain them.
 */
import type { JsonObject } from '../../../domain/json.ts';
import { hashKey, pairsIdentity, type HashKey } from './hash.ts';
import type { Meter } from './limits.ts';
import { isPlainObject, PyObject, type Value } from './values.ts';

/** A dict created by an expression; keys may be any hashable value, order is that of insertion. */
export class Dict extends PyObject {
  readonly typeName = 'dict';
  readonly #entries = new Map<HashKey, [Value, Value]>();
  readonly #meter: Meter;

  constructor(meter: Meter, entries: Iterable<readonly [Value, Value]> = []) {
    super();
    this.#meter = meter;
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Python keeps the first of equal keys and the last of their values. */
  set(key: Value, value: Value): void {
    const hash = hashKey(key, this.#meter);
    const entry = this.#entries.get(hash);
    if (entry !== undefined) entry[1] = value;
    else {
      this.#meter.step();
      this.#meter.collect(2);
      this.#entries.set(hash, [key, value]);
    }
  }

  get(key: Value): Value | undefined {
    return this.#entries.get(hashKey(key, this.#meter))?.[1];
  }

  delete(key: Value): void {
    this.#entries.delete(hashKey(key, this.#meter));
  }

  entries(): readonly (readonly [Value, Value])[] {
    return [...this.#entries.values()];
  }

  override identity(part: (item: Value) => string): string {
    return pairsIdentity(this.entries(), part);
  }
}

/** Several objects viewed as one: the first layer that has a name wins. */
export class Layers extends PyObject {
  readonly typeName = 'dict';
  readonly layers: readonly JsonObject[];

  constructor(layers: readonly JsonObject[]) {
    super();
    this.layers = layers;
  }

  /** The layers merged into one object, first wins; built only when the whole object is needed. */
  merged(): JsonObject {
    return Object.fromEntries(this.layers.toReversed().flatMap((layer) => Object.entries(layer)));
  }

  override identity(part: (item: Value) => string): string {
    return pairsIdentity(Object.entries(this.merged()), part);
  }
}

export type Mapping = JsonObject | Dict | Layers;

export function isMapping(value: Value): value is Mapping {
  return value instanceof Dict || value instanceof Layers || isPlainObject(value);
}

/** The value under a key, or undefined; a JSON object has text keys only. */
export function mapGet(map: Mapping, key: Value): Value | undefined {
  if (map instanceof Dict) return map.get(key);
  if (typeof key !== 'string') return undefined;
  if (!(map instanceof Layers)) return Object.hasOwn(map, key) ? map[key] : undefined;
  const layer = map.layers.find((layer) => Object.hasOwn(layer, key));
  return layer?.[key];
}

/** Charged, because reading all keys takes time in proportion to their number; so is `mapEntries`. */
export function mapKeys(map: Mapping, meter: Meter): readonly Value[] {
  if (map instanceof Dict) return charged(map.entries(), meter).map(([key]) => key);
  return charged(orderedKeys(map instanceof Layers ? map.merged() : map), meter);
}

export function mapEntries(map: Mapping, meter: Meter): readonly (readonly [Value, Value])[] {
  if (map instanceof Dict) return charged(map.entries(), meter);
  const object = map instanceof Layers ? map.merged() : map;
  return charged(orderedKeys(object), meter).map((key) => [key, object[key]!] as const);
}

export function mapSize(map: Mapping, meter: Meter): number {
  return map instanceof Dict ? map.size : mapKeys(map, meter).length;
}

export function isEmptyMapping(map: Mapping): boolean {
  if (map instanceof Dict) return map.size === 0;
  if (map instanceof Layers) return map.layers.every(isEmptyMapping);
  for (const key in map) if (Object.hasOwn(map, key)) return false;
  return true;
}

function charged<T>(items: readonly T[], meter: Meter): readonly T[] {
  meter.step(1 + items.length);
  return items;
}

/**
 * JavaScript moves keys that look like array indices to the front, and their original order is lost. They are
 * moved to the end instead: objects with a few numbers among names usually have them there, and named keys
 * keep their positions.
 */
function orderedKeys(object: JsonObject): readonly string[] {
  const keys = Object.keys(object);
  const named = keys.findIndex((key) => !/^(?:0|[1-9]\d{0,9})$/.test(key));
  return named <= 0 ? keys : [...keys.slice(named), ...keys.slice(0, named)];
}
