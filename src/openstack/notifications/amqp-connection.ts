/** A connection to RabbitMQ as the settings say. */
import { Connection } from 'rabbitmq-client';
import type { AmqpHost } from './amqp-url.ts';
import type { NotificationSettings } from './settings.ts';

const CONNECT_MS = 10_000;
/** Seconds. A connection that is lost without a word is noticed after two of them. */
const HEARTBEAT = 15;
/** A notification of a server is about 4 KiB; the library's own limit cuts it into several frames. */
const FRAME_BYTES = 131_072;

/** @param name as which operators of RabbitMQ see it. */
export function openConnection(settings: NotificationSettings, host: AmqpHost, name: string): Connection {
  const { address, password, ca } = settings;
  return new Connection({
    hostname: host.host,
    port: host.port,
    username: address.user,
    password: password.reveal(),
    vhost: address.vhost,
    heartbeat: HEARTBEAT,
    connectionTimeout: CONNECT_MS,
    acquireTimeout: CONNECT_MS,
    frameMax: FRAME_BYTES,
    connectionName: name,
    ...(address.isTls ? { tls: ca === null ? true : { ca } } : {}),
  });
}
