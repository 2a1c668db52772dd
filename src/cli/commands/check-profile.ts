/**
 * `coppice profile check`: the server's own check of a profile, made here. What depends on the machine (is the command there?) is only a
 * warning, because the server may run on another.
 */
import { tmpdir } from 'node:os';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { quoteValue } from '../../domain/errors.ts';
import type { Issue } from '../../domain/errors.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { typeName } from '../../profiles/profile-type.ts';
import type { ProfileType } from '../../profiles/profile-type.ts';
import { profileTypes } from '../../profiles/registry.ts';
import { within } from './spec-check.ts';
import { textOf } from '../rendering/text-of.ts';
import type { SpecFindings } from './spec-check.ts';

const documentKeys = ['type', 'version', 'properties', 'description'];

export async function checkProfile(spec: Json): Promise<SpecFindings> {
  if (!isJsonObject(spec)) {
    const expected = 'a map with type, version and properties';
    return failed({ field: '', expected, found: quoteValue(spec) });
  }
  const unknown = unknownKeys(spec);
  // The types are only asked to check, which writes nothing, so that any directory will do.
  const known = profileTypes({ dataDir: tmpdir() }).all;
  const type = findProfileType(spec, known);
  if (type === undefined) return failed(...unknown, unknownType(spec, known));
  const found = await checkProperties(type, spec['properties']);
  return { ...found, issues: [...unknown, ...found.issues] };
}

/** The profile type that a spec names; undefined where there is none. */
export function findProfileType(
  spec: Json,
  known = profileTypes({ dataDir: tmpdir() }).all,
): ProfileType | undefined {
  if (!isJsonObject(spec)) return undefined;
  return known.find((one) => one.name === spec['type'] && one.version === versionText(spec['version']));
}

async function checkProperties(type: ProfileType, properties: Json | undefined): Promise<SpecFindings> {
  const checked = type.check(properties);
  const name = typeName(type);
  if (!checked.ok) {
    return { type: name, issues: checked.issues.map((issue) => within('properties', issue)), warnings: [] };
  }
  const onThisMachine = (await type.examine?.(checked.properties)) ?? [];
  const warnings = onThisMachine.map((issue) => within('properties', issue));
  return { type: name, issues: [], warnings };
}

function failed(...issues: Issue[]): SpecFindings {
  return { type: undefined, issues, warnings: [] };
}

function unknownKeys(spec: JsonObject): Issue[] {
  return Object.keys(spec)
    .filter((key) => !documentKeys.includes(key))
    .map((key) =>
      withHint(
        { field: key, expected: `one of ${documentKeys.join(', ')}`, found: 'an unknown key' },
        key,
        documentKeys,
      ),
    );
}

function unknownType(spec: JsonObject, known: readonly ProfileType[]): Issue {
  const { type, version } = spec;
  const versions = known.filter((one) => one.name === type).map((one) => one.version);
  if (versions.length > 0) {
    return { field: 'version', expected: `one of ${versions.join(', ')}`, found: quoteValue(version) };
  }
  const names = [...new Set(known.map((one) => one.name))];
  const issue = { field: 'type', expected: `one of ${names.join(', ')}`, found: quoteValue(type) };
  return withHint(issue, typeof type === 'string' ? type : '', names);
}

/** YAML reads `version: 1.0` as the number 1. */
function versionText(version: Json | undefined): string {
  return typeof version === 'number' ? version.toFixed(1) : textOf(version);
}

function withHint(issue: Issue, word: string, known: readonly string[]): Issue {
  const hint = didYouMean(word, known);
  return hint === undefined ? issue : { ...issue, hint };
}
