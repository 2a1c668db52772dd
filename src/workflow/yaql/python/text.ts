/** Python's str() and repr(), and its way of counting characters: by code points. */
import { itemsOf } from './compare.ts';
import { checkDataDepth, type Meter } from './limits.ts';
import { isMapping, mapEntries } from './mapping.ts';
import { floatText, isFloat, numberOf } from './numbers.ts';
import { PySet } from './sets.ts';
import { Moment, Span } from './time.ts';
import { Float, isList, Tuple, type Value, pythonTypeName } from './values.ts';

/** YAQL's own str() shows every sequence as a tuple; results and Jinja show lists. */
export type SequenceStyle = 'list' | 'tuple';

export function str(value: Value, meter: Meter, style: SequenceStyle = 'list'): string {
  if (typeof value === 'string') return value;
  if (value instanceof Moment || value instanceof Span) return meter.made(value.toString());
  return repr(value, meter, style);
}

export function repr(value: Value, meter: Meter, style: SequenceStyle = 'list', depth = 0): string {
  meter.step();
  if (typeof value === 'string') return meter.made(quote(value));
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number' || value instanceof Float) {
    return meter.made(isFloat(value) ? floatText(numberOf(value)!) : integerText(numberOf(value)!));
  }
  return reprContainer(value, meter, style, depth);
}

function integerText(number: number): string {
  return Math.abs(number) < 1e21 ? String(number) : String(BigInt(number));
}

function reprContainer(value: Value, meter: Meter, style: SequenceStyle, depth: number): string {
  checkDataDepth(depth);
  const part = (item: Value): string => repr(item, meter, style, depth + 1);
  const join = (parts: readonly string[]): string => meter.made(parts.join(', '));
  if (isMapping(value)) {
    return `{${join(mapEntries(value, meter).map(([key, item]) => `${part(key)}: ${part(item)}`))}}`;
  }
  if (value instanceof PySet) return value.size === 0 ? 'set()' : `{${join([...value].map(part))}}`;
  const items = itemsOf(value);
  if (items === undefined) return `<${pythonTypeName(value)}>`;
  const parts = [...items].map(part);
  if (value instanceof Tuple || (style === 'tuple' && isList(value))) {
    return parts.length === 1 ? `(${parts[0]},)` : `(${join(parts)})`;
  }
  return `[${join(parts)}]`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Python's repr of a text: single quotes, unless that would need escapes and double ones would not. */
function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replaceAll(
    /[\\\n\r\t\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu,
    (character) => {
      return escapes[character] ?? escapeCode(character.codePointAt(0)!);
    },
  );
  return `${mark}${mark === "'" ? body.replaceAll("'", "\\'") : body}${mark}`;
}

function escapeCode(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

const astral = /[\ud800-\udfff]/;

/** The characters as Python counts them. */
export function characters(text: string, meter: Meter): readonly string[] {
  meter.step(1 + text.length);
  meter.collect(text.length);
  return astral.test(text) ? Array.from(text) : text.split('');
}

export function textLength(text: string): number {
  return astral.test(text) ? Array.from(text).length : text.length;
}

/** text[start:end] with Python's negative indices. */
export function sliceText(text: string, start: number, end?: number): string {
  return astral.test(text) ? Array.from(text).slice(start, end).join('') : text.slice(start, end);
}

/** Turns an index in UTF-16 units into Python's index; -1 stays -1. */
export function pythonIndex(text: string, unit: number): number {
  return unit <= 0 ? unit : textLength(text.slice(0, unit));
}

/** Turns Python's index, negative ones from the end, into one in UTF-16 units within the text. */
export function unitIndex(text: string, index: number): number {
  const length = textLength(text);
  const from = Math.max(0, index < 0 ? index + length : index);
  return astral.test(text) ? Array.from(text).slice(0, from).join('').length : from;
}
