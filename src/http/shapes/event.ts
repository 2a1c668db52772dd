import { z } from 'zod';
import type { Event } from '../../domain/model.ts';
import { getClusters } from '../../store/clusters.ts';
import type { Db } from '../../store/store.ts';
import { withOffset } from '../times.ts';
import { embeddedClusterShape, toEmbeddedCluster } from './cluster.ts';
import { id, jsonMap, nullableText, text, time } from './common.ts';

export const streamedEventShape = z
  .strictObject({
    action: text,
    cluster_id: nullableText,
    id,
    level: text,
    meta_data: jsonMap,
    oid: id,
    oname: text,
    otype: text,
    project: text,
    status: text,
    status_reason: text,
    timestamp: time.describe('`2026-11-22T19:00:16+00:00`'),
    user: text,
  })
  .meta({ id: 'StreamedEvent' });

export const eventShape = streamedEventShape
  .extend({
    cluster: embeddedClusterShape.nullable().describe('The cluster as it is now; null once it is gone.'),
  })
  .meta({ id: 'Event' });

type EmbeddedCluster = z.infer<typeof embeddedClusterShape>;

/** Events with their clusters: one query, however many events there are. */
export async function toEventAnswers(
  db: Db,
  events: readonly Event[],
): Promise<z.infer<typeof eventShape>[]> {
  const clusters = await getClusters(
    db,
    events.flatMap((event) => event.clusterId ?? []),
  );
  const byId = new Map<string | null, EmbeddedCluster>(
    clusters.map((cluster) => [cluster.id, toEmbeddedCluster(cluster)]),
  );
  return events.map((event) => toEventAnswer(event, byId.get(event.clusterId) ?? null));
}

/** In the order of the alphabet: what is not, is sorted again for each answer. */
function toEventAnswer(event: Event, cluster: EmbeddedCluster | null): z.infer<typeof eventShape> {
  const { action, ...rest } = toStreamedEvent(event);
  return { action, cluster, ...rest };
}

export function toStreamedEvent(event: Event): z.infer<typeof streamedEventShape> {
  return {
    action: event.action,
    cluster_id: event.clusterId,
    id: event.id,
    level: event.level,
    meta_data: event.metaData,
    oid: event.oid,
    oname: event.oname,
    otype: event.otype,
    project: event.project,
    status: event.status,
    status_reason: event.statusReason,
    timestamp: withOffset(event.timestamp),
    user: event.user,
  };
}
