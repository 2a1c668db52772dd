/** One object of the API for people: its names and values below each other, times and statuses made readable. */
import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { toneOf } from './style.ts';
import type { Style } from './style.ts';
import { renderFields } from './table.ts';
import type { Cell } from './table.ts';
import { orDash } from './text-of.ts';
import { readTime, timeAgo } from './time-text.ts';

/** Who owns a thing says nothing where there is one owner; --json has it. */
const leftOut = new Set(['project', 'user', 'domain']);

const timeKey = /(?:_at|_time|^timestamp)$/;

/** @param first keys that a person looks for, in this order; the others follow by name. */
export function describeObject(
  object: JsonObject,
  first: readonly string[],
  style: Style,
  now: number,
): string {
  const keys = Object.keys(object).filter((key) => !leftOut.has(key));
  const rest = keys.filter((key) => !first.includes(key)).sort();
  const ordered = [...first.filter((key) => keys.includes(key)), ...rest];
  return renderFields(
    ordered.map((key) => [key, describeValue(key, object[key] ?? null, now)]),
    style,
  );
}

function describeValue(key: string, value: Json, now: number): Cell {
  const time = timeKey.test(key) ? readTime(value) : undefined;
  if (time !== undefined) return { text: `${timeAgo(value, now)} (${new Date(time).toISOString()})` };
  if (/(?:^|_)(?:status|state)$/.test(key) && typeof value === 'string')
    return { text: value, tone: toneOf(value) };
  return { text: valueText(value) };
}

/** Like YAML, for the eye: nested maps and lists are indented. */
export function valueText(value: Json): string {
  if (value === null || value === '') return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(valueText).join('\n');
  if (isJsonObject(value)) return Object.keys(value).length === 0 ? '-' : mapText(value);
  return orDash(value);
}

function mapText(map: JsonObject): string {
  return Object.entries(map)
    .map(([key, value]) => {
      if (!isNested(value)) return `${key}: ${valueText(value)}`;
      return `${key}:\n  ${indent(Array.isArray(value) ? listText(value) : valueText(value))}`;
    })
    .join('\n');
}

/** A list inside of something, with its entries marked. */
function listText(list: readonly Json[]): string {
  return list.map((entry) => `- ${indent(valueText(entry))}`).join('\n');
}

function isNested(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n  ');
}
