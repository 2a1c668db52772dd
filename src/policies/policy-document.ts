/** The outside of a policy spec: `{type, version, properties}`, with a `description` if wanted. */
import { didYouMean } from '../domain/did-you-mean.ts';
import { quoteValue } from '../domain/errors.ts';
import type { Issue } from '../domain/errors.ts';
import { isJsonObject } from '../domain/json.ts';
import type { Json } from '../domain/json.ts';
import { typeName } from '../profiles/profile-type.ts';
import type { PolicyType } from './policy-type.ts';
import { policyTypes } from './registry.ts';

export type PolicyDocument =
  | { readonly ok: true; readonly type: PolicyType; readonly properties: Json | undefined }
  | { readonly ok: false; readonly issues: Issue[] };

const documentKeys = ['type', 'version', 'description', 'properties'];

/** Finds the policy type of a spec; its properties are not looked at yet. */
export function readPolicyDocument(spec: Json | undefined): PolicyDocument {
  if (!isJsonObject(spec)) {
    const expected = 'a map with type, version and properties';
    return { ok: false, issues: [{ field: '', expected, found: quoteValue(spec) }] };
  }
  const issues = unknownKeys(Object.keys(spec));
  const type = typeof spec['type'] === 'string' ? spec['type'] : undefined;
  const version = versionText(spec['version']);
  const found = policyTypes.find((known) => known.name === type && known.version === version);
  if (found === undefined) issues.push(unknownType(spec['type'], spec['version']));
  if (issues.length > 0 || found === undefined) return { ok: false, issues };
  return { ok: true, type: found, properties: spec['properties'] };
}

/** YAML reads `version: 1.0` as the number 1; Senlin's documentation writes it so. */
function versionText(version: Json | undefined): string | undefined {
  if (typeof version === 'number') return Number.isInteger(version) ? `${version}.0` : String(version);
  return typeof version === 'string' ? version : undefined;
}

function unknownKeys(keys: readonly string[]): Issue[] {
  return keys
    .filter((key) => !documentKeys.includes(key))
    .map((key) => ({
      field: key,
      expected: `one of ${documentKeys.join(', ')}`,
      found: 'an unknown key',
      ...hinted(didYouMean(key, documentKeys)),
    }));
}

function unknownType(type: Json | undefined, version: Json | undefined): Issue {
  const versions = policyTypes.filter((known) => known.name === type).map((known) => known.version);
  if (versions.length > 0) {
    return { field: 'version', expected: `one of ${versions.join(', ')}`, found: quoteValue(version) };
  }
  const names = [...new Set(policyTypes.map((known) => known.name))];
  const meant = typeof type === 'string' ? (typeAndVersion(type) ?? didYouMean(type, names)) : undefined;
  return { field: 'type', expected: `one of ${names.join(', ')}`, found: quoteValue(type), ...hinted(meant) };
}

/** `senlin.policy.health-1.3` is how a type is named in an answer; a spec has two keys for it. */
function typeAndVersion(text: string): string | undefined {
  const named = policyTypes.find((known) => typeName(known) === text);
  return named && `write type: ${named.name} and version: "${named.version}"`;
}

function hinted(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}
