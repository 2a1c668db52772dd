/**
 * Events of a cluster as they happen, as server-sent events. Each stream reads from the store what came after
 * the event that it sent last, whenever the store notifies it: nothing is buffered in memory, an interrupted
 * stream resumes at `Last-Event-ID`, and no event is lost or sent twice. A reader that does not keep up is
 * disconnected.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Event } from '../domain/model.ts';
import { eventsOfClusterAfter, newestEventSeq } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { CoppiceError } from '../domain/errors.ts';
import { toStreamedEvent } from './shapes/event.ts';
import { toSortedJson } from './sorted-json.ts';

export interface EventStreamOptions {
  readonly store: Store;
  /** Between comments that keep the connection, and that find out that it is gone. */
  readonly heartbeatMs?: number;
  /** How long a reader may take for what was sent to it. */
  readonly drainMs?: number;
  readonly failed: (error: unknown) => void;
}

const HEARTBEAT_MS = 15_000;
const DRAIN_MS = 10_000;
/** Events in one query: what a slow reader can have waiting at most. */
const BATCH = 100;

export class EventStreams {
  readonly #options: EventStreamOptions;
  readonly #open = new Set<Stream>();

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** @throws CoppiceError `malformed-request` for a Last-Event-ID that we did not give. */
  async open(
    clusterId: string,
    lastEventId: string | undefined,
  ): Promise<(response: ServerResponse) => void> {
    const after =
      lastEventId === undefined ? await newestEventSeq(this.#options.store.db) : readSeq(lastEventId);
    return (response) => {
      const stream = new Stream(this.#options, clusterId, after, response);
      this.#open.add(stream);
      response.once('close', () => this.#open.delete(stream));
      stream.start();
    };
  }

  get size(): number {
    return this.#open.size;
  }

  /** Ends every stream; the readers come back to the next process. */
  close(): void {
    for (const stream of this.#open) stream.end();
  }
}

function readSeq(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const found = JSON.stringify(text.slice(0, 100));
  throw new CoppiceError(
    'malformed-request',
    `Last-Event-ID: expected the id of an event of this stream, found ${found}`,
  );
}

class Stream {
  readonly #options: EventStreamOptions;
  readonly #clusterId: string;
  readonly #response: ServerResponse;
  #after: number;
  #pumping = false;
  #isNotified = false;

  constructor(options: EventStreamOptions, clusterId: string, after: number, response: ServerResponse) {
    this.#options = options;
    this.#clusterId = clusterId;
    this.#after = after;
    this.#response = response;
  }

  start(): void {
    const { store, heartbeatMs = HEARTBEAT_MS } = this.#options;
    this.#response.writeHead(200, {
      ...this.#response.getHeaders(),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // A proxy that collects the answer would hold back what is meant for now.
      'x-accel-buffering': 'no',
    });
    // Where to resume, also for a reader that has not seen an event yet.
    this.#response.write(`id: ${this.#after}\n: connected\n\n`);
    const unlisten = store.listen('events', () => void this.#pump());
    const heartbeat = setInterval(() => void this.#beat(), heartbeatMs);
    this.#response.once('close', () => {
      unlisten();
      clearInterval(heartbeat);
    });
    void this.#pump();
  }

  end(): void {
    this.#response.end();
  }

  async #beat(): Promise<void> {
    if (!this.#pumping) await this.#pump(': still here\n\n');
  }

  /** Sends what is new until nothing is; one at a time. */
  async #pump(first = ''): Promise<void> {
    this.#isNotified = true;
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      await this.#send(first);
      while (this.#isNotified && !this.#response.writableEnded && !this.#response.destroyed) {
        this.#isNotified = false;
        await this.#sendNew();
      }
    } catch (error) {
      if (!this.#response.destroyed) this.#options.failed(error);
      this.#response.destroy();
    } finally {
      this.#pumping = false;
    }
  }

  async #sendNew(): Promise<void> {
    const events = await eventsOfClusterAfter(this.#options.store.db, this.#clusterId, this.#after, BATCH);
    await this.#send(events.map(toMessage).join(''));
    this.#after = events.at(-1)?.seq ?? this.#after;
    if (events.length === BATCH) this.#isNotified = true;
  }

  async #send(text: string): Promise<void> {
    if (text === '' || this.#response.writableEnded || this.#response.write(text)) return;
    const signal = AbortSignal.timeout(this.#options.drainMs ?? DRAIN_MS);
    try {
      await once(this.#response, 'drain', { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      this.#response.destroy();
    }
  }
}

function toMessage(event: Event): string {
  return `id: ${event.seq}\ndata: ${toSortedJson(toStreamedEvent(event))}\n\n`;
}
