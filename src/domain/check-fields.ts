/**
 * Checks a document against its fields: every key known, every value of its type, defaults filled in. Finds all that is wrong, not
 * just the first. Scalars are read as Senlin reads them (senlin/common/schema.py): "60" is an Integer, "yes" a Boolean, 200 a String.
 */
import { didYouMean } from './did-you-mean.ts';
import { quoteValue } from './errors.ts';
import type { Issue } from './errors.ts';
import { isJsonObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { allowedWords, fieldsIn, isIn } from './spec-schema.ts';
import type { Field, Fields } from './spec-schema.ts';

export type FieldsCheck =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly issues: Issue[] };

/** @param path where the map stands in the document; '' for its top. */
export function checkFields(
  fields: Fields,
  document: Json | undefined,
  version: string,
  path = '',
): FieldsCheck {
  const issues: Issue[] = [];
  const value = checkMap(fields, document, path, { version, issues });
  return issues.length === 0 && value !== undefined ? { ok: true, value } : { ok: false, issues };
}

/** Whole numbers are exact up to here, and no time or count of a spec is larger. */
const largestNumber = 1e9;

interface Check {
  readonly version: string;
  readonly issues: Issue[];
}

function checkMap(
  fields: Fields,
  found: Json | undefined,
  path: string,
  check: Check,
): JsonObject | undefined {
  if (!isJsonObject(found)) return wrong(check, path, 'a map', found);
  reportUnknownKeys(fields, found, path, check);
  const checked: Record<string, Json> = {};
  for (const [name, field] of fieldsIn(fields, check.version)) {
    const value = checkKey(
      field,
      Object.hasOwn(found, name) ? found[name] : undefined,
      join(path, name),
      check,
    );
    if (value !== undefined) checked[name] = value;
  }
  return checked;
}

function reportUnknownKeys(fields: Fields, found: JsonObject, path: string, check: Check): void {
  const known = fieldsIn(fields, check.version).map(([name]) => name);
  for (const key of Object.keys(found).filter((name) => !known.includes(name))) {
    const since = Object.hasOwn(fields, key) ? fields[key]?.since : undefined;
    const hint =
      since === undefined ? didYouMean(key, known) : `it came with version ${since} of this policy type`;
    const expected = `one of ${[...known].sort().join(', ')}`;
    check.issues.push({
      field: join(path, key),
      expected,
      found: 'an unknown key',
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function checkKey(field: Field, found: Json | undefined, path: string, check: Check): Json | undefined {
  if (found === null && field.required !== true) {
    const hint = 'the key has no value: give it one, or leave it out';
    return wrong(check, path, describe(field, check.version), found, hint);
  }
  if (found !== undefined) return checkValue(field, found, path, check);
  if (field.default !== undefined) return checkValue(field, field.default, path, check);
  return field.required === true ? wrong(check, path, describe(field, check.version), found) : undefined;
}

function checkValue(field: Field, found: Json, path: string, check: Check): Json | undefined {
  switch (field.type) {
    case 'Map':
      if (field.fields !== undefined) return checkMap(field.fields, found, path, check);
      return isJsonObject(found) ? found : wrong(check, path, 'a map', found);
    case 'List':
      return checkList(field, found, path, check);
    case 'Boolean':
      return readBoolean(found) ?? wrong(check, path, 'true or false', found);
    case 'Integer':
    case 'Number':
      return checkNumber(field, found, path, check);
    case 'String':
      return checkText(field, found, path, check);
  }
}

function checkList(field: Field, found: Json, path: string, check: Check): Json | undefined {
  if (!Array.isArray(found) || found.length < (field.minItems ?? 0))
    return wrong(check, path, describe(field, check.version), found);
  const { items } = field;
  if (items === undefined) return found;
  return found.flatMap((entry: Json, index) => checkValue(items, entry, `${path}[${index}]`, check) ?? []);
}

function checkNumber(field: Field, found: Json, path: string, check: Check): Json | undefined {
  const value = readNumber(field, found);
  const { min = -largestNumber, max = largestNumber } = field;
  const fits = value !== undefined && value >= min && value <= max;
  if (!fits || (field.type === 'Integer' && !Number.isInteger(value))) {
    const isHuge = value !== undefined && value > largestNumber;
    const expected = describe(isHuge ? { ...field, max } : field, check.version);
    return wrong(check, path, expected, found, hintForNumber(found));
  }
  return value;
}

const secondsOf = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Times of a spec are numbers of seconds. */
function hintForNumber(found: Json): string | undefined {
  if (typeof found !== 'string') return undefined;
  const [, amount, unit] = /^\s*(\d+)\s*([smhd%])\s*$/.exec(found) ?? [];
  if (unit === undefined) return undefined;
  if (unit === '%') return `write ${amount}, without the sign`;
  return `times are in seconds, without a unit: ${Number(amount) * secondsOf[unit as keyof typeof secondsOf]}`;
}

function checkText(field: Field, found: Json, path: string, check: Check): Json | undefined {
  const text = readText(found);
  const allowed = allowedWords(field, check.version);
  if (text !== undefined && (allowed?.includes(text) ?? true) && (field.pattern?.regex.test(text) ?? true))
    return text;
  return wrong(check, path, describe(field, check.version), found, hintForWord(field, text, check.version));
}

function hintForWord(field: Field, text: string | undefined, version: string): string | undefined {
  if (text === undefined || field.allowed === undefined) return undefined;
  for (const entry of field.allowed) {
    if (typeof entry !== 'string' && entry.word === text && !isIn(version, entry.since)) {
      return `it came with version ${entry.since} of this policy type`;
    }
  }
  return didYouMean(text, allowedWords(field, version) ?? []);
}

function describe(field: Field, version: string): string {
  const allowed = allowedWords(field, version);
  if (allowed !== undefined) return `one of ${allowed.join(', ')}`;
  if (field.pattern !== undefined) return field.pattern.expected;
  if (field.type === 'Map') return 'a map';
  if (field.type === 'Boolean') return 'true or false';
  if (field.type === 'String') return 'a text';
  if (field.type === 'List')
    return (field.minItems ?? 0) > 0 ? `a list of at least ${field.minItems}` : 'a list';
  return (field.type === 'Integer' ? 'a whole number' : 'a number') + describeRange(field);
}

function describeRange({ min, max }: Field): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}

function readBoolean(found: Json): boolean | undefined {
  if (typeof found === 'boolean') return found;
  if (typeof found !== 'string' && typeof found !== 'number') return undefined;
  const word = String(found).toLowerCase();
  if (['true', '1', 'on', 'yes', 'y', 't'].includes(word)) return true;
  return ['false', '0', 'off', 'no', 'n', 'f'].includes(word) ? false : undefined;
}

function readNumber({ type }: Field, found: Json): number | undefined {
  if (typeof found === 'number') return Number.isFinite(found) ? found : undefined;
  const text = type === 'Integer' ? /^\s*-?\d+\s*$/ : /^\s*-?\d+(\.\d+)?\s*$/;
  return typeof found === 'string' && text.test(found) ? Number(found) : undefined;
}

function readText(found: Json): string | undefined {
  if (typeof found === 'boolean') return found ? 'True' : 'False';
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : undefined;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function wrong(
  check: Check,
  field: string,
  expected: string,
  found: Json | undefined,
  hint?: string,
): undefined {
  check.issues.push({ field, expected, found: quoteValue(found), ...(hint === undefined ? {} : { hint }) });
}
