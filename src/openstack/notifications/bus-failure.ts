/** Why RabbitMQ cannot be used, told apart by what an operator does about it. Pure. */
import { AMQPConnectionError, AMQPError } from 'rabbitmq-client';
import type { BusFailure } from '../../domain/cloud-state.ts';
import { describeConnectionError } from '../../outbound/connection-problem.ts';
import { tlsProblemOf } from '../../outbound/tls-problem.ts';
import type { AmqpHost } from './amqp-url.ts';
import type { NotificationSettings } from './settings.ts';

/** The error of an answer whose frames are longer than those of AMQP. */
export class NotAmqp extends Error {
  constructor() {
    super('the answer is not AMQP');
    this.name = 'NotAmqp';
  }
}

/** The error of a session that could not be opened. */
export class BusUnusable extends Error {
  readonly failure: BusFailure;

  constructor(failure: BusFailure, options?: ErrorOptions) {
    super(failure.reason, options);
    this.name = 'BusUnusable';
    this.failure = failure;
  }
}

export interface BusPlace {
  readonly settings: Pick<NotificationSettings, 'address'>;
  readonly host: AmqpHost;
  /** Whether RabbitMQ had let us in before. */
  readonly wasOpen: boolean;
}

/** Without the credential, and without the words of OpenSSL. */
export function describeBusFailure(error: unknown, { settings, host, wasOpen }: BusPlace): BusFailure {
  const { user, isTls } = settings.address;
  const at = `${host.host.includes(':') ? `[${host.host}]` : host.host}:${host.port}`;
  if (error instanceof NotAmqp || isCode(error, 'VERSION_MISMATCH', 'COMMAND_INVALID'))
    return { kind: 'NOT_AMQP', reason: `${at} does not speak AMQP${isTls ? '' : TLS_PORT}` };
  if (isCode(error, 'CONN_CLOSE', 'READ_END'))
    return wasOpen
      ? { kind: 'AWAY', reason: 'the connection was closed' }
      : {
          kind: 'NOT_AMQP',
          reason: `${at} closed the connection before it let anyone in${isTls ? '' : TLS_PORT}`,
        };
  if (error instanceof AMQPError) return describeRefusal(error, user);
  const tls = tlsProblemOf(error);
  if (tls !== undefined) {
    const reason = `${at} does not speak TLS: write amqp://, or the TLS port, usually 5671`;
    return tls.speaksTls ? { kind: 'TLS', reason: tls.reason } : { kind: 'NOT_TLS', reason };
  }
  const { kind, reason } = describeConnectionError(error);
  return { kind: kind === 'certificate' ? 'CERTIFICATE' : 'AWAY', reason };
}

const TLS_PORT = '; a TLS port, usually 5671, takes amqps:// only';

function describeRefusal(error: AMQPError, user: string): BusFailure {
  const { code, message } = error;
  // `ConnectionOpen: NOT_ALLOWED - vhost nova not found`
  const words = message.slice(message.indexOf(' - ') + 1).replace(/^- /, '');
  const ofConnection = error instanceof AMQPConnectionError;
  if (code === 'ACCESS_REFUSED')
    return ofConnection
      ? { kind: 'LOGIN', reason: `it refuses the user ${user} or its password` }
      : { kind: 'PERMISSION', reason: words };
  return { kind: code === 'NOT_ALLOWED' && ofConnection ? 'VHOST' : 'AWAY', reason: words };
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof AMQPError && codes.includes(error.code);
}
