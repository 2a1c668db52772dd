/** The events of a cluster as they happen: from the stream, and where there is none by asking again and again. */
import { setTimeout as delay } from 'node:timers/promises';
import { isJsonObject } from '../../domain/json.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ApiClient } from '../client/api-client.ts';
import { textOf } from '../rendering/text-of.ts';
import { readServerSentEvents } from '../client/server-sent-events.ts';

const askAgainMs = 1000;
/** How many of the latest events are told at the start. */
const latest = 10;

/** Begins with the latest few, each told once; ends when the signal is aborted. A server that is away is waited for. */
export async function* followEvents(
  api: ApiClient,
  clusterId: string,
  signal: AbortSignal,
): AsyncGenerator<JsonObject> {
  const told = new Set<string>();
  while (!signal.aborted) {
    try {
      // The stream is opened first, so that nothing happens unseen between the list and it.
      const stream = await openStream(api, clusterId, signal);
      yield* untold(await latestEvents(api, clusterId, signal), told);
      for await (const event of eventsIn(stream)) yield* untold([event], told);
    } catch {
      // The stream or the server is away: what it would have told is asked for in the next turn.
    }
    await delay(askAgainMs, undefined, { signal }).catch(() => undefined);
  }
}

async function latestEvents(api: ApiClient, clusterId: string, signal: AbortSignal): Promise<JsonObject[]> {
  const query = { cluster_id: clusterId, sort: 'timestamp:desc', limit: latest };
  return (await api.list('/v1/events', 'events', query, signal)).toReversed();
}

/** undefined where the server has none, or is away: the list is all there is then. */
function openStream(
  api: ApiClient,
  clusterId: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  return api.stream(`/v1/clusters/${clusterId}/events/stream`, signal).catch(() => undefined);
}

async function* eventsIn(stream: AsyncIterable<Uint8Array> | undefined): AsyncGenerator<JsonObject> {
  if (stream === undefined) return;
  for await (const { data } of readServerSentEvents(stream)) {
    const event: unknown = JSON.parse(data);
    if (isJsonObject(event)) yield event;
  }
}

function* untold(events: readonly JsonObject[], told: Set<string>): Generator<JsonObject> {
  for (const event of events) {
    const id = textOf(event['id'], JSON.stringify(event));
    if (told.has(id)) continue;
    told.add(id);
    yield event;
  }
}
