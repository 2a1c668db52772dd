import {
  any,
  type FunctionDefinition,
  extension,
  flag,
  fn,
  integer,
  iterable,
  mapping,
  method,
  optional,
  rest,
  text,
  textOrNull,
  withNamed,
} from '../function.ts';
import { formatText } from '../python/format.ts';
import type { Meter } from '../python/limits.ts';
import { mapEntries } from '../python/mapping.ts';
import { joinTexts, replace, split, splitRight, strip } from '../python/strings.ts';
import { characters, pythonIndex, sliceText, textLength, unitIndex } from '../python/text.ts';
import type { Value } from '../python/values.ts';
import { yaqlText } from './conversions.ts';

function join(items: Iterable<Value>, separator: string, meter: Meter): string {
  const parts: string[] = [];
  for (const item of items) parts.push(yaqlText(item, meter));
  return joinTexts(parts, separator, meter);
}

/** The part of a text that indexOf searches: from `start`, `length` characters long. */
function searched(string: string, start: number, length: number | undefined): readonly [string, number] {
  const from = unitIndex(string, start);
  if (length === undefined || length < 0) return [string.slice(from), from];
  return [sliceText(string.slice(from), 0, length), from];
}

function indexOf(
  string: string,
  sub: string,
  start: number,
  length: number | undefined,
  meter: Meter,
): number {
  meter.scan(string);
  const [part, from] = searched(string, start, length);
  const found = part.indexOf(sub);
  return found === -1 ? -1 : pythonIndex(string, from + found);
}

function lastIndexOf(
  string: string,
  sub: string,
  start: number,
  length: number | undefined,
  meter: Meter,
): number {
  meter.scan(string);
  const [part, from] = searched(string, start, length);
  const found = part.lastIndexOf(sub);
  return found === -1 ? -1 : pythonIndex(string, from + found);
}

function substring(string: string, start: number, length: number): string {
  const size = textLength(string);
  const from = start < 0 ? start + size : start;
  const end = from + (length < 0 ? size : length);
  return sliceText(string, from, end);
}

const lower = 'abcdefghijklmnopqrstuvwxyz';
const classes: Readonly<Record<string, string>> = {
  digits: '0123456789',
  hexdigits: '0123456789abcdefABCDEF',
  asciiLowercase: lower,
  asciiUppercase: lower.toUpperCase(),
  asciiLetters: lower + lower.toUpperCase(),
  octdigits: '01234567',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  printable: `0123456789${lower}${lower.toUpperCase()}!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~ \t\n\r\x0b\x0c`,
  whitespace: ' \t\n\r\x0b\x0c',
};
const classNames = Object.keys(classes);

/** Functions and methods of texts. */
export const strings: readonly FunctionDefinition[] = [
  fn('concat', [rest(text('args'))], (call, parts) => joinTexts(parts, '', call.meter)),
  extension('len', [text('string')], (_call, string) => textLength(string)),
  method('toUpper', [text('string')], (call, string) => call.meter.made(string.toUpperCase())),
  method('toLower', [text('string')], (call, string) => call.meter.made(string.toLowerCase())),
  method('toCharArray', [text('string')], (call, string) => characters(string, call.meter)),

  method(
    'split',
    [text('string'), optional(textOrNull('separator'), null), optional(integer('maxSplits'), -1)],
    (call, string, separator, limit) => split(string, separator, limit, call.meter),
  ),
  method(
    'rightSplit',
    [text('string'), optional(textOrNull('separator'), null), optional(integer('maxSplits'), -1)],
    (call, string, separator, limit) => splitRight(string, separator, limit, call.meter),
  ),
  method('join', [iterable('sequence'), text('separator')], (call, items, separator) =>
    join(items, separator, call.meter),
  ),
  method('join', [text('separator'), iterable('sequence')], (call, separator, items) =>
    join(items, separator, call.meter),
  ),

  method('trim', [text('string'), optional(textOrNull('chars'), null)], (call, string, chars) =>
    strip(string, chars, 'both', call.meter),
  ),
  method('trimLeft', [text('string'), optional(textOrNull('chars'), null)], (call, string, chars) =>
    strip(string, chars, 'left', call.meter),
  ),
  method('trimRight', [text('string'), optional(textOrNull('chars'), null)], (call, string, chars) =>
    strip(string, chars, 'right', call.meter),
  ),
  extension('norm', [textOrNull('string'), optional(textOrNull('chars'), null)], (call, string, chars) =>
    string === null ? null : strip(string, chars, 'both', call.meter) || null,
  ),
  extension(
    'isEmpty',
    [textOrNull('string'), optional(flag('trim'), true), optional(textOrNull('chars'), null)],
    (call, string, trims, chars) =>
      string === null || (trims ? strip(string, chars, 'both', call.meter) : string) === '',
  ),

  method(
    'replace',
    [text('string'), text('old'), text('new'), optional(integer('count'), -1)],
    (call, string, old, fresh, count) => replace(string, old, fresh, count, call.meter),
  ),
  method(
    'replace',
    [text('string'), mapping('replacements'), optional(integer('count'), -1)],
    (call, string, replacements, count) =>
      mapEntries(replacements, call.meter).reduce(
        (result, [old, fresh]) =>
          replace(result, yaqlText(old, call.meter), yaqlText(fresh, call.meter), count, call.meter),
        string,
      ),
  ),

  method(
    'substring',
    [text('string'), integer('start'), optional(integer('length'), -1)],
    (call, string, start, length) => call.meter.made(substring(string, start, length)),
  ),
  method(
    'indexOf',
    [text('string'), text('sub'), optional(integer('start'), 0), optional(integer('length'))],
    (call, string, sub, start, length) => indexOf(string, sub, start, length, call.meter),
  ),
  method(
    'lastIndexOf',
    [text('string'), text('sub'), optional(integer('start'), 0), optional(integer('length'))],
    (call, string, sub, start, length) => lastIndexOf(string, sub, start, length, call.meter),
  ),
  method('startsWith', [text('string'), rest(text('prefixes'))], (_call, string, prefixes) =>
    prefixes.some((prefix) => string.startsWith(prefix)),
  ),
  method('endsWith', [text('string'), rest(text('suffixes'))], (_call, string, suffixes) =>
    suffixes.some((suffix) => string.endsWith(suffix)),
  ),

  withNamed(
    extension('format', [text('formatString'), rest(any('args'))], (call, template, positional) =>
      formatText(template, { positional, named: call.named }, 'tuple', call.meter),
    ),
  ),

  fn(
    'characters',
    classNames.map((name) => optional(flag(name), false)),
    (_call, ...chosen) => {
      const all = classNames.flatMap((name, index) =>
        chosen[index] === true ? Array.from(classes[name]!) : [],
      );
      return [...new Set(all)].sort();
    },
  ),
];
