/** Rows of events: what happened to clusters and nodes, in the order in which it was committed. */
import type { Selectable } from 'kysely';
import { eventLevels, type Event, type EventLevel } from '../domain/model.ts';
import { applyListing, type Listed, type ListQuery } from './listing.ts';
import { chunks, fromText, toText } from './rows.ts';
import type { EventRow } from './schema.ts';
import type { Db, Tx } from './store.ts';

/** The order of commit is the order in time, and has an index. */
export const listedEvents = {
  table: 'event',
  filters: {
    oname: 'oname',
    otype: 'otype',
    oid: 'oid',
    cluster_id: 'cluster_id',
    action: 'action',
    level: 'level',
  },
  sorts: {
    timestamp: { column: 'seq' },
    level: { column: 'level' },
    otype: { column: 'otype' },
    oname: { column: 'oname' },
    action: { column: 'action' },
    status: { column: 'status' },
    oid: { column: 'oid' },
    cluster_id: { column: 'cluster_id', nulls: '' },
  },
  defaultSort: null,
  tie: 'seq',
  owned: true,
} as const satisfies Listed<string, string>;

export type EventListQuery = ListQuery<keyof typeof listedEvents.filters, keyof typeof listedEvents.sorts>;
/** The store gives `seq`. */
export type NewEvent = Omit<Event, 'seq'>;

export async function insertEvent(tx: Tx, event: NewEvent): Promise<void> {
  await insertEvents(tx, [event]);
}

export async function insertEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  for (const chunk of chunks(events.map(toRow))) await tx.db.insertInto('event').values(chunk).execute();
  tx.notify('events');
}

export async function getEvent(db: Db, id: string): Promise<Event | undefined> {
  const row = await db.selectFrom('event').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toEvent(row);
}

/** The filter `level` takes level names. */
export async function listEvents(db: Db, query: EventListQuery = {}): Promise<Event[]> {
  const level = query.filters?.level?.map((name) => eventLevels[name as EventLevel]);
  const filtered = level === undefined ? query : { ...query, filters: { ...query.filters, level } };
  const select = await applyListing(db, db.selectFrom('event').selectAll(), listedEvents, filtered);
  return (await select.execute()).map(toEvent);
}

/** The next events of a cluster after `seq`, oldest first: what a stream sends. */
export async function eventsOfClusterAfter(
  db: Db,
  clusterId: string,
  seq: number,
  limit: number,
): Promise<Event[]> {
  const query = after(db, seq, limit).where('cluster_id', '=', clusterId);
  return (await query.execute()).map(toEvent);
}

/** The next events of all clusters and nodes after `seq`, oldest first. */
export async function eventsAfter(db: Db, seq: number, limit: number): Promise<Event[]> {
  return (await after(db, seq, limit).execute()).map(toEvent);
}

function after(db: Db, seq: number, limit: number) {
  return db.selectFrom('event').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit);
}

/** `seq` of the newest event of all; 0: there is none. */
export async function newestEventSeq(db: Db): Promise<number> {
  const row = await db.selectFrom('event').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return row?.seq ?? 0;
}

function toRow(event: NewEvent): Omit<Selectable<EventRow>, 'seq'> {
  return {
    id: event.id,
    timestamp: event.timestamp,
    level: eventLevels[event.level],
    otype: event.otype,
    oid: event.oid,
    oname: event.oname,
    cluster_id: event.clusterId,
    action: event.action,
    status: event.status,
    status_reason: event.statusReason,
    meta_data: toText(event.metaData),
    project: event.project,
    user: event.user,
  };
}

function toEvent(row: Selectable<EventRow>): Event {
  return {
    id: row.id,
    seq: row.seq,
    timestamp: row.timestamp,
    level: levelName(row.level),
    otype: row.otype as Event['otype'],
    oid: row.oid,
    oname: row.oname,
    clusterId: row.cluster_id,
    action: row.action,
    status: row.status,
    statusReason: row.status_reason,
    metaData: fromText(row.meta_data),
    project: row.project,
    user: row.user,
  };
}

function levelName(level: number): EventLevel {
  const names = Object.keys(eventLevels) as EventLevel[];
  return names.find((name) => eventLevels[name] === level) ?? 'INFO';
}
