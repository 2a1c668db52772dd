/**
 * Finds what the caller named: by full id, else by name, else by the first characters of an id, as Senlin
 * does. Names are not unique; what fits several objects is the caller's to refuse.
 */
import type { Db } from './store.ts';

export type NamedTable = 'profile' | 'policy' | 'cluster' | 'node' | 'action' | 'receiver';
/** Events have ids alone. */
export type IdentifiedTable = NamedTable | 'event';

/** Ids that fit: none, the one, or at most so many of several. */
export async function findIds(
  db: Db,
  table: IdentifiedTable,
  identity: string,
  project: string | undefined,
  most: number,
): Promise<string[]> {
  const owned = { project, most };
  const byId = uuid.test(identity) ? await idsOf(db, table, identity.toLowerCase(), owned) : [];
  if (byId.length > 0) return byId;
  const byName = table === 'event' ? [] : await idsNamed(db, table, identity, owned);
  return byName.length > 0 || !isIdStart(identity) ? byName : await idsFrom(db, table, identity, owned);
}

/** Whether an id can begin so. */
export function isIdStart(text: string): boolean {
  return idStart.test(text);
}

interface Bounds {
  /** Absent: of any project. */
  readonly project: string | undefined;
  readonly most: number;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const idStart = /^[0-9a-f][0-9a-f-]{0,35}$/i;

async function idsOf(
  db: Db,
  table: IdentifiedTable,
  id: string,
  { project, most }: Bounds,
): Promise<string[]> {
  let query = db.selectFrom(table).select('id').where('id', '=', id);
  if (project !== undefined) query = query.where('project', '=', project);
  return (await query.limit(most).execute()).map((row) => row.id);
}

async function idsNamed(
  db: Db,
  table: NamedTable,
  name: string,
  { project, most }: Bounds,
): Promise<string[]> {
  let query = db.selectFrom(table).select('id').where('name', '=', name);
  if (project !== undefined) query = query.where('project', '=', project);
  return (await query.limit(most).execute()).map((row) => row.id);
}

/** No character of an id sorts after `g`: a range, so that the primary key's index is used. */
async function idsFrom(
  db: Db,
  table: IdentifiedTable,
  start: string,
  { project, most }: Bounds,
): Promise<string[]> {
  const from = start.toLowerCase();
  let query = db.selectFrom(table).select('id').where('id', '>=', from).where('id', '<', `${from}g`);
  if (project !== undefined) query = query.where('project', '=', project);
  return (await query.limit(most).execute()).map((row) => row.id);
}

/** More than these do not help a user who searches for a name. */
const MOST_NAMES = 2000;

/** Names that may have been meant by one that does not exist, each once. */
export async function knownNames(db: Db, table: NamedTable, project: string | undefined): Promise<string[]> {
  let query = db.selectFrom(table).select('name').distinct().orderBy('name');
  if (project !== undefined) query = query.where('project', '=', project);
  return (await query.limit(MOST_NAMES).execute()).map((row) => row.name);
}
