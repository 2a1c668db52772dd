/**
 * Checks a document against its fields: every key known, every value of its type, defaults filled in. Finds
 * all that is wrong, not just the first; of very much the first (`issue-list.ts`). Scalars are read as Senlin
 * reads them (senlin/common/schema.py): "60" is an Integer, "yes" a Boolean, 200 a String.
 */
import { didYouMean } from './did-you-mean.ts';
import { quoteValue } from './errors.ts';
import type { Issue } from './errors.ts';
import { IssueList } from './issue-list.ts';
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
  const issues = new IssueList();
  const value = checkMap(fields, document, path, { version, issues });
  return issues.length === 0 && value !== undefined
    ? { ok: true, value }
    : { ok: false, issues: issues.toList() };
}

/** Whole numbers are exact up to here, and no time or count of a spec is larger. */
const largestNumber = 1e9;

interface Check {
  readonly version: string;
  readonly issues: IssueList;
}

function checkMap(
  fields: Fields,
  found: Json | undefined,
  path: string,
  check: Check,
): JsonObject | undefined {
  if (!isJsonObject(found))
    return wrong(check, path, () => mapOf(fields, check.version), found, hintForNumber(found ?? null));
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
  const names = new Set(known);
  for (const key of Object.keys(found)) {
    if (!names.has(key)) check.issues.add(() => unknownKey(fields, key, join(path, key), known));
  }
}

function unknownKey(fields: Fields, key: string, path: string, known: readonly string[]): Issue {
  const since = Object.hasOwn(fields, key) ? fields[key]?.since : undefined;
  const hint = since === undefined ? didYouMean(key, known) : `it came with version ${since} of this type`;
  const expected = `one of ${[...known].sort().join(', ')}`;
  const issue = { field: path, expected, found: 'an unknown key' };
  return hint === undefined ? issue : { ...issue, hint };
}

function checkKey(field: Field, found: Json | undefined, path: string, check: Check): Json | undefined {
  if (found === null && field.required !== true) {
    const hint = 'the key has no value: give it one, or leave it out';
    return wrong(check, path, () => describe(field, check.version), found, hint);
  }
  if (found !== undefined) return checkValue(field, found, path, check);
  if (field.default !== undefined) return checkValue(field, field.default, path, check);
  return field.required === true
    ? wrong(check, path, () => describe(field, check.version), found)
    : undefined;
}

function checkValue(field: Field, found: Json, path: string, check: Check): Json | undefined {
  const value = checkType(field, found, path, check);
  if (value === undefined || field.check === undefined) return value;
  const issues = field.check(value, path);
  check.issues.addAll(issues);
  return issues.length === 0 ? value : undefined;
}

function checkType(field: Field, found: Json, path: string, check: Check): Json | undefined {
  switch (field.type) {
    case 'Map':
      return field.fields === undefined
        ? checkAnyMap(field, found, path, check)
        : checkMap(field.fields, inFull(field, found), path, check);
    case 'List':
      return checkList(field, found, path, check);
    case 'Boolean':
      return readBoolean(found) ?? refuse(field, found, path, check);
    case 'Integer':
    case 'Number':
      return checkNumber(field, found, path, check);
    case 'String':
      return checkText(field, found, path, check);
  }
}

/** The map that a text in its place stands for. */
function inFull({ shortFor }: Field, found: Json): Json {
  return shortFor !== undefined && typeof found === 'string' ? { [shortFor]: found } : found;
}

/** A map whose keys are the user's own. */
function checkAnyMap(field: Field, found: Json, path: string, check: Check): Json | undefined {
  if (!isJsonObject(found)) return refuse(field, found, path, check);
  const { keys, values } = field;
  if (keys === undefined && values === undefined) return found;
  const before = check.issues.length;
  const entries = Object.entries(found).map(([key, value]) => {
    if (keys !== undefined && !keys.regex.test(key)) wrong(check, path, () => keys.expected, key);
    else if (values !== undefined)
      return [key, checkValue(values, value, join(path, key), check) ?? null] as const;
    return [key, value] as const;
  });
  return check.issues.length === before ? Object.fromEntries(entries) : undefined;
}

