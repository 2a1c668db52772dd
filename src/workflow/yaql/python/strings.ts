/** Methods of Python's str, for both languages. Sizes are charged before anything large is produced. */
import { EvaluationError } from './errors.ts';
import type { Meter } from './limits.ts';
import { textLength } from './text.ts';

const blank = '[\\s\\x1c-\\x1f\\x85]';
const leadingBlanks = new RegExp(`^${blank}+`, 'u');
const blankRun = new RegExp(`${blank}+`, 'u');

export type Side = 'both' | 'left' | 'right';

/** strip, lstrip, rstrip; `chars` is a set of characters, blanks if null. */
export function strip(text: string, chars: string | null, side: Side, meter: Meter): string {
  meter.scan(text);
  const isStripped = stripTest(chars);
  const units = Array.from(text);
  let start = 0;
  let end = units.length;
  if (side !== 'right') while (start < end && isStripped(units[start]!)) start++;
  if (side !== 'left') while (end > start && isStripped(units[end - 1]!)) end--;
  meter.step(units.length >> 4);
  return start === 0 && end === units.length ? text : units.slice(start, end).join('');
}

function stripTest(chars: string | null): (character: string) => boolean {
  if (chars === null) return (character) => leadingBlanks.test(character);
  const set = new Set(chars);
  return (character) => set.has(character);
}

/** split(separator, limit) from the left; blanks if the separator is null; no limit if negative. */
export function split(text: string, separator: string | null, limit: number, meter: Meter): string[] {
  const parts = separator === null ? splitBlanks(text, limit, meter) : splitAt(text, separator, limit, meter);
  meter.produce(text.length);
  meter.collect(parts.length);
  return parts;
}

function splitAt(text: string, separator: string, limit: number, meter: Meter): string[] {
  if (separator === '') throw new EvaluationError('empty separator');
  meter.step(1 + (text.length >> 4));
  const parts = text.split(separator);
  meter.step(parts.length);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function splitBlanks(text: string, limit: number, meter: Meter): string[] {
  let rest = strip(text, null, 'left', meter);
  if (limit < 0) {
    const parts = rest.split(blankRun).filter((part) => part !== '');
    meter.step(parts.length);
    return parts;
  }
  const parts: string[] = [];
  while (rest !== '' && parts.length < limit) {
    meter.scan(rest);
    const found = blankRun.exec(rest);
    parts.push(found === null ? rest : rest.slice(0, found.index));
    rest = found === null ? '' : rest.slice(found.index + found[0].length);
  }
  return rest === '' ? parts : [...parts, rest];
}

/** rsplit: as split, but counts its splits from the right. */
export function splitRight(text: string, separator: string | null, limit: number, meter: Meter): string[] {
  const parts = split(text, separator, -1, meter);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  if (separator === null) return splitBlanksRight(strip(text, null, 'right', meter), limit, meter);
  const head = parts.length - limit;
  return [parts.slice(0, head).join(separator), ...parts.slice(head)];
}

function splitBlanksRight(text: string, limit: number, meter: Meter): string[] {
  const mirror = (line: string): string => Array.from(line).toReversed().join('');
  return splitBlanks(mirror(text), limit, meter).map(mirror).toReversed();
}

/** replace(old, new, count); all if count is negative. */
export function replace(text: string, old: string, fresh: string, count: number, meter: Meter): string {
  if (count === 0) return text;
  const units = old === '' ? Array.from(text) : text.split(old);
  meter.step(1 + (text.length >> 6) + units.length);
  if (old === '') return insertBetween(units, fresh, count, meter);
  const times = count < 0 ? units.length - 1 : Math.min(count, units.length - 1);
  meter.produce(text.length + times * fresh.length);
  const head = units.slice(0, times + 1).join(fresh);
  return times === units.length - 1 ? head : [head, ...units.slice(times + 1)].join(old);
}

/** Python puts the text before every character and at the end when it replaces nothing ('') by something. */
function insertBetween(units: readonly string[], fresh: string, count: number, meter: Meter): string {
  const times = count < 0 ? units.length + 1 : Math.min(count, units.length + 1);
  meter.produce(units.length + times * fresh.length);
  const parts = units.map((unit, index) => (index < times ? fresh + unit : unit));
  return parts.join('') + (times > units.length ? fresh : '');
}

export function repeatText(text: string, times: number, meter: Meter): string {
  const count = Math.max(0, times);
  meter.produce(count * text.length);
  return text.repeat(text === '' ? 0 : count);
}

export function joinTexts(parts: readonly string[], separator: string, meter: Meter): string {
  let size = Math.max(0, parts.length - 1) * separator.length;
  for (const part of parts) size += part.length;
  meter.step(parts.length);
  meter.produce(size);
  return parts.join(separator);
}

/** The number of non-overlapping occurrences of a part. */
export function countOf(text: string, part: string, meter: Meter): number {
  meter.scan(text);
  if (part === '') return textLength(text) + 1;
  const times = text.split(part).length - 1;
  meter.step(times);
  return times;
}

export function capitalize(text: string, meter: Meter): string {
  const [first = '', ...rest] = Array.from(meter.made(text));
  return first.toUpperCase() + rest.join('').toLowerCase();
}

/**
 * Upper case after every character that is not a letter, lower case after letters, as Python's str.title().
 */
export function titleCase(text: string, meter: Meter): string {
  return meter
    .made(text)
    .replaceAll(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
}

export type Alignment = 'left' | 'right' | 'center';

/** ljust, rjust, center; Python's center puts the odd blank to the left only if the width is odd. */
export function justify(text: string, width: number, fill: string, to: Alignment, meter: Meter): string {
  const missing = width - textLength(text);
  if (missing <= 0) return text;
  meter.produce(width);
  if (to === 'left') return text + fill.repeat(missing);
  if (to === 'right') return fill.repeat(missing) + text;
  const before = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(before) + text + fill.repeat(missing - before);
}

/** Whether there are upper-case letters and no lower-case ones. */
export function isUpper(text: string, meter: Meter): boolean {
  meter.step(1 + (text.length >> 3));
  return /\p{Lu}/u.test(text) && !/\p{Ll}/u.test(text);
}

/** Whether there are lower-case letters and no upper-case ones. */
export function isLower(text: string, meter: Meter): boolean {
  meter.step(1 + (text.length >> 3));
  return /\p{Ll}/u.test(text) && !/\p{Lu}/u.test(text);
}

export function isWholly(text: string, pattern: RegExp, meter: Meter): boolean {
  meter.step(1 + (text.length >> 3));
  return text !== '' && pattern.test(text);
}
