/**
 * Checks a document against its fields: every key known, every value of its type, defaults filled in. Finds
 * all that is wrong, not just the first; of very much the first (`issue-list.ts`). Scalars are read as Senlin
 * reads them (senlin/common/schema.py): "60" is an Integer, "yes" a Boolean, 200 a String.
 */
import { didYouMean } from './did-you-mean.ts';
import type { Issue } from './errors.ts';
import { IssueList } from './issue-list.ts';
import { isJsonObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { describeShape, quoteFound } from './quote-found.ts';
import { isSealed } from './sealed.ts';
import { holdsSecret } from './secret-fields.ts';
import { allowedWords, fieldsIn, isInVersion } from './spec-schema.ts';
import type { Field, Fields } from './spec-schema.ts';
import { unknownKey } from './unknown-key.ts';

export type FieldsCheck =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly issues: Issue[] };

export interface FieldsCheckOptions {
  /** Where the map stands in the document; absent: it is its top. */
  readonly path?: string;
  /** It was checked before, and what is secret in it is encrypted. */
  readonly isStored?: boolean | undefined;
}

export function checkFields(
  fields: Fields,
  document: Json | undefined,
  version: string,
  { path = '', isStored = false }: FieldsCheckOptions = {},
): FieldsCheck {
  const issues = new IssueList();
  const value = checkMap({ type: 'Map', fields }, fields, document, path, {
    version,
    issues,
    isStored,
    document: fields,
  });
  return issues.length === 0 && value !== undefined
    ? { ok: true, value }
    : { ok: false, issues: issues.toList() };
}

/** Of a key that is no name, in an error. */
const LONGEST_KEY = 40;

/** Whole numbers are exact up to here, and no time or count of a spec is larger. */
const largestNumber = 1e9;

interface Check {
  readonly version: string;
  readonly isStored: boolean;
  /** The fields of the whole document. */
  readonly document: Fields;
  readonly issues: IssueList;
}

/** A field in its map. */
interface PlacedField extends Field {
  /** What `keysBeside` says of this map. */
  readonly relevant?: readonly string[] | undefined;
}

function checkMap(
  field: PlacedField,
  fields: Fields,
  found: Json | undefined,
  path: string,
  check: Check,
): JsonObject | undefined {
  if (!isJsonObject(found)) {
    const value = found ?? null;
    const expected = () => field.expected ?? mapOf(fields, check.version);
    return wrong(field, found, path, check, expected, field.hint?.(value) ?? hintForNumber(value));
  }
  reportUnknownKeys(field, fields, found, path, check);
  const checked: Record<string, Json> = {};
  for (const [name, inner] of fieldsIn(fields, check.version)) {
    const value = checkKey(
      placedIn(found, inner),
      Object.hasOwn(found, name) ? found[name] : undefined,
      join(path, name),
      check,
    );
    if (value !== undefined) checked[name] = value;
  }
  return checked;
}

function placedIn(map: JsonObject, field: Field): PlacedField {
  return field.keysBeside === undefined ? field : { ...field, relevant: field.keysBeside(map) };
}

function reportUnknownKeys(
  { relevant }: PlacedField,
  map: Fields,
  found: JsonObject,
  path: string,
  check: Check,
): void {
  const { document, version } = check;
  const all = fieldsIn(map, version).map(([name]) => name);
  const names = new Set(all);
  const location = { document, map, version, known: relevant ?? all };
  for (const key of Object.keys(found)) {
    if (!names.has(key)) check.issues.add(() => unknownKey(key, join(path, key), location));
  }
}

function checkKey(field: PlacedField, found: Json | undefined, path: string, check: Check): Json | undefined {
  if (found === null && field.required !== true) {
    const hint = 'the key has no value: give it one, or leave it out';
    return wrong(field, found, path, check, () => describe(field, check.version), hint);
  }
  if (found !== undefined) return checkValue(field, found, path, check);
  if (field.default !== undefined) return checkValue(field, field.default, path, check);
  return field.required === true
    ? wrong(field, found, path, check, () => describe(field, check.version))
    : undefined;
}

function checkValue(field: PlacedField, found: Json, path: string, check: Check): Json | undefined {
  if (check.isStored && field.secret === true && isSealed(found)) return found;
  const value = checkType(field, found, path, check);
  if (value === undefined || field.check === undefined) return value;
  const issues = field.check(value, path);
  check.issues.addAll(issues);
  return issues.length === 0 ? value : undefined;
}

function checkType(field: PlacedField, found: Json, path: string, check: Check): Json | undefined {
  switch (field.type) {
    case 'Map':
      return field.fields === undefined
        ? checkAnyMap(field, found, path, check)
        : checkMap(field, field.fields, inFull(field, found), path, check);
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
    if (keys !== undefined && !keys.regex.test(key)) refuseKey(key, keys.expected, path, check);
    else if (values !== undefined)
      return [key, checkValue(values, value, join(path, key), check) ?? null] as const;
    return [key, value] as const;
  });
  return check.issues.length === before ? Object.fromEntries(entries) : undefined;
}

/** `TOKEN=abc` as a key: what comes after the name may be secret. */
function refuseKey(key: string, expected: string, path: string, check: Check): void {
  const [name = '', ...value] = key.split(/[=:]/);
  check.issues.add(() => {
    const issue = { field: path, expected, found: quoteFound('', name.slice(0, LONGEST_KEY)) };
    return value.length === 0 ? issue : { ...issue, hint: `write ${name}: and its value after it` };
  });
}

/** undefined where an entry is wrong: what is left of it is not what was written. */
function checkList(field: Field, found: Json, path: string, check: Check): Json | undefined {
  if (!Array.isArray(found) || found.length < (field.minItems ?? 0))
    return refuse(field, found, path, check, () => hintForList(field, found));
  const { items } = field;
  if (items === undefined) return found;
  const before = check.issues.length;
  const entries = found.flatMap(
    (entry: Json, index) => checkValue(items, entry, `${path}[${index}]`, check) ?? [],
  );
  return check.issues.length === before ? entries : undefined;
}

function hintForList({ secret, items }: Field, found: Json): string | undefined {
  if (isJsonObject(found)) return 'begin each entry with a hyphen';
  const isWord = typeof found === 'string' && /^[\w-]{1,40}$/.test(found);
  return isWord && secret !== true && items?.type === 'String' ? `write [${found}]` : undefined;
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
    if (typeof entry !== 'string' && entry.word === text && !isInVersion(version, entry.since)) {
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
    const issue = { field: path, expected: describe(field, check.version), found: shown(field, found, path) };
    const said = field.hint?.(found) ?? hint();
    return said === undefined ? issue : { ...issue, hint: said };
  });
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

/** What is secret, or stands in the place of what has secrets in it, is described and not quoted. */
function shown(field: Field, found: Json | undefined, path: string): string {
  return holdsSecret(field) ? describeShape(found) : quoteFound(path, found);
}

function wrong(
  field: Field,
  found: Json | undefined,
  path: string,
  check: Check,
  expected: () => string,
  hint?: string,
): undefined {
  check.issues.add(() => {
    const issue = { field: path, expected: expected(), found: shown(field, found, path) };
    return hint === undefined ? issue : { ...issue, hint };
  });
}
