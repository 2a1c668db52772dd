/**
 * Fields of bodies and queries, as Senlin reads them: numbers and booleans may be text, and null counts as
 * absent where a field is optional (openstackclient sends all of these). What is refused names a rule;
 * `sentences.ts` puts it into words.
 */
import { z } from 'zod';
import { didYouMean } from '../domain/did-you-mean.ts';
import { quoteValue } from '../domain/errors.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import {
  isWorkflowServiceName,
  WORKFLOW_KEY,
  workflowServiceNames,
} from '../domain/workflow-service-name.ts';

/** The JSON Schema of what may be sent, for OpenAPI. */
type Documented = Readonly<Record<string, unknown>>;

/**
 * Why a value was refused: `expected` in words for any field, `rule` where Senlin has a sentence of its own.
 */
export interface InvalidField {
  readonly rule: string;
  readonly expected: string;
  /** The number or the key that the rule is about. */
  readonly bound?: number | string;
  /** What was probably meant. */
  readonly hint?: string;
}

type Read<T> = (value: unknown, refuse: (refusal: InvalidField) => never) => T;

class Refused extends Error {}

function field<T>(documented: Documented, read: Read<T>): z.ZodType<T> {
  const schema = z.unknown().transform((value, context): T => {
    try {
      return read(value, (refusal) => {
        context.addIssue({ code: 'custom', input: value, params: { ...refusal } });
        throw new Refused();
      });
    } catch (error) {
      if (error instanceof Refused) return z.NEVER;
      throw error;
    }
  });
  return schema.meta({ ...documented });
}

function required<T>(documented: Documented, read: Read<T>): z.ZodType<T> {
  return field(documented, (value, refuse) =>
    value === undefined ? refuse({ rule: 'required', expected: 'a value' }) : read(value, refuse),
  );
}

/** A field that may be left out; null counts as left out. */
export function optional<Schema extends z.ZodType>(inner: Schema) {
  return inner.nullish().transform((value) => value ?? undefined);
}

const nameCharacters = /^[a-zA-Z\u4e00-\u9fa5\d._~-]*$/;
const longestName = 255;

export function nameField(): z.ZodType<string> {
  const documented = { type: 'string', minLength: 1, maxLength: longestName, pattern: nameCharacters.source };
  return required(documented, (value, refuse) => {
    if (typeof value !== 'string') return refuse({ rule: 'malformed', expected: 'a text' });
    if (value.length < 1 || value.length > longestName) {
      return refuse({ rule: 'name-length', expected: `a text of 1 to ${longestName} characters` });
    }
    // Senlin takes them; but in the path of a URL, which is where a name has to stand, they mean a folder.
    if (isFolder(value)) return refuse({ rule: 'name-folder', expected: 'a name other than "." and ".."' });
    if (nameCharacters.test(value)) return value;
    return refuse({ rule: 'name-characters', expected: 'letters, digits and "_-.~" only' });
  });
}

function isFolder(name: string): boolean {
  return name === '.' || name === '..';
}

/** Text on one line, without control characters. */
export function textField({ most = 255 } = {}): z.ZodType<string> {
  return required({ type: 'string', maxLength: most }, (value, refuse) => {
    if (typeof value === 'string' && value.length <= most && !hasControlCharacters(value)) return value;
    return refuse({
      rule: 'text',
      expected: `a text of at most ${most} characters without control characters`,
    });
  });
}

/** Control characters, and halves of characters (lone surrogates), which no database keeps faithfully. */
export function hasControlCharacters(text: string): boolean {
  return /[\p{Cc}\p{Cs}]/u.test(text);
}

/** Id or name of another object. */
export function referenceField(): z.ZodType<string> {
  return required(
    { type: 'string', description: 'Id, name, or the first characters of an id.' },
    (value, refuse) => {
      if (isReference(value)) return value;
      return refuse({ rule: 'text', expected: 'an id or a name' });
    },
  );
}

function isReference(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !hasControlCharacters(value);
}

/** Ids or names of other objects, one at least. */
export function referencesField(): z.ZodType<string[]> {
  const documented = { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: MOST_REFERENCES };
  return field(documented, (value = [], refuse) => {
    const expected = `a list of 1 to ${MOST_REFERENCES} ids or names`;
    if (!Array.isArray(value)) return refuse({ rule: 'not-a-list', expected });
    if (value.length === 0) return refuse({ rule: 'at-least-items', expected, bound: 1 });
    if (value.length > MOST_REFERENCES || !value.every(isReference))
      return refuse({ rule: 'list', expected });
    if (new Set(value).size < value.length)
      return refuse({ rule: 'same-items', expected: `${expected}, each once` });
    return value;
  });
}

