/**
 * Events of a cluster as they happen, as server-sent events. What is new is read once for all streams,
 * whenever the store notifies it, and passed to those of its clusters; a stream that is behind (it resumes,
 * or its reader is slow) reads on its own what came after the event that it sent last. Nothing is buffered in
 * memory, an interrupted stream resumes at `Last-Event-ID`, and no event is lost or sent twice. A reader that
 * does not keep up is disconnected.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Event } from '../domain/model.ts';
import { eventsAfter, eventsOfClusterAfter, newestEventSeq } from '../store/events.ts';
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
  /** Streams at once. */
  readonly most?: number;
  readonly failed: (error: unknown) => void;
}

const HEARTBEAT_MS = 15_000;
const DRAIN_MS = 10_000;
/** Events in one query: what a slow reader can have waiting at most. */
const BATCH = 100;
/** Each is a connection, and work at each event; a user has one for a page that is open. */
const MOST_STREAMS = 500;

export class EventStreams {
  readonly #options: EventStreamOptions;
  readonly #open = new Set<Stream>();
  /** Up to where events were read for all streams. */
  #position = 0;
  #unlisten: (() => void) | undefined;
  #isReading = false;
  #isNotified = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /**
   * @throws CoppiceError `malformed-request` for a Last-Event-ID that we did not give, `limit-reached` where
   * there are too many streams.
   */
  async open(
    clusterId: string,
    lastEventId: string | undefined,
  ): Promise<(response: ServerResponse) => void> {
    const { most = MOST_STREAMS, store } = this.#options;
    if (this.#open.size >= most) {
      const sentence = `There are ${most} streams of events, and no more at once: close one, or read GET /v1/events.`;
      throw new CoppiceError('limit-reached', sentence);
    }
    const newest = await newestEventSeq(store.db);
    const after = lastEventId === undefined ? newest : readSeq(lastEventId);
    return (response) => this.#add(new Stream(this.#options, clusterId, after, response), newest, response);
  }

  #add(stream: Stream, newest: number, response: ServerResponse): void {
    if (this.#open.size === 0) this.#position = Math.max(this.#position, newest);
    this.#unlisten ??= this.#options.store.listen('events', () => void this.#read());
    this.#open.add(stream);
    response.once('close', () => {
      this.#open.delete(stream);
      if (this.#open.size > 0) return;
      this.#unlisten?.();
      this.#unlisten = undefined;
    });
    stream.start();
  }

  /** Reads what is new until nothing is; one read at a time. */
  async #read(): Promise<void> {
    this.#isNotified = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#isNotified && this.#open.size > 0) {
        this.#isNotified = false;
        await this.#readNew();
      }
    } catch (error) {
      this.#options.failed(error);
      // Its readers come back, and resume where they were.
      this.close();
    } finally {
      this.#isReading = false;
    }
  }

  async #readNew(): Promise<void> {
    const from = this.#position;
    const events = await eventsAfter(this.#options.store.db, from, BATCH);
    const to = events.at(-1)?.seq ?? from;
    if (events.length === BATCH) this.#isNotified = true;
    this.#position = to;
    const messages = Map.groupBy(events.map(toSequenced), ({ clusterId }) => clusterId);
    for (const stream of this.#open) stream.advance(from, to, messages.get(stream.clusterId) ?? []);
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
  readonly clusterId: string;
  readonly #response: ServerResponse;
  #after: number;
  #pumping = false;
  #isNotified = false;

  constructor(options: EventStreamOptions, clusterId: string, after: number, response: ServerResponse) {
    this.#options = options;
    this.clusterId = clusterId;
    this.#after = after;
    this.#response = response;
  }

  start(): void {
    const { heartbeatMs = HEARTBEAT_MS } = this.#options;
    this.#response.writeHead(200, {
      ...this.#response.getHeaders(),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // A proxy that collects the answer would hold back what is meant for now.
      'x-accel-buffering': 'no',
    });
    // Where to resume, also for a reader that has not seen an event yet.
    this.#response.write(`id: ${this.#after}\n: connected\n\n`);
    const heartbeat = setInterval(() => void this.#beat(), heartbeatMs);
    this.#response.once('close', () => clearInterval(heartbeat));
    void this.#pump();
  }

  /** What was read for all streams: the events of this one's cluster after `from` and up to `to`. */
  advance(from: number, to: number, messages: readonly Message[]): void {
    if (this.#after >= to) return;
    // It does not have all up to `from`, or may not take more now: it reads for itself.
    if (this.#after < from || this.#pumping) return void this.#pump();
    const text = messages.flatMap(({ seq, text: one }) => (seq > this.#after ? [one] : [])).join('');
    this.#after = to;
    if (text !== '') void this.#work(() => this.#send(text));
  }

  end(): void {
    this.#response.end();
  }

  async #beat(): Promise<void> {
    if (!this.#pumping) await this.#work(() => this.#send(': still here\n\n'));
  }

  async #pump(): Promise<void> {
    this.#isNotified = true;
    if (!this.#pumping) await this.#work(() => Promise.resolve());
  }

  /** Sends, and then what is new until nothing is; one at a time. */
  async #work(first: () => Promise<void>): Promise<void> {
    this.#pumping = true;
    try {
      await first();
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
    const { db } = this.#options.store;
    const newest = await newestEventSeq(db);
    const events = await eventsOfClusterAfter(db, this.clusterId, this.#after, BATCH);
    await this.#send(events.map(toMessage).join(''));
    const isAll = events.length < BATCH;
    this.#after = Math.max(events.at(-1)?.seq ?? this.#after, isAll ? newest : 0);
    if (!isAll) this.#isNotified = true;
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

interface Message {
  readonly seq: number;
  readonly text: string;
}

/** Worded once for all streams. */
function toSequenced(event: Event): Message & { readonly clusterId: string | null } {
  return { seq: event.seq, text: toMessage(event), clusterId: event.clusterId };
}

function toMessage(event: Event): string {
  return `id: ${event.seq}\ndata: ${toSortedJson(toStreamedEvent(event))}\n\n`;
}
