/**
 * The methods of Python's str, list and dict that templates may call. Those that modify their object are not
 * available.
 */
import { equal } from '../yaql/python/compare.ts';
import { EvaluationError } from '../yaql/python/errors.ts';
import { formatText } from '../yaql/python/format.ts';
import { isMapping, mapEntries, mapGet, mapKeys } from '../yaql/python/mapping.ts';
import type { Meter } from '../yaql/python/limits.ts';
import type { Mapping } from '../yaql/python/mapping.ts';
import {
  type Alignment,
  capitalize,
  countOf,
  isLower,
  isUpper,
  isWholly,
  joinTexts,
  justify,
  replace,
  type Side,
  split,
  splitRight,
  strip,
  titleCase,
} from '../yaql/python/strings.ts';
import { pythonIndex, unitIndex } from '../yaql/python/text.ts';
import { isList, tuple, type Value } from '../yaql/python/values.ts';
import {
  asInt,
  asText,
  asTextOrNull,
  type JinjaEnvironment,
  iterate,
  type Native,
  native,
} from './native.ts';

type Methods = ReadonlyMap<string, Native>;

/** The methods that a value has, or undefined if it has none. */
export function methodsOf(value: Value): Methods | undefined {
  if (typeof value === 'string') return textMethods;
  if (isList(value)) return listMethods;
  return isMapping(value) ? dictMethods : undefined;
}

function onText(
  parameters: Native['parameters'],
  run: (text: string, args: readonly Value[], environment: JinjaEnvironment) => Value,
): Native {
  return native(['self', ...parameters], (environment, [self, ...args]) =>
    run(self as string, args, environment),
  );
}

function stripping(side: Side): Native {
  return onText([['chars', null]], (text, [chars = null], { meter }) =>
    strip(text, asTextOrNull(chars, 'chars'), side, meter),
  );
}

function splitting(splitter: typeof split): Native {
  return onText(
    [
      ['sep', null],
      ['maxsplit', -1],
    ],
    (text, [separator = null, limit = -1], { meter }) =>
      splitter(text, asTextOrNull(separator, 'sep'), asInt(limit, 'maxsplit'), meter),
  );
}

function justifying(to: Alignment): Native {
  return onText(['width', ['fillchar', ' ']], (text, [width = 0, fill = ' '], { meter }) =>
    justify(text, asInt(width, 'width'), asText(fill, 'fillchar'), to, meter),
  );
}

function casing(convert: (text: string) => string): Native {
  return onText([], (text, _args, { meter }) => meter.made(convert(text)));
}

function textTest(pattern: RegExp): Native {
  return onText([], (text, _args, { meter }) => isWholly(text, pattern, meter));
}

/** startswith and endswith take a text or a tuple of them. */
function affix(test: (text: string, part: string) => boolean): Native {
  return onText(['affix'], (text, [affix = ''], { meter }) => {
    meter.scan(text);
    const parts = isList(affix) ? affix : [affix];
    return parts.some((part) => test(text, asText(part, 'the affix')));
  });
}

function finding(isLast: boolean, isStrict: boolean): Native {
  return onText(
    ['sub', ['start', 0], ['end', null]],
    (text, [sub = '', start = 0, end = null], { meter }) => {
      meter.scan(text);
      const from = unitIndex(text, asInt(start, 'start'));
      const part = text.slice(from, end === null ? undefined : unitIndex(text, asInt(end, 'end')));
      const found = isLast ? part.lastIndexOf(asText(sub, 'sub')) : part.indexOf(asText(sub, 'sub'));
      if (found === -1 && isStrict) throw new EvaluationError('substring not found');
      return found === -1 ? -1 : pythonIndex(text, from + found);
    },
  );
}

function partitioning(isLast: boolean): Native {
  return onText(['sep'], (text, [separator = ''], { meter }) => {
    meter.produce(text.length);
    const by = asText(separator, 'sep');
    if (by === '') throw new EvaluationError('empty separator');
    const index = isLast ? text.lastIndexOf(by) : text.indexOf(by);
    if (index === -1) return tuple(isLast ? ['', '', text] : [text, '', '']);
    return tuple([text.slice(0, index), by, text.slice(index + by.length)]);
  });
}

function swapCase(text: string): string {
  return Array.from(text, (each) =>
    each === each.toUpperCase() ? each.toLowerCase() : each.toUpperCase(),
  ).join('');
}

function zeroFilled(text: string, width: number, { meter }: JinjaEnvironment): string {
  const sign = /^[+-]/.test(text) ? text[0]! : '';
  return sign + justify(text.slice(sign.length), width - sign.length, '0', 'right', meter);
}

