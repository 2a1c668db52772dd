/**
 * One look at our queue in RabbitMQ: it is bound to the exchanges that there are, and its consumers are
 * counted.
 */
import { AMQPError, type Channel, type Connection } from 'rabbitmq-client';

export interface QueueCheck {
  /** Exchanges that are not there. */
  readonly missing: readonly string[];
  /** Of the queue, this one included; null: not asked. */
  readonly consumers: number | null;
}

export interface QueueCheckOptions {
  readonly queue: string;
  readonly exchanges: readonly string[];
  readonly countsConsumers: boolean;
}

const ROUTING_KEYS = ['notifications.*', 'versioned_notifications.*'];

/**
 * To bind again what is bound changes nothing, and is the only way to make a binding again: an exchange that
 * was deleted and declared again has none, and no one is told.
 */
export async function checkQueue(connection: Connection, options: QueueCheckOptions): Promise<QueueCheck> {
  const { queue, exchanges, countsConsumers } = options;
  const missing: string[] = [];
  for (const exchange of exchanges)
    if (!(await inChannel(connection, (channel) => bind(channel, queue, exchange)))) missing.push(exchange);
  const count = async (channel: Channel): Promise<number> =>
    (await channel.queueDeclare({ queue, passive: true })).consumerCount;
  return { missing, consumers: countsConsumers ? await inChannel(connection, count) : null };
}

/** RabbitMQ closes the channel of a request that fails. */
async function inChannel<T>(connection: Connection, ask: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await connection.acquire();
  try {
    return await ask(channel);
  } finally {
    await channel.close();
  }
}

/** @returns false: there is no such exchange. @throws AMQPError also where there is no such queue. */
async function bind(channel: Channel, queue: string, exchange: string): Promise<boolean> {
  try {
    for (const routingKey of ROUTING_KEYS) await channel.queueBind({ queue, exchange, routingKey });
    return true;
  } catch (error) {
    const isMissing =
      error instanceof AMQPError && error.code === 'NOT_FOUND' && /no exchange/.test(error.message);
    if (isMissing) return false;
    throw error;
  }
}
