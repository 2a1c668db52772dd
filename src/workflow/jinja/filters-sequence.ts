/**
 * Filters of sequences. Python returns lazy sequences for some of them; here all results are lists with the
 * same items.
 */
import { order, truth } from '../yaql/python/compare.ts';
import { EvaluationError } from '../yaql/python/errors.ts';
import { isMapping, mapEntries } from '../yaql/python/mapping.ts';
import { PySet } from '../yaql/python/sets.ts';
import { joinTexts } from '../yaql/python/strings.ts';
import { tuple, type Value } from '../yaql/python/values.ts';
import { Group, item as itemOf } from './attributes.ts';
import {
  asInt,
  asText,
  type JinjaEnvironment,
  iterate,
  listOf,
  type Native,
  native,
  strOf,
} from './native.ts';
import { calculate } from './operators.ts';
import { defined, Undefined } from './undefined.ts';

type Getter = (value: Value) => Value;

/** Reads the path `a.b.0` of an item; without an attribute the item itself. */
function attributeGetter(attribute: Value, environment: JinjaEnvironment, fallback?: Value): Getter {
  if (attribute === null) return (value) => value;
  const path = typeof attribute === 'string' ? attribute.split('.').map(pathPart) : [attribute];
  return (value) => {
    let found = value;
    for (const part of path) {
      environment.meter.step();
      found = itemOf(found, part, environment);
      if (found instanceof Undefined && fallback !== undefined) found = fallback;
    }
    return found;
  };
}

function pathPart(part: string): Value {
  return /^\d+$/.test(part) ? Number(part) : part;
}

/** Texts are compared case-insensitively unless the filter's argument says otherwise. */
function caseGetter(getter: Getter, isCaseSensitive: Value): Getter {
  if (truth(isCaseSensitive)) return (value) => defined(getter(value));
  return (value) => {
    const found = defined(getter(value));
    return typeof found === 'string' ? found.toLowerCase() : found;
  };
}

function sortedBy(
  items: readonly Value[],
  keys: readonly Getter[],
  isReversed: boolean,
  { meter }: JinjaEnvironment,
): Value[] {
  const rows = items.map((each) => ({ each, keys: keys.map((key) => key(each)) }));
  meter.collect(rows.length * keys.length);
  const direction = isReversed ? -1 : 1;
  rows.sort((a, b) => {
    for (const [index, key] of a.keys.entries()) {
      const difference = order(key, b.keys[index]!, meter);
      if (difference !== 0) return difference * direction;
    }
    return 0;
  });
  return rows.map(({ each }) => each);
}

function sortKeys(
  attribute: Value,
  isCaseSensitive: Value,
  environment: JinjaEnvironment,
): readonly Getter[] {
  const attributes = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  return attributes.map((each) => caseGetter(attributeGetter(each, environment), isCaseSensitive));
}

function extreme(sign: 1 | -1): Native {
  return native(
    ['value', ['case_sensitive', false], ['attribute', null]],
    (environment, [value = null, isCaseSensitive = false, attribute = null]) => {
      const items = listOf(value, environment);
      const key = caseGetter(attributeGetter(attribute, environment), isCaseSensitive);
      if (items.length === 0) return new Undefined('No aggregated item, sequence was empty.');
      return items.reduce((best, each) =>
        order(key(each), key(best), environment.meter) * sign > 0 ? each : best,
      );
    },
  );
}

/** select, reject, selectattr, rejectattr: by a named test, or without one by the item's truth. */
function choosing(isKept: boolean, hasAttribute: boolean): Native {
  const parameters = hasAttribute ? ['value', 'attribute'] : ['value'];
  return native(
    parameters,
    (environment, args, named) => {
      const [value = null, ...rest] = args;
      const getter = hasAttribute
        ? attributeGetter(rest.shift() ?? null, environment)
        : (item: Value): Value => item;
      const [name, ...testArgs] = rest;
      const test = (item: Value): boolean =>
        name === undefined
          ? truth(defined(item))
          : environment.applyTest(asText(name, 'the name of a test'), [item, ...testArgs], named);
      return listOf(value, environment).filter((item) => test(getter(item)) === isKept);
    },
    { takesRest: true, takesNamed: true },
  );
}

const map = native(
  ['value'],
  (environment, [value = null, name, ...args], named) => {
    const items = listOf(value, environment);
    const attribute = named.get('attribute');
    if (name === undefined && attribute !== undefined) {
      return items.map(attributeGetter(attribute, environment, named.get('default')));
    }
    if (name === undefined) throw new EvaluationError('map needs a filter or an attribute');
    return items.map((item) =>
      environment.applyFilter(asText(name, 'the name of a filter'), [item, ...args], named),
    );
  },
  { takesRest: true, takesNamed: true },
);

function grouped(
  items: readonly Value[],
  key: Getter,
  ignoresCase: boolean,
  environment: JinjaEnvironment,
): Value[] {
  const groups: { name: Value; members: Value[] }[] = [];
  const comparable = caseGetter(key, !ignoresCase);
  for (const member of sortedBy(items, [comparable], false, environment)) {
    const last = groups.at(-1);
    const isSame =
      last !== undefined && order(comparable(last.members[0]!), comparable(member), environment.meter) === 0;
    if (isSame) last.members.push(member);
    else groups.push({ name: key(member), members: [member] });
  }
  return groups.map(({ name, members }) => {
    const group = new Group();
    group.push(name, members);
    return group;
  });
}

function batches(items: readonly Value[], size: number, fill: Value): Value[] {
  if (size < 1) throw new EvaluationError('batch needs a positive size');
  const rows: Value[] = [];
  for (let index = 0; index < items.length; index += size) rows.push(items.slice(index, index + size));
  const last = rows.at(-1) as readonly Value[] | undefined;
  if (last !== undefined && fill !== null) rows[rows.length - 1] = filledUp(last, size, fill);
  return rows;
}

