/**
 * Reads a JSON body, whatever its content type says. A body that does not begin with `{` counts as none, as
 * in Senlin. Where it breaks off is said as Python's parser says it, because that is what users have seen so
 * far.
 */
import { CoppiceError } from '../domain/errors.ts';
import { describeInexact, inexactNumberIn } from '../domain/inexact-number.ts';
import type { JsonObject } from '../domain/json.ts';

/**
 * No real spec is deeper; a value that is nested without end would exhaust the stack of those
 * who walk it.
 */
const MOST_LEVELS = 64;

/**
 * A list of the nodes of the largest cluster has 10,000. Each value is checked on its own: the 500,000 of
 * them that 1 MB can hold would keep the server from its other work for seconds.
 */
const MOST_VALUES = 50_000;

export interface BodyRules {
  /** Most values; absent: as many as are checked one by one without holding up others. */
  readonly mostValues?: number;
  /** Said before what is no JSON. */
  readonly notJson?: string;
  /** Numbers are not kept: one that JavaScript rounds does no harm. */
  readonly mayRound?: boolean;
}

/** @throws CoppiceError `malformed-request` */
export function readJsonBody(
  text: string,
  { mostValues = MOST_VALUES, notJson = '', mayRound = false }: BodyRules = {},
): JsonObject | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  const { isTooDeep, values } = sizeOf(text);
  if (isTooDeep) refuse(`body: expected at most ${MOST_LEVELS} levels, found more`);
  let value: JsonObject;
  try {
    value = JSON.parse(text) as JsonObject;
  } catch (error) {
    return refuse(notJson + describeSyntaxError(text, String(error)));
  }
  if (values > mostValues) refuse(`body: expected at most ${mostValues} values, found ${values}`);
  const inexact = mayRound ? undefined : inexactNumberIn(text);
  if (inexact !== undefined) refuse(describeInexact(inexact));
  // A body is decoded as UTF-8, so that only an escape can leave half of a pair.
  if (/\\u[dD][89a-fA-F]/.test(text) && hasHalfCharacter(value))
    refuse('body: expected Unicode text, found half of a surrogate pair (\\ud800 to \\udfff) alone');
  if (text.includes('__proto__') && hasKey(value, '__proto__'))
    refuse('body: expected no key "__proto__", found one');
  return value;
}

function refuse(sentence: string): never {
  throw new CoppiceError('malformed-request', sentence);
}

/** From brackets and commas outside of texts: each value but the first of a list or map has a comma. */
function sizeOf(text: string): { readonly isTooDeep: boolean; readonly values: number } {
  let level = 0;
  let values = 1;
  let isInText = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') isInText = !isInText;
    else if (isInText) index += character === '\\' ? 1 : 0;
    else if (character === ',') values += 1;
    else if (character === '{' || character === '[') [level, values] = [level + 1, values + 1];
    else if (character === '}' || character === ']') level -= 1;
    if (level > MOST_LEVELS) return { isTooDeep: true, values };
  }
  return { isTooDeep: false, values };
}

function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, key) || Object.values(value).some((inner) => hasKey(inner, key));
}

const pythonWords: readonly (readonly [RegExp, string])[] = [
  [/after property value|after array element/, "Expecting ',' delimiter"],
  [/after property name/, "Expecting ':' delimiter"],
  [/property name/, 'Expecting property name enclosed in double quotes'],
  [/Unterminated string/, 'Unterminated string'],
  [/after JSON/, 'Extra data'],
];

function describeSyntaxError(text: string, message: string): string {
  const what = pythonWords.find(([pattern]) => pattern.test(message))?.[1] ?? 'Expecting value';
  if (text.length > LONGEST_SEARCHED && positionOf(message, text) === undefined)
    return `${what}: the body is too long to say where`;
  const position = positionOf(message, text) ?? firstWrong(text);
  const before = text.slice(0, position).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `${what}: line ${before.length} column ${column} (char ${position})`;
}

/**
 * Searching for the place reads a text many times: of a longer one that would keep the server from its other
 * work.
 */
const LONGEST_SEARCHED = 64 * 1024;

function positionOf(message: string, text: string): number | undefined {
  if (/end of JSON/.test(message)) return text.length;
  const found = /at position (\d+)/.exec(message)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** V8 does not say where an unexpected token is: after the longest beginning that only breaks off. */
function firstWrong(text: string): number {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (breaksOff(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function breaksOff(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = String(error);
    return /end of JSON|Unterminated/.test(message) || positionOf(message, text) === text.length;
  }
}

function hasHalfCharacter(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => !key.isWellFormed() || hasHalfCharacter(inner));
}