/** From ids or names of objects to ids or names of others. */
export function referencePairsField(): z.ZodType<Record<string, string>> {
  const documented = { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 };
  return required(documented, (value, refuse) => {
    const expected = `a map of 1 to ${MOST_REFERENCES} ids or names`;
    const pairs = isJsonObject(value) ? Object.entries(value) : [];
    if (pairs.length === 0) return refuse({ rule: 'not-a-map', expected });
    if (pairs.length > MOST_REFERENCES) return refuse({ rule: 'map', expected });
    const [empty] = pairs.find(([, other]) => other === null) ?? [];
    if (empty !== undefined) return refuse({ rule: 'null-value', expected, bound: empty.slice(0, 100) });
    if (new Set(pairs.map(([, other]) => other)).size < pairs.length)
      return refuse({ rule: 'same-values', expected: `${expected}, each once` });
    const checked = pairs.map(([key, other]): [string, string] =>
      isReference(key) && isReference(other) ? [key, other] : refuse({ rule: 'map', expected }),
    );
    return Object.fromEntries(checked);
  });
}

/** As many as a cluster may have by default. */
const MOST_REFERENCES = 1000;

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Seconds and counts beyond this are a mistake, and no database column holds much more. */
export const LARGEST_INTEGER = 2_147_483_647;

/** @param tooSmall the rule of a number below, where a sentence of its own belongs to the field. */
export function integerField({ min, max }: Range, tooSmall = 'at-least'): z.ZodType<number> {
  const documented = { type: ['integer', 'string'], minimum: min, maximum: max };
  return required(documented, (value, refuse) => {
    const expected = `a whole number from ${min} to ${max}`;
    const number = readNumber(value);
    if (number === undefined || !Number.isInteger(number)) return refuse({ rule: 'integer', expected });
    if (number < min) return refuse({ rule: tooSmall, expected, bound: min });
    return number > max ? refuse({ rule: 'at-most', expected, bound: max }) : number;
  });
}

export function numberField(): z.ZodType<number> {
  return required({ type: ['number', 'string'] }, (value, refuse) => {
    const number = readNumber(value);
    const fits = number !== undefined && Math.abs(number) <= LARGEST_INTEGER;
    return fits ? number : refuse({ rule: 'number', expected: 'a number' });
  });
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' && /^\s*[+-]?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value)
    ? Number(value)
    : undefined;
}

export const trueWords = ['1', 'on', 't', 'true', 'y', 'yes'];
export const falseWords = ['0', 'f', 'false', 'n', 'no', 'off'];

/** @param rule where a sentence of its own belongs to the field. */
export function booleanField(rule = 'boolean'): z.ZodType<boolean> {
  return required({ type: ['boolean', 'string'] }, (value, refuse) => {
    if (typeof value === 'boolean') return value;
    const word = String(value).toLowerCase();
    if (trueWords.includes(word)) return true;
    return falseWords.includes(word) ? false : refuse({ rule, expected: 'true or false' });
  });
}

/** As text of a query. */
export const booleanWord = new RegExp(`^(?:${[...trueWords, ...falseWords].join('|')})$`, 'i');

/** Words of a query that were given as text: those that say neither are left out. */
export function toBooleans(words: readonly string[]): boolean[] {
  return words.flatMap((word) => {
    if (trueWords.includes(word.toLowerCase())) return [true];
    return falseWords.includes(word.toLowerCase()) ? [false] : [];
  });
}

export function wordField<const W extends string>(words: readonly W[], rule = 'word'): z.ZodType<W> {
  return required({ type: 'string', enum: [...words] }, (value, refuse) => {
    const word = words.find((known) => known === value);
    if (word !== undefined) return word;
    const hint = typeof value === 'string' ? didYouMean(value, words) : undefined;
    return refuse({ rule, expected: `one of ${words.join(', ')}`, ...(hint === undefined ? {} : { hint }) });
  });
}

/** @param rule as of a word. */
export function patternField(pattern: RegExp, rule: string): z.ZodType<string> {
  return required({ type: 'string', pattern: pattern.source }, (value, refuse) =>
    typeof value === 'string' && pattern.test(value)
      ? value
      : refuse({ rule, expected: `text like ${pattern.source}` }),
  );
}

