/**
 * The RabbitMQ of this machine, for tests that need a real one. Where there is none they are skipped by name,
 * or fail where services are required (COPPICE_REQUIRE_SERVICES=1). Each test has exchanges and queues of its
 * own names, which are deleted after it.
 */
import { randomUUID } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { Connection } from 'rabbitmq-client';
import { parseAmqpUrl } from '../../src/openstack/notifications/amqp-url.ts';
import type { NotificationSettings } from '../../src/openstack/notifications/settings.ts';
import { Secret } from '../../src/domain/secret.ts';

/** COPPICE_TEST_AMQP_URL names another one. */
export const rabbitUrl = process.env['COPPICE_TEST_AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/';

const address = parseAmqpUrl(rabbitUrl);

export const testOrigin = { url: 'COPPICE_TEST_AMQP_URL', password: 'COPPICE_TEST_AMQP_URL', ca: null };

async function answers(): Promise<boolean> {
  const [at] = address?.hosts ?? [];
  if (at === undefined) return false;
  const socket = connect(at.port, at.host);
  const isThere = await Promise.race([once(socket, 'connect'), once(socket, 'close').then(() => null)]).catch(
    () => null,
  );
  socket.destroy();
  return isThere !== null;
}

/** Whether tests that need it are skipped. */
export const isRabbitMissing = process.env['COPPICE_REQUIRE_SERVICES'] !== '1' && !(await answers());

/** What is published and received under names of their own. */
export class RabbitPlace {
  readonly exchange = `coppice-test-${randomUUID()}`;
  readonly queue = `${this.exchange}-queue`;
  readonly #connection = new Connection(rabbitUrl);

  constructor() {
    this.#connection.on('error', () => undefined);
  }

  /** As Nova does it. */
  async declareExchange(durable = false): Promise<void> {
    await this.#connection.exchangeDeclare({ exchange: this.exchange, type: 'topic', durable });
  }

  async deleteExchange(): Promise<void> {
    await this.#connection.exchangeDelete({ exchange: this.exchange });
  }

  /** A body that is no Buffer is sent as JSON, with an envelope as oslo.messaging makes it. */
  async publish(message: unknown, routingKey = 'notifications.info'): Promise<void> {
    const channel = await this.#connection.acquire();
    const body = Buffer.isBuffer(message)
      ? message
      : Buffer.from(JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) }));
    const properties = { contentType: 'application/json', contentEncoding: 'utf-8', durable: true };
    await channel.confirmSelect();
    await channel.basicPublish({ exchange: this.exchange, routingKey, ...properties }, body);
    await channel.close();
  }

  /** Messages in the queue that no consumer has. */
  async waiting(queue = this.queue): Promise<number> {
    const channel = await this.#connection.acquire();
    const { messageCount } = await channel.queueDeclare({ queue, passive: true });
    await channel.close();
    return messageCount;
  }

  async deleteQueue(queue = this.queue): Promise<void> {
    await this.#connection.queueDelete({ queue });
  }

  async close(): Promise<void> {
    await this.deleteQueue();
    await this.deleteExchange();
    await this.#connection.close();
  }

  /** @param at of the proxy through which it is reached; absent: where it is. */
  settings(at?: { readonly port: number }): NotificationSettings {
    if (address === undefined) throw new Error('COPPICE_TEST_AMQP_URL is no URL of RabbitMQ');
    const hosts = at === undefined ? address.hosts : [{ host: '127.0.0.1', port: at.port }];
    const password = address.password ?? new Secret('guest');
    return {
      address: { ...address, hosts },
      password,
      ca: null,
      exchanges: [this.exchange],
      origin: testOrigin,
    };
  }
}

/** A way to RabbitMQ that can be cut. */
export class RabbitProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  port = 0;

  /** @param tls of a server that takes encrypted connections; absent: as RabbitMQ takes them. */
  constructor(tls?: Pick<TlsOptions, 'cert' | 'key'>) {
    const join = (client: Socket): void => this.#join(client);
    this.#server = tls === undefined ? createServer(join) : createTlsServer(tls, join);
  }

  #join(client: Socket): void {
    const [at] = address?.hosts ?? [];
    const upstream = connect(at?.port ?? 0, at?.host);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }

  /** On the port of before, where it had one. */
  async open(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as { port: number }).port;
  }

  /** Ends all connections, and takes no more. */
  async cut(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
