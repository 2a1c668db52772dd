/** Events that an administrator has deleted. */
import { purgeEvents } from '../retention/purge-events.ts';
import { requireReferenced } from './find-object.ts';
import { hasEventsOfCluster } from '../store/event-purge.ts';
import { visibleProject, type Caller, type RequestTools } from './request-tools.ts';

export interface EventPurge {
  /** Seconds. */
  readonly olderThan: number;
  /** Id or name; undefined: of all clusters and nodes. */
  readonly cluster: string | undefined;
}

/** @returns how many. @throws CoppiceError `bad-request` where there is no such cluster, and was none. */
export async function purgeOldEvents(
  tools: RequestTools,
  caller: Caller,
  { olderThan, cluster }: EventPurge,
): Promise<number> {
  const { store, now, log, onPurged } = tools;
  const clusterId = cluster === undefined ? undefined : await clusterWithEvents(tools, caller, cluster);
  const time = now();
  const age = { before: time - olderThan * 1000, now: time };
  const deleted = await purgeEvents(store, age, clusterId);
  onPurged?.('event', deleted);
  const { user, project, requestId } = caller;
  const who = { user, project, request_id: requestId };
  log?.(
    { ...who, events: deleted, older_than: olderThan, cluster: clusterId },
    'Events were deleted by request',
  );
  return deleted;
}

/** A cluster that is gone has no name any more; by its id its events are found. */
async function clusterWithEvents(
  { store: { db } }: RequestTools,
  caller: Caller,
  cluster: string,
): Promise<string> {
  if (await hasEventsOfCluster(db, cluster, visibleProject(caller))) return cluster;
  return (await requireReferenced(db, caller, 'cluster', cluster)).id;
}