export function mapField(): z.ZodType<JsonObject> {
  return required({ type: 'object', additionalProperties: true }, (value, refuse) =>
    isJsonObject(value) ? value : refuse({ rule: 'map', expected: 'a map' }),
  );
}

/** What a column of Senlin's database holds of a map, as JSON. */
const MOST_METADATA_BYTES = 65_535;

/**
 * A list shows the metadata of each object in it, and each event that of its cluster: without a limit a page
 * of them would be a gigabyte.
 */
export function metadataField(): z.ZodType<JsonObject> {
  return required({ type: 'object', additionalProperties: true }, (value, refuse) => {
    if (!isJsonObject(value)) return refuse({ rule: 'map', expected: 'a map' });
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes <= MOST_METADATA_BYTES) return value;
    const expected = `at most ${MOST_METADATA_BYTES} bytes of JSON, and not ${bytes}`;
    return refuse({ rule: 'metadata', expected });
  });
}

const nodeNameFormat = /^[a-zA-Z\u4e00-\u9fa5\d._~$-]{1,200}$/;

const NAME_FORMAT = 'node.name.format';
const configKeys = [NAME_FORMAT, WORKFLOW_KEY];

/**
 * A cluster's `config`. `node.name.format` becomes names, so it is held to their characters; `workflow` names
 * what runs the workflows of its recoveries.
 */
export function configField(): z.ZodType<JsonObject> {
  return required({ type: 'object', additionalProperties: true }, (value, refuse) => {
    if (!isJsonObject(value)) return refuse({ rule: 'map', expected: 'a map' });
    const unknown = Object.keys(value).find((key) => !configKeys.includes(key));
    if (unknown !== undefined) {
      const hint = didYouMean(unknown, configKeys);
      const expected = `no key but ${configKeys.join(' and ')}, not ${quoteValue(unknown)}`;
      return refuse({ rule: 'config', expected: hint === undefined ? expected : `${expected} (${hint})` });
    }
    const service = value[WORKFLOW_KEY];
    if (service !== undefined && !isWorkflowServiceName(service)) {
      const expected = `${WORKFLOW_KEY} to be ${workflowServiceNames.join(' or ')}`;
      return refuse({ rule: 'config', expected });
    }
    const format = value[NAME_FORMAT];
    if (format === undefined) return value;
    if (typeof format === 'string' && nodeNameFormat.test(format) && !isFolder(format)) return value;
    return refuse({
      rule: 'config',
      expected: 'node.name.format to be 1 to 200 letters, digits, "_-.~" and "$I", "$3I", "$R", "$8R"',
    });
  });
}

const uuid = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;

/** As ids are stored: in small letters and with its dashes, which may be left out, as in Senlin. */
export function uuidField(): z.ZodType<string> {
  return required({ type: 'string', format: 'uuid' }, (value, refuse) => {
    const parts = typeof value === 'string' ? uuid.exec(value)?.slice(1) : undefined;
    return parts?.join('-').toLowerCase() ?? refuse({ rule: 'uuid', expected: 'a UUID' });
  });
}

/** A value of a query that may be given several times: the last one counts. */
export function last<T>(inner: z.ZodType<T>): z.ZodType<T | undefined> {
  return z.preprocess((value: unknown) => (Array.isArray(value) ? value.at(-1) : value), inner.optional());
}

/** The same, where an empty one counts as absent. */
export function lastGiven<T>(inner: z.ZodType<T>): z.ZodType<T | undefined> {
  return z.preprocess((value: unknown) => {
    const one: unknown = Array.isArray(value) ? value.at(-1) : value;
    return one === '' ? undefined : one;
  }, inner.optional());
}

/** A value of a query that may be given several times: any of them. */
export function each<T>(inner: z.ZodType<T>): z.ZodType<T[] | undefined> {
  return z.preprocess(
    (value: unknown) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(inner).optional(),
  );
}

/** The same, without those that are empty. */
export function eachGiven<T>(inner: z.ZodType<T>): z.ZodType<T[] | undefined> {
  return z.preprocess((value: unknown) => {
    const given = [value].flat().filter((one) => one !== undefined && one !== '');
    return given.length === 0 ? undefined : given;
  }, z.array(inner).optional());
}

/** Without the keys that are undefined. */
export function withoutUndefined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
