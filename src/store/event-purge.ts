/** Deletes events that happened long ago, in batches: a statement never holds the database for long. */
import type { Db, Tx } from './store.ts';

export interface TimedRow {
  readonly seq: number;
  /** Milliseconds since 1970, by the clock as it was then. */
  readonly at: number;
}

/** The next ones in the order of commit. @param clusterId of it and its nodes; undefined: of all. */
export async function timesOfEvents(
  db: Db,
  afterSeq: number,
  most: number,
  clusterId: string | undefined,
): Promise<TimedRow[]> {
  let query = db.selectFrom('event').select(['seq', 'timestamp as at']).where('seq', '>', afterSeq);
  if (clusterId !== undefined) query = query.where('cluster_id', '=', clusterId);
  return await query.orderBy('seq').limit(most).execute();
}

/** Up to this one in the order of commit. @returns how many. */
export async function deleteEventsUpTo(
  { db }: Tx,
  seq: number,
  clusterId: string | undefined,
): Promise<number> {
  let deletion = db.deleteFrom('event').where('seq', '<=', seq);
  if (clusterId !== undefined) deletion = deletion.where('cluster_id', '=', clusterId);
  return Number((await deletion.executeTakeFirst()).numDeletedRows);
}

/** Also of a cluster that is gone. */
export async function hasEventsOfCluster(db: Db, clusterId: string, project?: string): Promise<boolean> {
  let query = db.selectFrom('event').select('seq').where('cluster_id', '=', clusterId);
  if (project !== undefined) query = query.where('project', '=', project);
  return (await query.limit(1).executeTakeFirst()) !== undefined;
}