const textMethods: Methods = new Map([
  ['split', splitting(split)],
  ['rsplit', splitting(splitRight)],
  [
    'splitlines',
    onText([], (text, _args, { meter }) => {
      const lines = text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
      meter.collect(lines.length);
      return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
    }),
  ],
  ['strip', stripping('both')],
  ['lstrip', stripping('left')],
  ['rstrip', stripping('right')],
  ['upper', casing((text) => text.toUpperCase())],
  ['lower', casing((text) => text.toLowerCase())],
  ['casefold', casing((text) => text.toLowerCase())],
  ['swapcase', casing(swapCase)],
  ['title', onText([], (text, _args, { meter }) => titleCase(text, meter))],
  ['capitalize', onText([], (text, _args, { meter }) => capitalize(text, meter))],
  ['startswith', affix((text, part) => text.startsWith(part))],
  ['endswith', affix((text, part) => text.endsWith(part))],
  [
    'replace',
    onText(['old', 'new', ['count', -1]], (text, [old = '', fresh = '', count = -1], { meter }) =>
      replace(text, asText(old, 'old'), asText(fresh, 'new'), asInt(count, 'count'), meter),
    ),
  ],
  ['find', finding(false, false)],
  ['rfind', finding(true, false)],
  ['index', finding(false, true)],
  ['rindex', finding(true, true)],
  ['count', onText(['sub'], (text, [sub = ''], { meter }) => countOf(text, asText(sub, 'sub'), meter))],
  [
    'join',
    onText(['iterable'], (text, [items = []], environment) =>
      joinTexts(
        Array.from(iterate(items, environment), (part) => asText(part, 'each item of join()')),
        text,
        environment.meter,
      ),
    ),
  ],
  [
    'format',
    native(
      ['self'],
      ({ meter }, [self, ...positional], named) =>
        formatText(self as string, { positional, named }, 'list', meter),
      { takesRest: true, takesNamed: true },
    ),
  ],
  ['center', justifying('center')],
  ['ljust', justifying('left')],
  ['rjust', justifying('right')],
  [
    'zfill',
    onText(['width'], (text, [width = 0], environment) =>
      zeroFilled(text, asInt(width, 'width'), environment),
    ),
  ],
  ['partition', partitioning(false)],
  ['rpartition', partitioning(true)],
  [
    'removeprefix',
    onText(['prefix'], (text, [prefix = '']) => {
      const part = asText(prefix, 'prefix');
      return text.startsWith(part) ? text.slice(part.length) : text;
    }),
  ],
  [
    'removesuffix',
    onText(['suffix'], (text, [suffix = '']) => {
      const part = asText(suffix, 'suffix');
      return part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text;
    }),
  ],
  ['isdigit', textTest(/^\p{Nd}+$/u)],
  ['isdecimal', textTest(/^\p{Nd}+$/u)],
  ['isnumeric', textTest(/^\p{N}+$/u)],
  ['isalpha', textTest(/^\p{L}+$/u)],
  ['isalnum', textTest(/^[\p{L}\p{N}]+$/u)],
  ['isspace', textTest(/^\s+$/u)],
  ['isascii', onText([], (text) => /^\p{ASCII}*$/u.test(text))],
  ['isupper', onText([], (text, _args, { meter }) => isUpper(text, meter))],
  ['islower', onText([], (text, _args, { meter }) => isLower(text, meter))],
]);

const listMethods: Methods = new Map([
  [
    'index',
    native(['self', 'value'], ({ meter }, [self, value = null]) => {
      const found = (self as readonly Value[]).findIndex((item) => equal(item, value, meter));
      if (found === -1) throw new EvaluationError('the value is not in the list');
      return found;
    }),
  ],
  [
    'count',
    native(
      ['self', 'value'],
      ({ meter }, [self, value = null]) =>
        (self as readonly Value[]).filter((item) => equal(item, value, meter)).length,
    ),
  ],
  ['copy', native(['self'], (_environment, [self = null]) => self)],
]);

/** Each created pair is charged. */
function pair(entry: readonly [Value, Value], meter: Meter): Value {
  meter.collect(2);
  meter.step();
  return tuple(entry);
}

const dictMethods: Methods = new Map([
  [
    'get',
    native(['self', 'key', ['default', null]], (_environment, [self, key = null, fallback = null]) => {
      const value = mapGet(self as Mapping, key);
      return value === undefined ? fallback : value;
    }),
  ],
  ['keys', native(['self'], ({ meter }, [self]) => mapKeys(self as Mapping, meter))],
  [
    'values',
    native(['self'], ({ meter }, [self]) => mapEntries(self as Mapping, meter).map(([, value]) => value)),
  ],
  [
    'items',
    native(['self'], ({ meter }, [self]) =>
      mapEntries(self as Mapping, meter).map((each) => pair(each, meter)),
    ),
  ],
  ['copy', native(['self'], (_environment, [self = null]) => self)],
]);
