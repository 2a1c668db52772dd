/**
 * Finds what the caller named: by full id, else by name, else by the first characters of an id, as Senlin
 * does. A name means an object of the caller's own project; an administrator reaches what other projects have
 * by its id (`named-objects.ts` says the same of workflows). Names are not unique; what fits several objects
 * is the caller's to refuse.
 */
import { MOST_FOREIGN, type ForeignObject } from './named-objects.ts';
import type { Db } from './store.ts';

export type NamedTable = 'profile' | 'policy' | 'cluster' | 'node' | 'action' | 'receiver';
/** Events have ids alone. */
export type IdentifiedTable = NamedTable | 'event';

/** Ids that fit: none, the one, or at most so many of several. */
export async function findIds(
  db: Db,
  table: IdentifiedTable,
  identity: string,
  { own, visible }: Projects,
  most: number,
): Promise<string[]> {
  const seen = { project: visible, most };
  const byId = uuid.test(identity) ? await idsOf(db, table, identity.toLowerCase(), seen) : [];
  if (byId.length > 0) return byId;
  const byName = table === 'event' ? [] : await idsNamed(db, table, identity, { project: own, most });
  return byName.length > 0 || !isIdStart(identity) ? byName : await idsFrom(db, table, identity, seen);
}

export interface Projects {
  /** In which names are looked for. */
  readonly own: string;
  /** In which ids are looked for; undefined: in all. */
  readonly visible: string | undefined;
}

/** What projects have under a name; `MOST_FOREIGN` at most. */
export async function allNamed(db: Db, table: NamedTable, name: string): Promise<ForeignObject[]> {
  const named = db.selectFrom(table).select(['id', 'project']).where('name', '=', name);
  return await named.orderBy('project').orderBy('id').limit(MOST_FOREIGN).execute();
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
export async function knownNames(db: Db, table: NamedTable, project: string): Promise<string[]> {
  const query = db.selectFrom(table).select('name').distinct().orderBy('name').where('project', '=', project);
  return (await query.limit(MOST_NAMES).execute()).map((row) => row.name);
}
