import { z } from 'zod';
import { eventLevels } from '../../domain/model.ts';
import { purgeOldEvents } from '../../requests/purge-events.ts';
import { requireObject } from '../../requests/find-object.ts';
import { CoppiceError } from '../../domain/errors.ts';
import { getEvent, listEvents, type EventListQuery } from '../../store/events.ts';
import type { Db } from '../../store/store.ts';
import type { EventStreams } from '../event-stream.ts';
import { clusterOrItsRecords, withClusterIds } from '../cluster-filter.ts';
import { integerField, referenceField } from '../fields.ts';
import { listQuery, toStoreQuery } from '../list-query.ts';
import { listBody, listShape } from '../next-page.ts';
import { param, route, type Route } from '../route.ts';
import { eventShape, toEventAnswers } from '../shapes/event.ts';

const tag = 'Events';

const list = route({
  method: 'GET',
  path: '/v1/events',
  summary: 'List events',
  tag,
  query: listQuery({
    filters: {
      oname: null,
      otype: null,
      oid: null,
      cluster_id: null,
      action: /^[A-Z_]+$/,
      level: Object.keys(eventLevels),
    },
    sorts: ['timestamp', 'level', 'otype', 'oname', 'action', 'status', 'oid', 'cluster_id'],
  }),
  isRepeatable: true,
  answers: {
    200: { description: 'The events.', schema: listShape('events', eventShape) },
  },
  async handle(request) {
    const { tools, caller } = request;
    const { db } = tools.store;
    const filtered = await withClusterIds(request, clusterOrItsRecords);
    const query = toStoreQuery(filtered, caller);
    await refuseMissingMarker(db, query);
    const events = await listEvents(db, query);
    return { status: 200, body: listBody(request, 'events', await toEventAnswers(db, events)) };
  },
});

/**
 * Senlin begins again at the first event. Events go by age while a client reads them page by page: it would
 * read from the start again, without an end where it happens on every page.
 */
async function refuseMissingMarker(db: Db, { marker, project }: EventListQuery): Promise<void> {
  if (marker === undefined) return;
  const event = await getEvent(db, marker);
  if (event !== undefined && (project === undefined || event.project === project)) return;
  throw new CoppiceError(
    'bad-request',
    `marker: expected the id of an event in the list, found "${marker}": it may have been deleted as old; read from the beginning, or sort by timestamp:desc`,
  );
}

const purge = route({
  method: 'POST',
  path: '/v1/events/purge',
  summary: 'Delete old events; not of Senlin',
  tag,
  body: z.object({
    purge: z.strictObject({
      older_than: integerField({ min: 0, max: 10 * 365 * 86_400 }).describe('Seconds.'),
      cluster_id: referenceField()
        .optional()
        .describe('Of this cluster and its nodes, also where it is gone (its id); absent: of all.'),
    }),
  }),
  answers: {
    200: {
      description: 'How many were deleted.',
      schema: z.strictObject({ purge: z.strictObject({ deleted: z.int() }) }),
    },
  },
  async handle({ tools, caller, body }) {
    const { older_than: olderThan, cluster_id: cluster } = body.purge;
    const deleted = await purgeOldEvents(tools, caller, { olderThan, cluster });
    return { status: 200, body: { purge: { deleted } } };
  },
});

const show = route({
  method: 'GET',
  path: '/v1/events/{event}',
  summary: 'Show an event',
  tag,
  answers: { 200: { description: 'The event.', schema: z.strictObject({ event: eventShape }) } },
  async handle(request) {
    const { db } = request.tools.store;
    const event = await requireObject(db, request.caller, 'event', param(request, 'event'));
    const [answer] = await toEventAnswers(db, [event]);
    return { status: 200, body: { event: answer } };
  },
});

function stream(streams: EventStreams): Route {
  return route({
    method: 'GET',
    path: '/v1/clusters/{cluster}/events/stream',
    summary: 'Follow the events of a cluster as they happen (server-sent events)',
    tag,
    answers: {
      200: {
        description:
          'One message an event, `data` its JSON without the cluster, `id` where to resume: send it as `Last-Event-ID` ' +
          'to get what was missed. Without it the stream begins now.',
        contentType: 'text/event-stream',
      },
    },
    async handle(request) {
      const { tools, caller, header } = request;
      const cluster = await requireObject(tools.store.db, caller, 'cluster', param(request, 'cluster'));
      const lastEventId = header('last-event-id');
      return { stream: await streams.open(cluster.id, lastEventId) };
    },
  });
}

export function eventRoutes(streams: EventStreams): Route[] {
  return [list, purge, show, stream(streams)];
}
