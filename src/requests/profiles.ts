import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Profile, Spec } from '../domain/model.ts';
import { regionNamedIn } from '../domain/placement.ts';
import { typeName, type ProfileType } from '../profiles/profile-type.ts';
import { mapSealedIn } from '../domain/sealed.ts';
import { sealSpec, showSpec } from '../secrets/spec-secrets.ts';
import * as rows from '../store/profiles.ts';
import { requireObject, unknownType } from './find-object.ts';
import { ownerOf } from '../domain/session.ts';
import type { Caller, RequestTools } from './request-tools.ts';
import { MOST_NAMED, listUsers } from './in-use.ts';
import { readSpec, refuseSpec, refuseType, typeNameOf } from './spec-document.ts';

export interface NewProfile {
  readonly name: string;
  readonly spec: JsonObject;
  readonly metadata: JsonObject;
}

export interface ProfileUpdate {
  readonly name?: string;
  readonly metadata?: JsonObject;
}

/** @throws CoppiceError `invalid-spec`, `resource-not-found` (a type that does not exist) */
export async function createProfile(
  tools: RequestTools,
  caller: Caller,
  request: NewProfile,
): Promise<Profile> {
  const { type, spec } = await checkSpec(tools, request.spec, `Failed in creating profile ${request.name}: `);
  const profile: Profile = {
    ...ownerOf(caller),
    id: randomUUID(),
    name: request.name,
    type: typeNameOf(spec),
    spec,
    metadata: request.metadata,
    createdAt: tools.now(),
    updatedAt: null,
  };
  const sealed = { ...profile, spec: sealSpec(tools.store.secrets, type, spec) };
  await tools.store.write((tx) => rows.insertProfile(tx, sealed));
  return profile;
}

/** Checks a spec as `createProfile` would. @returns it, with its version as text. */
export async function validateProfile(tools: RequestTools, spec: JsonObject): Promise<Spec> {
  return (await checkSpec(tools, spec, '')).spec;
}

async function checkSpec(
  tools: RequestTools,
  document: JsonObject,
  prefix: string,
): Promise<{ readonly type: ProfileType; readonly spec: Spec }> {
  const { profileTypes } = tools;
  const spec = readSpec(document, prefix, profileTypes.all);
  const name = typeNameOf(spec);
  const type =
    profileTypes.find(name) ??
    refuseType('profile_type', spec, profileTypes.all, profileTypes.whyNotOffered?.(name));
  const check = type.check(spec.properties);
  if (!check.ok) refuseSpec(prefix, check.issues, { part: 'properties' });
  const issues = (await type.examine?.(check.properties, regionNamedIn(check.properties))) ?? [];
  if (issues.length > 0) refuseSpec(prefix, issues, { part: 'properties' });
  return { type, spec };
}

/**
 * A profile of the store, with its spec as it was written. Of a type that is not offered here it is not known
 * what is secret: that stays hidden.
 */
export function shownProfile({ store, profileTypes }: RequestTools, profile: Profile): Profile {
  const type = profileTypes.find(profile.type);
  if (type !== undefined) return { ...profile, spec: showSpec(store.secrets, type, profile.spec) };
  const properties = mapSealedIn(profile.spec.properties, () => null);
  return { ...profile, spec: { ...profile.spec, properties } };
}

/** @throws CoppiceError `resource-not-found` */
export function requireProfileType({ profileTypes }: RequestTools, name: string): ProfileType {
  const known = profileTypes.all.map(typeName);
  const why = profileTypes.whyNotOffered?.(name);
  return profileTypes.find(name) ?? unknownType('profile_type', name, known, why);
}

export async function updateProfile(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  request: ProfileUpdate,
): Promise<Profile> {
  if (Object.keys(request).length === 0)
    throw new CoppiceError('bad-request', 'No property needs an update.');
  return await tools.store.write(async (tx) => {
    const profile = await requireObject(tx.db, caller, 'profile', identity);
    const changes = { ...request, updatedAt: tools.now() };
    await rows.updateProfile(tx, profile.id, changes);
    return shownProfile(tools, { ...profile, ...changes });
  });
}

/** @throws CoppiceError `resource-in-use` */
export async function deleteProfile(tools: RequestTools, caller: Caller, identity: string): Promise<void> {
  await tools.store.write(async (tx) => {
    const { id } = await requireObject(tx.db, caller, 'profile', identity);
    const users = await rows.usersOfProfile(tx.db, id, MOST_NAMED + 1);
    if (users.length > 0) {
      const sentence = `The profile '${identity}' cannot be deleted: still referenced by some clusters and/or nodes.`;
      const issue = {
        field: identity,
        expected: 'no cluster or node that uses it',
        found: listUsers(users, caller),
      };
      throw new CoppiceError('resource-in-use', sentence, { details: { issues: [issue] } });
    }
    await rows.deleteProfile(tx, id);
  });
}
