/**
 * One object of the API for users: its names and values below each other, times and statuses made readable.
 */
import type { Json, JsonObject } from '../../domain/json.ts';
import { localOwner } from '../../domain/session.ts';
import { toneOf } from './style.ts';
import type { Style } from './style.ts';
import { renderFields, type FieldValue } from './fields.ts';
import { orDash } from './text-of.ts';
import { readTime } from './times.ts';
import type { Times } from './times.ts';

/** The owner of an object is of no interest where there is one owner only; --json has it. */
const ofOwner: JsonObject = { ...localOwner };

function isLeftOut([key, value]: readonly [string, unknown]): boolean {
  return key in ofOwner && (value === ofOwner[key] || value === null);
}

const timeKey = /(?:_at|_time|^timestamp)$/;

/** @param first keys that a user looks for, in this order; the others follow by name. */
export function describeObject(
  object: object,
  first: readonly string[],
  { style, times, columns }: { readonly style: Style; readonly times: Times; readonly columns: number },
): string {
  const keys = Object.entries(object).flatMap((entry) => (isLeftOut(entry) ? [] : [entry[0]]));
  const rest = keys.filter((key) => !first.includes(key)).sort();
  const ordered = [...first.filter((key) => keys.includes(key)), ...rest];
  return renderFields(
    ordered.map((key) => [key, describeValue(key, (object as JsonObject)[key] ?? null, times)]),
    style,
    { columns },
  );
}

function describeValue(key: string, value: Json, times: Times): FieldValue {
  const time = timeKey.test(key) ? readTime(value) : undefined;
  if (time !== undefined) return { text: bothWays(value, time, times) };
  if (/(?:^|_)(?:status|state)$/.test(key) && typeof value === 'string')
    return { text: value, tone: toneOf(value) };
  return valueOf(value);
}

/** `3 min ago (2026-11-22T18:17:00.000Z)`; the second alone where exact times are requested. */
function bothWays(value: Json, time: number, times: Times): string {
  const iso = new Date(time).toISOString();
  const relative = times.relative(value);
  return /^\d{4}-/.test(relative) ? iso : `${relative} (${iso})`;
}

/** A list of plain values is a line each; what is nested is YAML. */
function valueOf(value: Json): FieldValue {
  if (Array.isArray(value) && value.every((entry) => typeof entry !== 'object'))
    return { text: value.length === 0 ? '-' : value.map((entry) => orDash(entry)).join('\n') };
  const isEmpty = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  return isEmpty ? { text: orDash(value) } : { yaml: value };
}
