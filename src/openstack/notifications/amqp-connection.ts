/** A connection to RabbitMQ as the settings say. */
import type { Socket } from 'node:net';
import { Connection } from 'rabbitmq-client';
import type { AmqpHost } from './amqp-url.ts';
import { NotAmqp } from './bus-failure.ts';
import type { NotificationSettings } from './settings.ts';

const CONNECT_MS = 10_000;
/** Seconds. A connection that is lost without a word is noticed after two of them. */
const HEARTBEAT = 15;
/** A notification of a server is about 4 KiB; the library's own limit cuts it into several frames. */
const FRAME_BYTES = 131_072;
/** Those of RabbitMQ before a size is agreed on, with room. */
const LONGEST_FRAME = 1024 * 1024;

/** @param name as which operators of RabbitMQ see it. */
export function openConnection(settings: NotificationSettings, host: AmqpHost, name: string): Connection {
  const { address, password, ca } = settings;
  const connection = new Connection({
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
  // Another attempt by the library would have a socket without the limit.
  connection.on('error', (error: unknown) => {
    if (error instanceof NotAmqp) connection.unsafeDestroy();
  });
  limitFrames(Reflect.get(connection, '_socket') as Socket);
  return connection;
}

/**
 * The library reads as many bytes as the first ones seem to say. Those of another protocol say more than Node
 * takes, which throws where nothing catches it: `HTTP` is a frame of 1.3 GB. Its socket is the only place at
 * which that can be seen before, and has no public name.
 */
function limitFrames(socket: Socket): void {
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    if (size === undefined || size <= LONGEST_FRAME) return read(size);
    socket.destroy(new NotAmqp());
    return null;
  };
}
