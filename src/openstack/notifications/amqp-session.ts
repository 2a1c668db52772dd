/**
 * One connection to RabbitMQ, from its begin to its end: it opens the queue, binds it to the exchanges that
 * there are, and hands over messages until something ends it. `consumer.ts` opens the next one: each attempt
 * has its own reason, which the reconnection of the library would hide.
 *
 * An exchange is never declared: Nova runs its RPC on the same one, and one that we had made with other
 * properties than Nova's would stop it. One that is not there is waited for.
 */
import { hostname } from 'node:os';
import type { AsyncMessage, Channel, Connection } from 'rabbitmq-client';
import { openConnection } from './amqp-connection.ts';
import type { AmqpHost } from './amqp-url.ts';
import type { BusFailure } from '../../domain/cloud-state.ts';
import { BusUnusable, describeBusFailure } from './bus-failure.ts';
import { checkQueue, type QueueCheck } from './queue-check.ts';
import type { NotificationSettings } from './settings.ts';

export interface AmqpSessionOptions {
  readonly settings: NotificationSettings;
  readonly host: AmqpHost;
  readonly queue: string;
  /** A message is acknowledged when it has returned; what it rejects with is logged by the caller. */
  readonly onMessage: (body: AsyncMessage['body']) => Promise<void>;
  /** Told of each check of the queue but the first, which is the session's `firstCheck`. */
  readonly onChecked: (check: QueueCheck) => void;
  /** How often the queue is bound again to its exchanges, and those that are not there are looked for. */
  readonly lookAgainMs: number;
  /** Whether the consumers of the queue are counted. */
  readonly countsConsumers: boolean;
  /** While it is opened: ends it. */
  readonly signal: AbortSignal;
}

/**
 * Of the queue. Another value needs another name of the queue: RabbitMQ refuses to change one that exists.
 * A start probes all nodes, so that a message tells nothing that is older than the last one: ten minutes are
 * those of a restart. What is left of a Coppice that is gone is deleted after a week.
 */
const QUEUE_ARGUMENTS = {
  'x-message-ttl': 10 * 60_000,
  'x-max-length': 20_000,
  'x-expires': 7 * 24 * 3600 * 1000,
};

/** Messages that are not acknowledged: those whose nodes are being probed. */
const PREFETCH = 500;
const CLOSE_MS = 2000;
const CLOSED: BusFailure = { kind: 'AWAY', reason: 'it was closed' };

export class AmqpSession {
  readonly #options: AmqpSessionOptions;
  readonly #connection: Connection;
  readonly #ended = Promise.withResolvers<BusFailure>();
  #channel: Channel | undefined;
  #consumerTag: string | undefined;
  #firstCheck: QueueCheck = { missing: [], consumers: null };
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #wasOpen = false;
  #isOver = false;

  private constructor(options: AmqpSessionOptions) {
    this.#options = options;
    this.#connection = openConnection(options.settings, options.host, 'coppice: notifications');
    this.#connection.on('error', (error: unknown) => this.#fail(error));
  }

  /** @throws BusUnusable */
  static async open(options: AmqpSessionOptions): Promise<AmqpSession> {
    const session = new AmqpSession(options);
    const onAbort = (): void => session.#end(CLOSED);
    options.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const failed = session.ended.then((failure) => Promise.reject(new BusUnusable(failure)));
      await Promise.race([session.#open(), failed]);
      return session;
    } catch (error) {
      session.#fail(error);
      throw new BusUnusable(await session.ended, { cause: error });
    } finally {
      options.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Why it has ended. */
  get ended(): Promise<BusFailure> {
    return this.#ended.promise;
  }

  /** As it was when the session was opened. */
  get firstCheck(): QueueCheck {
    return this.#firstCheck;
  }

  /** What is not acknowledged stays in the queue. */
  async close(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    const closing = this.#close().catch(() => undefined);
    const limit = setTimeout(() => this.#connection.unsafeDestroy(), CLOSE_MS);
    await closing;
    clearTimeout(limit);
    this.#connection.unsafeDestroy();
    this.#ended.resolve(CLOSED);
  }

  async #close(): Promise<void> {
    if (this.#consumerTag !== undefined) await this.#channel?.basicCancel({ consumerTag: this.#consumerTag });
    await this.#looking;
    await this.#channel?.close();
    await this.#connection.close();
  }

  #fail(error: unknown): void {
    const { settings, host } = this.#options;
    this.#end(describeBusFailure(error, { settings, host, wasOpen: this.#wasOpen }));
  }

  #end(failure: BusFailure): void {
    if (!this.#isOver) {
      this.#isOver = true;
      clearTimeout(this.#timer);
      this.#connection.unsafeDestroy();
    }
    this.#ended.resolve(failure);
  }

  async #open(): Promise<void> {
    const { queue } = this.#options;
    const channel = await this.#connection.acquire({ emitErrorsFromChannel: true });
    this.#channel = channel;
    this.#wasOpen = true;
    channel.on('error', (error: unknown) => this.#fail(error));
    // Why is said by the request for which it was closed, and that is rejected only then.
    const closed: BusFailure = { kind: 'AWAY', reason: 'RabbitMQ closed the channel' };
    channel.on('close', () => setImmediate(() => this.#end(closed)));
    channel.on('basic.cancel', () => this.#end({ kind: 'AWAY', reason: `the queue ${queue} was deleted` }));
    await channel.basicQos({ prefetchCount: PREFETCH });
    await channel.queueDeclare({ queue, durable: true, arguments: QUEUE_ARGUMENTS });
    const consumerTag = `coppice@${hostname()}:${process.pid}`;
    await channel.basicConsume({ queue, consumerTag }, (message) => void this.#deliver(channel, message));
    this.#consumerTag = consumerTag;
    // What a binding brings is delivered at once, and what is counted is the same each time.
    this.#firstCheck = await this.#check();
    this.#lookAgain();
  }

  async #deliver(channel: Channel, { body, deliveryTag }: AsyncMessage): Promise<void> {
    await this.#options.onMessage(body);
    if (!this.#isOver && channel.active) channel.basicAck({ deliveryTag });
  }

  #lookAgain(): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#check()
        .then((check) => this.#options.onChecked(check))
        .then(() => this.#lookAgain())
        .catch((error: unknown) => this.#fail(error));
    }, this.#options.lookAgainMs).unref();
  }

  async #check(): Promise<QueueCheck> {
    const { queue, countsConsumers, settings } = this.#options;
    return await checkQueue(this.#connection, { queue, countsConsumers, exchanges: settings.exchanges });
  }
}
