/** Events that an administrator has deleted. */
import { purgeEvents } from '../retention/purge-events.ts';
import { requireReferenced } from './find-object.ts';
import type { Caller, RequestTools } from './request-tools.ts';

export interface EventPurge {
  /** Seconds. */
  readonly olderThan: number;
  /** Id or name; undefined: of all clusters and nodes. */
  readonly cluster: string | undefined;
}

/** @returns how many. @throws CoppiceError `bad-request` where there is no such cluster. */
export async function purgeOldEvents(
  { store, now, log }: RequestTools,
  caller: Caller,
  { olderThan, cluster }: EventPurge,
): Promise<number> {
  const clusterId =
    cluster === undefined ? undefined : (await requireReferenced(store.db, caller, 'cluster', cluster)).id;
  const deleted = await purgeEvents(store, now() - olderThan * 1000, clusterId);
  const { user, project, requestId } = caller;
  const who = { user, project, request_id: requestId };
  log?.(
    { ...who, events: deleted, older_than: olderThan, cluster: clusterId },
    'Events were deleted by request',
  );
  return deleted;
}
