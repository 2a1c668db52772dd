/**
 * What is wrong with a request, in words. Where Senlin has a sentence for it, that is the one: its clients
 * and their tests know it. Everything else reads "field: expected ..., found ...". The same facts stand in
 * the answer's `issues`, field by field. Where Senlin's sentence does not help (`unhelpful`), ours stands
 * beside it.
 */
import { z } from 'zod';
import { didYouMean } from '../domain/did-you-mean.ts';
import { quoteFound } from '../domain/quote-found.ts';
import { describeIssue, quoteValue, type Issue } from '../domain/errors.ts';
import { firstIssues, MOST_ISSUES } from '../domain/issue-list.ts';
import { falseWords, trueWords, type InvalidField } from './fields.ts';

export const MALFORMED =
  'The server could not comply with the request since it is either malformed or otherwise incorrect.';

interface Refused extends InvalidField {
  readonly field: string;
  readonly value: unknown;
}

const sentences: Readonly<Record<string, (refused: Refused) => string>> = {
  required: ({ field }) => `'${field}' is a required property`,
  malformed: () => MALFORMED,
  integer: ({ field, value }) => `The value for ${field} must be an integer: '${plain(value)}'.`,
  'at-least': ({ field, bound }) =>
    `The value for the ${field} field must be greater than or equal to ${bound}.`,
  'at-most': ({ field, bound }) => `The value for the ${field} field must be less than or equal to ${bound}.`,
  'at-least-items': ({ field, bound }) => `Value for '${field}' must have at least ${bound} item(s).`,
  'not-a-map': () => 'The data provided is not a map',
  'not-a-list': ({ field }) => `Items for '${field}' must be unique`,
  'same-items': ({ field }) => `Items for '${field}' must be unique`,
  'same-values': () => 'Map contains duplicated values',
  'null-value': ({ field, bound }) => `Field \`${field}[${String(bound)}]' cannot be None`,
  boolean: ({ value }) => `Unrecognized value '${plain(value)}', acceptable values are: ${booleanWords}`,
  'not-negative': ({ field }) => `Value must be >= 0 for field '${field}'.`,
  'name-characters': ({ field, value }) =>
    `The value for the '${field}' (${plain(value)}) contains illegal characters. ` +
    `It must contain only alphanumeric or "_-.~" characters and must start with letter.`,
  'name-folder': ({ field, value }) =>
    `The value for the '${field}' (${plain(value)}) is no name: in the address of an object it would mean a folder.`,
  word: ({ field, value }) => `Value '${plain(value)}' is not acceptable for field '${field}'.`,
  filter: ({ value }) => `Field value ${plain(value)} is invalid`,
  'query-boolean': ({ field, value }) => `Invalid value '${plain(value)}' specified for '${field}'`,
  uuid: ({ field, value }) => `The value for ${field} is not a valid UUID: '${plain(value)}'.`,
  'sort-missing': ({ field }) => `Missing sort key for '${field}'.`,
  'sort-key': ({ field, value }) => `Unsupported sort key '${plain(value)}' for '${field}'.`,
  'sort-direction': ({ field, value }) => `Unsupported sort dir '${plain(value)}' for '${field}'.`,
};

/** Rules whose sentence does not say what was expected, or where. */
const unhelpful: ReadonlySet<string> = new Set([
  'not-a-map',
  'not-a-list',
  'same-items',
  'same-values',
  'null-value',
  'boolean',
  'sort-key',
  'sort-missing',
  'sort-direction',
]);

const booleanWords = [...falseWords, ...trueWords]
  .toSorted()
  .map((word) => `'${word}'`)
  .join(', ');

/** A value inside a sentence: short, on one line. */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : quoteValue(value);
  // Control characters would let a value forge lines of a log.
  return text.slice(0, 100).replace(/\p{Cc}/gu, ' ');
}

export interface Problems {
  /** Senlin's where it has one. */
  readonly sentence: string;
  /** The same, and more where that does not help. */
  readonly detail: string;
  readonly issues: Issue[];
}

/** Where the values came from: the sentences for unknown and missing keys differ. */
export type FieldLocation =
  | { readonly in: 'body'; readonly method: string }
  | { readonly in: 'query'; readonly quoted: boolean };

/** @param schema what was expected: it knows the keys that may have been meant. */
export function describeProblems(
  error: Pick<z.core.$ZodError, 'issues'>,
  schema: z.ZodType,
  location: FieldLocation,
): Problems {
  // Only as many are worded as are shown: each is at least one.
  const described = error.issues
    .slice(0, MOST_ISSUES)
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? unknownKeys(issue, schema, location)
        : [describeOne(issue, location)],
    );
  const found = error.issues.reduce((sum, issue) => sum + countOf(issue), 0);
  const sentence = joinSentences(described.map((one) => one.sentence));
  const issues = firstIssues(
    described.map((one) => one.issue),
    found,
  );
  const detail = joinSentences(described.map((one) => one.detail ?? one.sentence));
  return { sentence, detail, issues };
}