function filledUp(row: readonly Value[], size: number, fill: Value): readonly Value[] {
  return [...row, ...Array.from({ length: size - row.length }, () => fill)];
}

/** Splits into a number of columns; if the length is not divisible, the first ones have one item more. */
function columns(items: readonly Value[], count: number, fill: Value): Value[] {
  if (count < 1) throw new EvaluationError('slice needs a positive number of slices');
  const size = Math.floor(items.length / count);
  const longer = items.length % count;
  let start = 0;
  return Array.from({ length: count }, (_, index) => {
    const end = start + size + (index < longer ? 1 : 0);
    const column = items.slice(start, end);
    start = end;
    return fill !== null && index >= longer && longer > 0 ? [...column, fill] : column;
  });
}

function dictSort(
  value: Value,
  isCaseSensitive: Value,
  by: string,
  isReversed: boolean,
  environment: JinjaEnvironment,
): Value {
  if (!isMapping(value)) throw new EvaluationError('dictsort takes a dict');
  if (by !== 'key' && by !== 'value') throw new EvaluationError('dictsort sorts by "key" or "value"');
  const pairs = mapEntries(value, environment.meter).map((entry) => tuple(entry));
  const key = caseGetter((pair) => (pair as readonly Value[])[by === 'key' ? 0 : 1]!, isCaseSensitive);
  return sortedBy(pairs, [key], isReversed, environment);
}

export const sequenceFilters: readonly (readonly [string, Native])[] = [
  ['list', native(['value'], (environment, [value = null]) => listOf(value, environment))],
  [
    'first',
    native(['seq'], (environment, [value = null]) => {
      for (const item of iterate(value, environment)) return item;
      return new Undefined('No first item, sequence was empty.');
    }),
  ],
  [
    'last',
    native(['seq'], (environment, [value = null]) => {
      const found = listOf(value, environment).at(-1);
      return found === undefined ? new Undefined('No last item, sequence was empty.') : found;
    }),
  ],
  ['max', extreme(1)],
  ['min', extreme(-1)],
  [
    'sum',
    native(
      ['iterable', ['attribute', null], ['start', 0]],
      (environment, [value = null, attribute = null, start = 0]) => {
        const getter = attributeGetter(attribute, environment);
        return listOf(value, environment).reduce(
          (total, item) => calculate('+', total, getter(item), environment.meter),
          start,
        );
      },
    ),
  ],
  [
    'join',
    native(
      ['value', ['d', ''], ['attribute', null]],
      (environment, [value = null, by = '', attribute = null]) => {
        const getter = attributeGetter(attribute, environment);
        const parts = listOf(value, environment).map((item) => strOf(getter(item), environment));
        return joinTexts(parts, strOf(by, environment), environment.meter);
      },
    ),
  ],
  [
    'reverse',
    native(['value'], (environment, [value = null]) => {
      const reversed = listOf(value, environment).toReversed();
      return typeof value === 'string' ? (reversed as string[]).join('') : reversed;
    }),
  ],
  [
    'sort',
    native(
      ['value', ['reverse', false], ['case_sensitive', false], ['attribute', null]],
      (environment, [value = null, reverse = false, isCaseSensitive = false, attribute = null]) =>
        sortedBy(
          listOf(value, environment),
          sortKeys(attribute, isCaseSensitive, environment),
          truth(reverse),
          environment,
        ),
    ),
  ],
  [
    'unique',
    native(
      ['value', ['case_sensitive', false], ['attribute', null]],
      (environment, [value = null, isCaseSensitive = false, attribute = null]) => {
        const key = caseGetter(attributeGetter(attribute, environment), isCaseSensitive);
        const seen = new PySet([], environment.meter);
        return listOf(value, environment).filter((item) => seen.add(key(item)));
      },
    ),
  ],
  [
    'groupby',
    native(
      ['value', 'attribute', ['default', null], ['case_sensitive', false]],
      (environment, [value = null, attribute = null, fallback = null, isCaseSensitive = false]) =>
        grouped(
          listOf(value, environment),
          attributeGetter(attribute, environment, fallback ?? undefined),
          !truth(isCaseSensitive),
          environment,
        ),
    ),
  ],
  [
    'dictsort',
    native(
      ['value', ['case_sensitive', false], ['by', 'key'], ['reverse', false]],
      (environment, [value = null, isCaseSensitive = false, by = 'key', reverse = false]) =>
        dictSort(defined(value), isCaseSensitive, asText(by, 'by'), truth(reverse), environment),
    ),
  ],
  [
    'items',
    native(['value'], ({ meter }, [value = null]) => {
      if (value instanceof Undefined) return [];
      if (!isMapping(value)) throw new EvaluationError('items takes a dict');
      return mapEntries(value, meter).map((entry) => tuple(entry));
    }),
  ],
  [
    'batch',
    native(
      ['value', 'linecount', ['fill_with', null]],
      (environment, [value = null, size = 0, fill = null]) => {
        const count = asInt(size, 'linecount');
        environment.meter.collect(fill === null ? 0 : count);
        return batches(listOf(value, environment), count, fill);
      },
    ),
  ],
  [
    'slice',
    native(
      ['value', 'slices', ['fill_with', null]],
      (environment, [value = null, slices = 0, fill = null]) => {
        const count = asInt(slices, 'slices');
        environment.meter.collect(count);
        return columns(listOf(value, environment), count, fill);
      },
    ),
  ],
  ['map', map],
  ['select', choosing(true, false)],
  ['reject', choosing(false, false)],
  ['selectattr', choosing(true, true)],
  ['rejectattr', choosing(false, true)],
];
