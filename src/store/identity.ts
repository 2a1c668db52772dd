/**
 * Finds what the caller named: by full id, else by name, else by the first characters of an id, as Senlin
 * does. Names are not unique; what fits several objects is the caller's to refuse.
 */
import type { Db } from './store.ts';

export type NamedTable = 'profile' | 'policy' | 'cluster' | 'node' | 'action';

/** Ids that fit: none, the one, or two of several. */
export async function findIds(
  db: Db,
  table: NamedTable,
  identity: string,
  project: string | undefined,
): Promise<string[]> {
  const byId = uuid.test(identity) ? await idsBy(db, table, 'id', identity.toLowerCase(), project) : [];
  if (byId.length > 0) return byId;
  const byName = await idsBy(db, table, 'name', identity, project);
  return byName.length > 0 || !idStart.test(identity) ? byName : await idsFrom(db, table, identity, project);
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const idStart = /^[0-9a-f][0-9a-f-]{0,35}$/i;

async function idsBy(
  db: Db,
  table: NamedTable,
  column: 'id' | 'name',
  value: string,
  project: string | undefined,
): Promise<string[]> {
  let query = db.selectFrom(table).select('id').where(column, '=', value);
  if (project !== undefined) query = query.where('project', '=', project);
  return (await query.limit(2).execute()).map((row) => row.id);
}

/** No character of an id sorts after `g`: a range, so that the primary key's index is used. */
async function idsFrom(
  db: Db,
  table: NamedTable,
  start: string,
  project: string | undefined,
): Promise<string[]> {
  const from = start.toLowerCase();
  let query = db.selectFrom(table).select('id').where('id', '>=', from).where('id', '<', `${from}g`);
  if (project !== undefined) query = query.where('project', '=', project);
  return (await query.limit(2).execute()).map((row) => row.id);
}

/** More than these do not help a user who searches for a name. */
const MOST_NAMES = 2000;

/** Names that may have been meant by one that does not exist, each once. */
export async function namesIn(db: Db, table: NamedTable, project: string | undefined): Promise<string[]> {
  let query = db.selectFrom(table).select('name').distinct().orderBy('name');
  if (project !== undefined) query = query.where('project', '=', project);
  return (await query.limit(MOST_NAMES).execute()).map((row) => row.name);
}
