import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { isRabbitMissing, RabbitPlace, testOrigin } from '../../../test/support/rabbitmq.ts';
import { Secret } from '../../domain/secret.ts';
import type { BusFailure } from '../../domain/cloud-state.ts';
import { AmqpSession } from './amqp-session.ts';
import { BusUnusable } from './bus-failure.ts';
import type { NotificationSettings } from './settings.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function portOf(server: Server, at = '127.0.0.1'): Promise<number> {
  servers.push(server);
  server.on('tlsClientError', () => undefined);
  server.listen(0, at);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server that says the same to each connection and closes it; null: it says nothing. */
async function saying(text: string | null): Promise<number> {
  return await portOf(
    createServer((socket) => {
      socket.on('error', () => undefined);
      if (text === null) socket.destroy();
      else socket.on('data', () => socket.end(text));
    }),
  );
}

function settingsAt(port: number, isTls: boolean, host = '127.0.0.1'): NotificationSettings {
  const address = { isTls, hosts: [{ host, port }], user: 'coppice', password: null, vhost: '/' };
  return { address, password: new Secret('geheim'), ca: null, exchanges: ['nova'], origin: testOrigin };
}

async function failureOf(settings: NotificationSettings, queue = 'coppice-test'): Promise<BusFailure> {
  const [host] = settings.address.hosts;
  if (host === undefined) throw new Error('no host');
  const failed: unknown = await AmqpSession.open({
    settings,
    host,
    queue,
    onMessage: () => Promise.resolve(),
    onChecked: () => undefined,
    lookAgainMs: 1000,
    countsConsumers: false,
    signal: new AbortController().signal,
  }).then(
    (session) => session.close(),
    (error: unknown) => error,
  );
  if (!(failed instanceof BusUnusable)) throw new Error('it is no failure of the message bus');
  expect(failed.failure.reason).not.toMatch(/\n|geheim|openssl|SSL routines/i);
  return failed.failure;
}

const data = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../../test/data/tls/self-signed.${name}`), 'utf8');

async function encrypted(at?: string): Promise<number> {
  const server = createTlsServer({ cert: data('crt'), key: data('key') }, (socket) => socket.end());
  return await portOf(server, at);
}

test('a server of another protocol is told, and does not end the process', async () => {
  const port = await saying('HTTP/1.1 400 Bad Request\r\n\r\n');
  expect(await failureOf(settingsAt(port, false))).toEqual({
    kind: 'NOT_AMQP',
    reason: `127.0.0.1:${port} does not speak AMQP; a TLS port, usually 5671, takes amqps:// only`,
  });
});

test('a port that is not encrypted is told with what to write', async () => {
  const port = await saying('HTTP/1.1 400 Bad Request\r\n\r\n');
  expect(await failureOf(settingsAt(port, true))).toEqual({
    kind: 'NOT_TLS',
    reason: `127.0.0.1:${port} does not speak TLS: write amqp://, or the TLS port, usually 5671`,
  });
});

test('an encrypted port closes the connection of one that is not', async () => {
  const port = await encrypted();
  expect(await failureOf(settingsAt(port, false))).toEqual({
    kind: 'NOT_AMQP',
    reason: `127.0.0.1:${port} closed the connection before it let anyone in; a TLS port, usually 5671, takes amqps:// only`,
  });
});

test('a certificate of an unknown authority, and one of another name', async () => {
  const port = await encrypted();
  expect(await failureOf(settingsAt(port, true))).toEqual({
    kind: 'CERTIFICATE',
    reason: 'the certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)',
  });
  const elsewhere = '127.0.0.2';
  const settings = settingsAt(await encrypted(elsewhere), true, elsewhere);
  expect(await failureOf({ ...settings, ca: data('crt') })).toEqual({
    kind: 'CERTIFICATE',
    reason: 'the certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)',
  });
});

test('nothing at the port', async () => {
  expect(await failureOf(settingsAt(1, false))).toEqual({
    kind: 'AWAY',
    reason: 'connection refused (ECONNREFUSED)',
  });
});

describe.skipIf(isRabbitMissing)('with the RabbitMQ of this machine', () => {
  test('a password, a vhost and a plain port are told apart', async () => {
    const place = new RabbitPlace();
    try {
      const settings = place.settings();
      const { address } = settings;
      expect(await failureOf({ ...settings, password: new Secret('geheim') })).toEqual({
        kind: 'LOGIN',
        reason: `it refuses the user ${address.user} or its password`,
      });
      expect(await failureOf({ ...settings, address: { ...address, vhost: 'none-such' } })).toEqual({
        kind: 'VHOST',
        reason: 'vhost none-such not found',
      });
      const [at] = address.hosts;
      expect(await failureOf({ ...settings, address: { ...address, isTls: true } })).toEqual({
        kind: 'NOT_TLS',
        reason: `${at?.host}:${at?.port} does not speak TLS: write amqp://, or the TLS port, usually 5671`,
      });
      // Names that begin so are RabbitMQ's own: no user may declare one.
      const refused = await failureOf(settings, 'amq.coppice-test');
      expect(refused).toEqual({ kind: 'PERMISSION', reason: expect.stringContaining('amq.coppice-test') });
    } finally {
      await place.close();
    }
  });
});