/** undefined where an entry is wrong: what is left of it is not what was written. */
function checkList(field: Field, found: Json, path: string, check: Check): Json | undefined {
  if (!Array.isArray(found) || found.length < (field.minItems ?? 0)) return refuse(field, found, path, check);
  const { items } = field;
  if (items === undefined) return found;
  const before = check.issues.length;
  const entries = found.flatMap(
    (entry: Json, index) => checkValue(items, entry, `${path}[${index}]`, check) ?? [],
  );
  return check.issues.length === before ? entries : undefined;
}

function checkNumber(field: Field, found: Json, path: string, check: Check): Json | undefined {
  const value = readNumber(field, found);
  const { min = -largestNumber, max = largestNumber } = field;
  const fits = value !== undefined && value >= min && value <= max;
  if (!fits || (field.type === 'Integer' && !Number.isInteger(value))) {
    const isHuge = value !== undefined && value > largestNumber;
    return refuse(isHuge ? { ...field, max } : field, found, path, check, () => hintForNumber(found));
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
  const text = readText(field, found);
  const allowed = allowedWords(field, check.version);
  if (text === undefined || !(allowed?.includes(text) ?? true) || !(field.pattern?.regex.test(text) ?? true))
    return refuse(field, found, path, check, () => hintForText(field, found, text, check.version));
  const { maxLength = Infinity } = field;
  if (text.length <= maxLength) return text;
  check.issues.add(() => ({
    field: path,
    expected: `at most ${maxLength} characters`,
    found: `${text.length}`,
  }));
  return undefined;
}

function hintForText(
  field: Field,
  found: Json,
  text: string | undefined,
  version: string,
): string | undefined {
  if (text !== undefined) return hintForWord(field, text, version);
  const isScalar = typeof found === 'number' || typeof found === 'boolean';
  return field.verbatim === true && isScalar ? 'put it in quotes' : undefined;
}

function hintForWord(field: Field, text: string, version: string): string | undefined {
  if (field.allowed === undefined) return undefined;
  for (const entry of field.allowed) {
    if (typeof entry !== 'string' && entry.word === text && !isIn(version, entry.since)) {
      return `it came with version ${entry.since} of this type`;
    }
  }
  return didYouMean(text, allowedWords(field, version) ?? []);
}

/** @param hint where the field has none of its own. */
function refuse(
  field: Field,
  found: Json,
  path: string,
  check: Check,
  hint: () => string | undefined = () => undefined,
): undefined {
  check.issues.add(() => {
    const shown = field.secret === true ? kindOf(found) : quoteValue(found);
    const issue = { field: path, expected: describe(field, check.version), found: shown };
    const said = field.hint?.(found) ?? hint();
    return said === undefined ? issue : { ...issue, hint: said };
  });
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

function describe(field: Field, version: string): string {
  if (field.expected !== undefined) return field.expected;
  const allowed = allowedWords(field, version);
  if (allowed !== undefined) return `one of ${allowed.join(', ')}`;
  if (field.pattern !== undefined) return field.pattern.expected;
  if (field.type === 'Map') return field.fields === undefined ? 'a map' : mapOf(field.fields, version);
  if (field.type === 'Boolean') return 'true or false';
  if (field.type === 'String') return 'a text';
  if (field.type === 'List')
    return (field.minItems ?? 0) > 0 ? `a list of at least ${field.minItems}` : 'a list';
  return (field.type === 'Integer' ? 'a whole number' : 'a number') + describeRange(field);
}

/** `a map with any of percent, at_least` */
function mapOf(fields: Fields, version: string): string {
  const names = fieldsIn(fields, version).map(([name]) => name);
  return names.length === 0 ? 'a map' : `a map with any of ${names.join(', ')}`;
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

function readText({ verbatim }: Field, found: Json): string | undefined {
  if (verbatim === true) return typeof found === 'string' ? found : undefined;
  if (typeof found === 'boolean') return found ? 'True' : 'False';
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : undefined;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function wrong(
  check: Check,
  field: string,
  expected: () => string,
  found: Json | undefined,
  hint?: string,
): undefined {
  check.issues.add(() => {
    const issue = { field, expected: expected(), found: quoteValue(found) };
    return hint === undefined ? issue : { ...issue, hint };
  });
}
