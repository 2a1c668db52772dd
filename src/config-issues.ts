/** What is wrong with the values of the configuration, and how they are written instead. */
import type { z } from 'zod';
import { didYouMean } from './domain/did-you-mean.ts';
import { quoteValue, type Issue } from './domain/errors.ts';

/** @param document what `schema` has refused with `error`. */
export function configIssues(error: z.ZodError, document: unknown, schema: z.ZodType): Issue[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey(partAt(schema, issue.path), issue.path, key))
      : [wrongValue(issue, valueAt(document, issue.path), partAt(schema, issue.path))],
  );
}

function wrongValue(issue: z.core.$ZodIssue, value: unknown, part: Part | undefined): Issue {
  const { path } = issue;
  const hint = isShown(path) ? hintFor(issue, value, part) : undefined;
  const wrong = { field: path.join('.'), expected: expectedBy(issue), found: found(path, value) };
  return hint === undefined ? wrong : { ...wrong, hint };
}

/** How a value is written that stands in place of a map or a list, or the word that is meant. */
function hintFor(issue: z.core.$ZodIssue, value: unknown, part: Part | undefined): string | undefined {
  if (typeof value === 'object' || value === undefined) return undefined;
  if (issue.code === 'invalid_value')
    return typeof value === 'string' ? didYouMean(value, issue.values.map(String)) : undefined;
  if (issue.code !== 'invalid_type') return undefined;
  const name = String(issue.path.at(-1));
  const written = quoteWhereNeeded(value);
  if (issue.expected === 'array')
    return accepts(part?.element, value) ? `write ${name}: [${written}]` : undefined;
  const key = issue.expected === 'object' ? keyFor(part?.shape ?? {}, value) : undefined;
  return key === undefined ? undefined : `write ${name}: {${key}: ${written}}`;
}

/** The one key that takes the value; of several the one that takes few words only, as `use` of a cloud. */
function keyFor(shape: Readonly<Record<string, Part>>, value: unknown): string | undefined {
  const fits = Object.entries(shape).filter(([, each]) => accepts(each, value));
  const choices = fits.filter(([, each]) => !accepts(each, 'any other text'));
  const [only, another] = typeof value === 'string' && choices.length > 0 ? choices : fits;
  return another === undefined ? only?.[0] : undefined;
}

function accepts(part: Part | undefined, value: unknown): boolean {
  return part?.safeParse?.(value).success === true;
}

function quoteWhereNeeded(value: unknown): string {
  return typeof value === 'string' && !/^[\w./-]+$/.test(value) ? quoteValue(value) : String(value);
}

function unknownKey(part: Part | undefined, path: readonly PropertyKey[], key: string): Issue {
  const known = Object.keys(part?.shape ?? {});
  const hint = didYouMean(key, known);
  const field = [...path, key].join('.');
  const issue = { field, expected: `one of ${known.join(', ')}`, found: 'an unknown key' };
  return hint === undefined ? issue : { ...issue, hint };
}

/** What stands among the targets, the tokens or beside the URL of a bus may be a secret, also by mistake. */
function isShown(path: readonly PropertyKey[]): boolean {
  const mayBeSecret =
    path[0] === 'notification_targets' ||
    (path[0] === 'auth' && path[1] === 'tokens') ||
    (path[0] === 'cloud' && path[1] === 'notifications');
  return !mayBeSecret || path.some((key) => key === 'events' || key === 'clusters' || key === 'roles');
}

function found(path: readonly PropertyKey[], value: unknown): string {
  if (isShown(path) || typeof value === 'object' || value === undefined) return quoteValue(value);
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

/** The part of the schema at a place of the document, without defaults. */
function partAt(schema: z.ZodType, path: readonly PropertyKey[]): Part | undefined {
  let at: Part | undefined = schema;
  for (const key of path) {
    at = whole(at);
    at = at?.element ?? at?.shape?.[String(key)];
  }
  return whole(at);
}

/** What of a schema leads to its parts. */
interface Part {
  readonly shape?: Readonly<Record<string, Part>>;
  readonly element?: Part;
  /** Of one that is read by another first. */
  readonly out?: Part;
  readonly unwrap?: () => Part;
  readonly safeParse?: (value: unknown) => { readonly success: boolean };
}

/** Without defaults, and what is read before it. */
function whole(part: Part | undefined): Part | undefined {
  if (part === undefined || part.element !== undefined || part.shape !== undefined) return part;
  return part.out === undefined && part.unwrap === undefined ? part : whole(part.out ?? part.unwrap?.());
}

const typeWords: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_type') return typeWords[issue.expected] ?? `a value of type ${issue.expected}`;
  if (issue.code === 'too_small') return `at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}`;
  return issue.message;
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    document,
  );
}
