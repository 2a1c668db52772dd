/** Rows of profiles. */
import type { Selectable } from 'kysely';
import type { Profile, UserOfObject } from '../domain/model.ts';
import { selectByIds } from './by-ids.ts';
import { applyListing, type Listed, type ListQuery } from './listing.ts';
import { fromText, toText } from './rows.ts';
import type { ProfileRow } from './schema.ts';
import type { Db, Tx } from './store.ts';
import { updateRow } from './update-row.ts';

export const listedProfiles = {
  table: 'profile',
  filters: { name: 'name', type: 'type' },
  sorts: {
    type: { column: 'type' },
    name: { column: 'name' },
    created_at: { column: 'created_at' },
    updated_at: { column: 'updated_at', nulls: 0 },
  },
  defaultSort: 'created_at',
  tie: 'id',
  owned: true,
} as const satisfies Listed<string, string>;

export type ProfileListQuery = ListQuery<
  keyof typeof listedProfiles.filters,
  keyof typeof listedProfiles.sorts
>;
export type ProfileChanges = Partial<Pick<Profile, 'name' | 'metadata' | 'updatedAt'>>;

export async function insertProfile(tx: Tx, profile: Profile): Promise<void> {
  await tx.db
    .insertInto('profile')
    .values({
      id: profile.id,
      name: profile.name,
      type: profile.type,
      spec: toText(profile.spec),
      metadata: toText(profile.metadata),
      created_at: profile.createdAt,
      updated_at: profile.updatedAt,
      project: profile.project,
      user: profile.user,
      domain: profile.domain,
    })
    .execute();
}

export async function getProfile(db: Db, id: string): Promise<Profile | undefined> {
  const row = await db.selectFrom('profile').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toProfile(row);
}

export async function listProfiles(db: Db, query: ProfileListQuery = {}): Promise<Profile[]> {
  const select = await applyListing(db, db.selectFrom('profile').selectAll(), listedProfiles, query);
  return (await select.execute()).map(toProfile);
}

export async function profilesOfType(db: Db, type: string): Promise<Profile[]> {
  const rows = await db.selectFrom('profile').selectAll().where('type', '=', type).execute();
  return rows.map(toProfile);
}

/** By their ids, at most `limit` of those after this one. */
export async function profilesAfter(db: Db, id: string, limit: number): Promise<Profile[]> {
  const select = db.selectFrom('profile').selectAll().where('id', '>', id).orderBy('id').limit(limit);
  return (await select.execute()).map(toProfile);
}

/** Only encrypted, it stays what it is. */
export async function replaceProfileSpec(tx: Tx, { id, spec }: Pick<Profile, 'id' | 'spec'>): Promise<void> {
  await tx.db
    .updateTable('profile')
    .set({ spec: toText(spec) })
    .where('id', '=', id)
    .execute();
}

const selectNames = selectByIds((db, ids) =>
  db.selectFrom('profile').select(['id', 'name']).where('id', 'in', ids),
);

export async function profileNames(db: Db, ids: Iterable<string>): Promise<Map<string, string>> {
  const rows = await selectNames(db, [...new Set(ids)]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

const selectTypes = selectByIds((db, ids) =>
  db.selectFrom('profile').select(['id', 'type']).where('id', 'in', ids),
);

/** `local.process-1.0`, by the id of the profile. */
export async function profileTypeNames(db: Db, ids: Iterable<string>): Promise<Map<string, string>> {
  const rows = await selectTypes(db, [...new Set(ids)]);
  return new Map(rows.map(({ id, type }) => [id, type]));
}

const selectCreationTimes = selectByIds((db, ids) =>
  db.selectFrom('profile').select(['id', 'created_at']).where('id', 'in', ids),
);

/** In milliseconds since 1970, by the id of the profile. */
export async function profileCreationTimes(db: Db, ids: Iterable<string>): Promise<Map<string, number>> {
  const rows = await selectCreationTimes(db, [...new Set(ids)]);
  return new Map(rows.map(({ id, created_at: at }) => [id, at]));
}

/** @returns whether there was such a profile. */
export async function updateProfile(tx: Tx, id: string, changes: ProfileChanges): Promise<boolean> {
  const { name, metadata, updatedAt } = changes;
  const columns = { name, metadata: metadata && toText(metadata), updated_at: updatedAt };
  return await updateRow(tx, 'profile', id, columns);
}

export async function deleteProfile(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.db.deleteFrom('profile').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Clusters first: at most so many of those that are made from a profile. */
export async function usersOfProfile(db: Db, id: string, limit: number): Promise<UserOfObject[]> {
  const users: UserOfObject[] = [];
  for (const kind of ['cluster', 'node'] as const) {
    const select = db.selectFrom(kind).select(['name', 'project']).where('profile_id', '=', id);
    const rows = await select
      .orderBy('name')
      .limit(limit - users.length)
      .execute();
    users.push(...rows.map((row) => ({ kind, ...row })));
    if (users.length === limit) break;
  }
  return users;
}

function toProfile(row: Selectable<ProfileRow>): Profile {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    spec: fromText(row.spec),
    metadata: fromText(row.metadata),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    project: row.project,
    user: row.user,
    domain: row.domain,
  };
}
