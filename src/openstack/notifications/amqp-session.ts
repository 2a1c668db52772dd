/**
 * One connection to RabbitMQ, from its begin to its end: it opens the queue, binds it to the exchanges that
 * there are, and hands over messages until something ends it. `consumer.ts` opens the next one: each attempt
 * has its own reason, which the reconnection of the library would hide.
 *
 * An exchange is never declared: Nova runs its RPC on the same one, and one that we had made with other
 * properties than Nova's would stop it. One that is not there is waited for.
 */
import { AMQPError, type AsyncMessage, type Channel, type Connection } from 'rabbitmq-client';
import { openConnection } from './amqp-connection.ts';
import type { AmqpHost } from './amqp-url.ts';
import type { NotificationSettings } from './settings.ts';

export interface AmqpSessionOptions {
  readonly settings: NotificationSettings;
  readonly host: AmqpHost;
  readonly queue: string;
  /** A message is acknowledged when it has returned; what it rejects with is logged by the caller. */
  readonly onMessage: (body: AsyncMessage['body']) => Promise<void>;
  /** The queue gets from now on what is published to this exchange, and did not before. */
  readonly onBound: (exchange: string) => void;
  /** How often exchanges that are not there are looked for. */
  readonly lookAgainMs: number;
  /** While it is opened: ends it. */
  readonly signal: AbortSignal;
}

const ROUTING_KEYS = ['notifications.*', 'versioned_notifications.*'];

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
/** An exchange that was deleted and made again has lost its bindings, and says so to no one. */
const BIND_AGAIN_MS = 60_000;

export class AmqpSession {
  readonly #options: AmqpSessionOptions;
  readonly #connection: Connection;
  readonly #ended = Promise.withResolvers<string>();
  readonly #missing: Set<string>;
  #channel: Channel | undefined;
  #consumerTag: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isOver = false;

  private constructor(options: AmqpSessionOptions) {
    this.#options = options;
    this.#missing = new Set(options.settings.exchanges);
    this.#connection = openConnection(options.settings, options.host, 'coppice: notifications');
    this.#connection.on('error', (error: unknown) => this.#end(reasonOf(error)));
  }

  /** @throws Error with the reason in words, without the credential. */
  static async open(options: AmqpSessionOptions): Promise<AmqpSession> {
    const session = new AmqpSession(options);
    const onAbort = (): void => session.#end('it was closed');
    options.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const failed = session.ended.then((reason) => Promise.reject(new Error(reason)));
      await Promise.race([session.#open(), failed]);
      return session;
    } catch (error) {
      session.#end(reasonOf(error));
      throw new Error(await session.ended, { cause: error });
    } finally {
      options.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Why it has ended. */
  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  /** Exchanges that are not there. */
  get missing(): readonly string[] {
    return [...this.#missing];
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
    this.#ended.resolve('it was closed');
  }

  async #close(): Promise<void> {
    if (this.#consumerTag !== undefined) await this.#channel?.basicCancel({ consumerTag: this.#consumerTag });
    await this.#looking;
    await this.#channel?.close();
    await this.#connection.close();
  }

  #end(reason: string): void {
    if (!this.#isOver) {
      this.#isOver = true;
      clearTimeout(this.#timer);
      this.#connection.unsafeDestroy();
    }
    this.#ended.resolve(reason);
  }

  async #open(): Promise<void> {
    const { queue } = this.#options;
    const channel = await this.#connection.acquire({ emitErrorsFromChannel: true });
    this.#channel = channel;
    channel.on('error', (error: unknown) => this.#end(reasonOf(error)));
    channel.on('close', () => this.#end('RabbitMQ closed the channel'));
    channel.on('basic.cancel', () => this.#end(`the queue ${queue} was deleted`));
    await channel.basicQos({ prefetchCount: PREFETCH });
    await channel.queueDeclare({ queue, durable: true, arguments: QUEUE_ARGUMENTS });
    await this.#bindAll();
    const consumer = await channel.basicConsume({ queue }, (message) => void this.#deliver(channel, message));
    this.#consumerTag = consumer.consumerTag;
    this.#lookAgain();
  }

  async #deliver(channel: Channel, { body, deliveryTag }: AsyncMessage): Promise<void> {
    await this.#options.onMessage(body);
    if (!this.#isOver && channel.active) channel.basicAck({ deliveryTag });
  }

  #lookAgain(): void {
    if (this.#isOver) return;
    const ms = this.#missing.size === 0 ? BIND_AGAIN_MS : this.#options.lookAgainMs;
    this.#timer = setTimeout(() => {
      this.#looking = this.#bindAll((exchange) => this.#options.onBound(exchange))
        .then(() => this.#lookAgain())
        .catch((error: unknown) => this.#end(reasonOf(error)));
    }, ms).unref();
  }

  /** To bind again what is bound changes nothing. */
  async #bindAll(onBound?: (exchange: string) => void): Promise<void> {
    for (const exchange of this.#options.settings.exchanges) {
      const isThere = await this.#bind(exchange);
      if (!isThere) this.#missing.add(exchange);
      else if (this.#missing.delete(exchange)) onBound?.(exchange);
    }
  }

  /** On a channel of its own, which RabbitMQ closes where there is no such exchange. */
  async #bind(exchange: string): Promise<boolean> {
    const { queue } = this.#options;
    const channel = await this.#connection.acquire();
    try {
      for (const routingKey of ROUTING_KEYS) await channel.queueBind({ queue, exchange, routingKey });
      return true;
    } catch (error) {
      if (error instanceof AMQPError && error.code === 'NOT_FOUND') return false;
      throw error;
    } finally {
      await channel.close();
    }
  }
}

/** An error of Node without a message, as that of several addresses that refuse, has a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ACCESS_REFUSED') return 'it refuses the user or its password, or what the user may do';
  return error.message === '' ? (code ?? error.name) : error.message;
}