/** How many things are wrong in one of zod's issues. */
function countOf(issue: z.core.$ZodIssue): number {
  return issue.code === 'unrecognized_keys' ? issue.keys.length : 1;
}

const mostSentences = 10;

/** All that is wrong, each once; of very many the first, and how many more there are. */
export function joinSentences(sentences: readonly string[]): string {
  const all = [...new Set(sentences)];
  const more = all.length - mostSentences;
  return [...all.slice(0, mostSentences), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

interface Described {
  readonly sentence: string;
  /** Absent: the sentence says it. */
  readonly detail?: string;
  readonly issue: Issue;
}

function describeOne(issue: z.core.$ZodIssue, location: FieldLocation): Described {
  // A parameter of a query that is given several times is one field.
  const path = issue.path.map(String).filter((step) => location.in === 'body' || !/^\d+$/.test(step));
  const found = quoteFound(path.join('.'), issue.input);
  if (issue.code === 'custom') {
    const refusal = (issue.params ?? {}) as unknown as InvalidField;
    const { hint } = refusal;
    const one: Issue = {
      field: path.join('.'),
      expected: refusal.expected,
      found,
      ...(hint === undefined ? {} : { hint }),
    };
    // A list's entries have no name of their own.
    const field = path.filter((step) => !/^\d+$/.test(step)).at(-1) ?? '';
    const say = sentences[refusal.rule];
    const ours = describeIssue(inner(one));
    return {
      sentence: say?.({ ...refusal, field, value: issue.input }) ?? ours,
      ...(unhelpful.has(refusal.rule) ? { detail: ours } : {}),
      issue: one,
    };
  }
  const one: Issue = { field: path.join('.'), expected: expectedOf(issue), found };
  const missingKey = location.in === 'body' && path.length === 1 && issue.input === undefined;
  const sentence = missingKey ? missingWrapper(path[0] ?? '', location.method) : describeIssue(inner(one));
  return { sentence, issue: one };
}

/** `cluster.metadata` is `metadata` to the person who wrote it. */
function inner(issue: Issue): Issue {
  const [, ...rest] = issue.field.split('.');
  return rest.length === 0 ? issue : { ...issue, field: rest.join('.') };
}

function missingWrapper(key: string, method: string): string {
  return method === 'PATCH'
    ? `Malformed request data, missing '${key}' key in request body.`
    : `Request body missing '${key}' key.`;
}

function unknownKeys(
  issue: z.core.$ZodIssueUnrecognizedKeys,
  schema: z.ZodType,
  location: FieldLocation,
): Described[] {
  const path = issue.path.map(String);
  const known = knownKeys(schema, path);
  const issues = issue.keys.slice(0, MOST_ISSUES).map((key): Issue => {
    const hint = didYouMean(key, known);
    const one = {
      field: plain([...path, key].join('.')),
      expected: expectedKeys(known),
      found: 'an unknown key',
    };
    return hint === undefined ? one : { ...one, hint };
  });
  const hints = issues.flatMap(({ hint }) => hint ?? []);
  const sentence = unknownKeysSentence(issue.keys, location);
  const detail = hints.length === 0 ? sentence : `${sentence} (${hints.join(' ')})`;
  return issues.map((one) => ({ sentence, detail, issue: one }));
}

function unknownKeysSentence(keys: readonly string[], location: FieldLocation): string {
  if (location.in === 'query')
    return joinSentences(
      keys.map((key) => `Invalid parameter ${location.quoted ? `'${plain(key)}'` : plain(key)}`),
    );
  const more = keys.length - MOST_ISSUES;
  const shown = keys.slice(0, MOST_ISSUES).map((key) => `'${plain(key)}'`);
  const quoted = [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
  return `Additional properties are not allowed (${quoted} ${keys.length === 1 ? 'was' : 'were'} unexpected)`;
}

function expectedKeys(known: readonly string[]): string {
  return known.length === 0 ? 'no key' : `one of ${known.join(', ')}`;
}

/** The keys of the map at this path of a schema. */
function knownKeys(schema: z.ZodType, path: readonly string[]): string[] {
  let at: unknown = schema instanceof z.ZodPipe ? schema.in : schema;
  for (const step of path) at = at instanceof z.ZodObject ? at.shape[step] : undefined;
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function expectedOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && issue.origin === 'array') return `a list of at least ${issue.minimum}`;
  if (issue.code === 'too_big' && issue.origin === 'array') return `a list of at most ${issue.maximum}`;
  if (issue.code !== 'invalid_type') return issue.message;
  return issue.expected === 'object'
    ? 'a map'
    : issue.expected === 'array'
      ? 'a list'
      : `a ${issue.expected}`;
}
