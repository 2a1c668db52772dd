/**
 * `coppice profile check`: the server's own check of a profile, made here. What depends on the machine (is
 * the command there?) is only a warning, because the server may run on another.
 */
import { tmpdir } from 'node:os';
import { within } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { readSpecDocument } from '../../domain/spec-document.ts';
import { warningsForSeveral } from '../../profiles/one-node-only.ts';
import { typeName } from '../../profiles/profile-type.ts';
import type { ProfileType } from '../../profiles/profile-type.ts';
import { profileTypes } from '../../profiles/registry.ts';
import type { SpecFindings } from './spec-check.ts';

const REFUSED_THERE = 'a server on this machine refuses the profile';

export async function checkProfile(spec: Json): Promise<SpecFindings> {
  const { type, properties, issues } = readSpecDocument(spec, knownTypes());
  if (type === undefined) return { type: undefined, issues, warnings: [] };
  const found = await checkProperties(type, properties);
  return { ...found, issues: [...issues, ...found.issues] };
}

/** The profile type that a spec names; undefined where there is none. */
export function findProfileType(spec: Json): ProfileType | undefined {
  return readSpecDocument(spec, knownTypes()).type;
}

/** Only their check is called, which writes nothing: any directory will do. */
function knownTypes(): readonly ProfileType[] {
  return profileTypes({ dataDir: tmpdir() }).all;
}

async function checkProperties(type: ProfileType, properties: Json | undefined): Promise<SpecFindings> {
  const checked = type.check(properties);
  const name = typeName(type);
  if (!checked.ok) {
    return { type: name, issues: checked.issues.map((issue) => within('properties', issue)), warnings: [] };
  }
  // Only a server knows its cloud.
  const onThisMachine =
    type.cloudService !== undefined ? [] : ((await type.examine?.(checked.properties, null)) ?? []);
  const warnings = [
    ...onThisMachine.map((issue) => ({ hint: REFUSED_THERE, ...issue })),
    ...warningsForSeveral(type, checked.properties),
  ].map((issue) => within('properties', issue));
  return { type: name, issues: [], warnings };
}
