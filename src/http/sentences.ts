/**
 * What is wrong with a request, in words. Where Senlin has a sentence for it, that is the one: its clients and their tests know it.
 * Everything else reads "field: expected ..., found ...". The same facts stand in the answer's `issues`, field by field.
 */
import type { z } from 'zod';
import { describeIssue, quoteValue, type Issue } from '../domain/errors.ts';
import type { Refusal } from './fields.ts';

export const MALFORMED =
  'The server could not comply with the request since it is either malformed or otherwise incorrect.';

interface Refused extends Refusal {
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
  'not-negative': ({ field }) => `Value must be >= 0 for field '${field}'.`,
  'name-characters': ({ field, value }) =>
    `The value for the '${field}' (${plain(value)}) contains illegal characters. ` +
    `It must contain only alphanumeric or "_-.~" characters and must start with letter.`,
  word: ({ field, value }) => `Value '${plain(value)}' is not acceptable for field '${field}'.`,
  filter: ({ value }) => `Field value ${plain(value)} is invalid`,
  'query-boolean': ({ field, value }) => `Invalid value '${plain(value)}' specified for '${field}'`,
  uuid: ({ field, value }) => `The value for ${field} is not a valid UUID: '${plain(value)}'.`,
  'sort-key': ({ field, value }) => `Unsupported sort key '${plain(value)}' for '${field}'.`,
  'sort-direction': ({ field, value }) => `Unsupported sort dir '${plain(value)}' for '${field}'.`,
};

/** A value inside a sentence: short, on one line. */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : quoteValue(value);
  // Control characters would let a value forge lines of a log.
  return text.slice(0, 100).replace(/\p{Cc}/gu, ' ');
}

export interface Problems {
  readonly sentence: string;
  readonly issues: Issue[];
}

/** Where the values came from: the sentences for unknown and missing keys differ. */
export type Place =
  | { readonly in: 'body'; readonly method: string }
  | { readonly in: 'query'; readonly quoted: boolean };

export function describeProblems(error: z.core.$ZodError, place: Place): Problems {
  const described = error.issues.flatMap((issue) => describeOne(issue, place));
  const sentence = [...new Set(described.map((one) => one.sentence))].join('; ');
  return { sentence, issues: described.map((one) => one.issue) };
}

interface Described {
  readonly sentence: string;
  readonly issue: Issue;
}

function describeOne(issue: z.core.$ZodIssue, place: Place): Described[] {
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, place);
  const path = issue.path.map(String);
  const found = quoteValue(issue.input);
  if (issue.code === 'custom') {
    const refusal = (issue.params ?? {}) as unknown as Refusal;
    const one: Issue = { field: path.join('.'), expected: refusal.expected, found };
    // A list's entries have no name of their own.
    const field = path.filter((step) => !/^\d+$/.test(step)).at(-1) ?? '';
    const say = sentences[refusal.rule];
    return [
      { sentence: say?.({ ...refusal, field, value: issue.input }) ?? describeIssue(inner(one)), issue: one },
    ];
  }
  const one: Issue = { field: path.join('.'), expected: expectedOf(issue), found };
  const missingKey = place.in === 'body' && path.length === 1 && issue.input === undefined;
  return [
    {
      sentence: missingKey ? missingWrapper(path[0] ?? '', place.method) : describeIssue(inner(one)),
      issue: one,
    },
  ];
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

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, place: Place): Described[] {
  const path = issue.path.map(String);
  const issues = issue.keys.map((key) => ({
    field: plain([...path, key].join('.')),
    expected: 'a known key',
    found: 'an unknown key',
  }));
  const keys = issue.keys.map(plain);
  const first = keys[0] ?? '';
  const quoted = keys.map((key) => `'${key}'`).join(', ');
  let sentence = `Additional properties are not allowed (${quoted} ${keys.length === 1 ? 'was' : 'were'} unexpected)`;
  if (place.in === 'query') sentence = `Invalid parameter ${place.quoted ? `'${first}'` : first}`;
  return issues.map((one) => ({ sentence, issue: one }));
}

function expectedOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message;
  return issue.expected === 'object'
    ? 'a map'
    : issue.expected === 'array'
      ? 'a list'
      : `a ${issue.expected}`;
}
