/**
 * The events of a cluster as they happen: from the stream, and where there is none by asking again and again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isJsonObject } from '../../domain/json.ts';
import type { Schemas } from '../../client/api-types.ts';
import { serverSentData } from '../../client/event-stream.ts';
import { ApiError, type ApiClient } from '../../client/api-client.ts';
import { textOf } from '../rendering/text-of.ts';

type Event = Schemas['Event'];

const askAgainMs = 1000;
/** How many of the latest events are shown at the start. */
const latest = 10;

/**
 * Begins with the latest few, each once; ends when the signal is aborted. A server that is away is waited
 * for. @throws ApiError where the server takes the token no more.
 */
export async function* followEvents(
  api: ApiClient,
  clusterId: string,
  signal: AbortSignal,
): AsyncGenerator<Event> {
  const seen = new Set<string>();
  while (!signal.aborted) {
    try {
      // The stream is opened first, so that nothing happens unseen between the list and it.
      const stream = await openStream(api, clusterId, signal);
      yield* unseen(await latestEvents(api, clusterId, signal), seen);
      for await (const event of eventsIn(stream)) yield* unseen([api.worded(event)], seen);
    } catch (error) {
      // The token is valid no more: no later turn helps.
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) throw error;
      // The stream or the server is away: what it would have sent is read in the next turn.
    }
    await delay(askAgainMs, undefined, { signal }).catch(() => undefined);
  }
}

async function latestEvents(api: ApiClient, clusterId: string, signal: AbortSignal): Promise<Event[]> {
  const query = { cluster_id: [clusterId], sort: 'timestamp:desc', limit: latest };
  return (await api.read('GET /v1/events', 'events', { query, signal })).toReversed();
}

/** undefined where the server has none, or is away: the list is all there is then. */
function openStream(
  api: ApiClient,
  clusterId: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array> | undefined> {
  return api.stream({ cluster: clusterId }, signal).catch(() => undefined);
}

async function* eventsIn(stream: ReadableStream<Uint8Array> | undefined): AsyncGenerator<Event> {
  if (stream === undefined) return;
  for await (const data of serverSentData(stream)) {
    const event: unknown = JSON.parse(data);
    if (isJsonObject(event)) yield event as unknown as Event;
  }
}

function* unseen(events: readonly Event[], seen: Set<string>): Generator<Event> {
  for (const event of events) {
    const id = textOf(event.id, JSON.stringify(event));
    if (seen.has(id)) continue;
    seen.add(id);
    yield event;
  }
}
