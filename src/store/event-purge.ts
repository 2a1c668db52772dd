/** Deletes events that happened long ago, in batches: a statement never holds the database for long. */
import type { Tx } from './store.ts';

/**
 * The oldest ones: events are in the order of time, as far as the clock was never set back.
 * @param most how many at the most. @param clusterId of this cluster and its nodes; undefined: of all.
 * @returns how many were deleted.
 */
export async function deleteOldEvents(
  { db }: Tx,
  before: number,
  most: number,
  clusterId?: string,
): Promise<number> {
  let query = db.selectFrom('event').select(['seq', 'timestamp']).orderBy('seq').limit(most);
  if (clusterId !== undefined) query = query.where('cluster_id', '=', clusterId);
  const old = (await query.execute()).filter(({ timestamp }) => timestamp < before).map(({ seq }) => seq);
  if (old.length === 0) return 0;
  let deletion = db
    .deleteFrom('event')
    .where('seq', '<=', Math.max(...old))
    .where('timestamp', '<', before);
  if (clusterId !== undefined) deletion = deletion.where('cluster_id', '=', clusterId);
  return Number((await deletion.executeTakeFirst()).numDeletedRows);
}
