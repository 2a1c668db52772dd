/**
 * The outside of a spec, of a policy as of a profile: `{type, version, properties}`, with a `description` if
 * wanted.
 */
import { didYouMean } from './did-you-mean.ts';
import { quoteValue } from './errors.ts';
import type { Issue } from './errors.ts';
import { isJsonObject } from './json.ts';
import type { Json } from './json.ts';
import { quoteFound } from './quote-found.ts';

/** `description` is the user's own, and is kept. */
export const documentKeys: readonly string[] = ['type', 'version', 'description', 'properties'];

export interface SpecType {
  readonly name: string;
  readonly version: string;
}

export interface SpecDocument<T extends SpecType> {
  /** undefined: the document does not say which, and an issue says so. */
  readonly type: T | undefined;
  /** As written: not checked yet. */
  readonly properties: Json | undefined;
  readonly issues: readonly Issue[];
}

/** Finds the type that a document names among those that are known. */
export function readSpecDocument<T extends SpecType>(
  document: Json | undefined,
  known: readonly T[],
): SpecDocument<T> {
  if (!isJsonObject(document)) {
    const expected = 'a map with type, version and properties';
    const issues = [{ field: '', expected, found: quoteFound('spec', document) }];
    return { type: undefined, properties: undefined, issues };
  }
  const { type: name, version, properties } = document;
  const issues = unknownKeys(Object.keys(document));
  const text = versionText(version);
  const type = known.find((each) => each.name === name && each.version === text);
  if (type === undefined) issues.push(typeIssue(name, version, known));
  return { type, properties, issues };
}

/** YAML reads `version: 1.0` as the number 1; Senlin's documentation writes it so. */
export function versionText(version: Json | undefined): string | undefined {
  if (typeof version === 'number') return Number.isInteger(version) ? `${version}.0` : String(version);
  return typeof version === 'string' && version !== '' ? version : undefined;
}

function unknownKeys(keys: readonly string[]): Issue[] {
  return keys
    .filter((key) => !documentKeys.includes(key))
    .map((key) => ({
      field: key,
      expected: `one of ${documentKeys.join(', ')}`,
      found: 'an unknown key',
      ...hinted(hintForKey(key)),
    }));
}

/** Most often a key that is indented too little. */
export function hintForKey(key: string): string {
  return didYouMean(key, documentKeys) ?? 'the keys of the type belong under properties';
}

/** For a type and a version, not both of which are known: the sentence of a server and of `check`. */
export function typeIssue(
  type: Json | undefined,
  version: Json | undefined,
  known: readonly SpecType[],
): Issue {
  const versions = known.filter((each) => each.name === type).map((each) => each.version);
  if (versions.length > 0)
    return { field: 'version', expected: `one of ${versions.join(', ')}`, found: quoteValue(version) };
  const names = [...new Set(known.map((each) => each.name))];
  const meant =
    typeof type === 'string' ? (typeAndVersion(type, known) ?? didYouMean(type, names)) : undefined;
  return { field: 'type', expected: `one of ${names.join(', ')}`, found: quoteValue(type), ...hinted(meant) };
}

/** `senlin.policy.health-1.3` is how a type is named in an answer; a spec has two keys for it. */
function typeAndVersion(text: string, known: readonly SpecType[]): string | undefined {
  const named = known.find(({ name, version }) => `${name}-${version}` === text);
  return named && `write type: ${named.name} and version: "${named.version}"`;
}

function hinted(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}
