/** A stream whose token is valid for a time. */
import { EventEmitter, once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { noAuthentication } from '../authentication/loopback-only.ts';
import type { Authentication } from '../authentication/authentication.ts';
import { CoppiceError } from '../domain/errors.ts';
import { localOwner } from '../domain/session.ts';
import type { Role } from '../domain/model.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertEvents } from '../store/events.ts';
import { aCluster, anEvent } from '../../test/support/rows.ts';
import { endWhenRefused } from './watch-access.ts';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer } from '../../test/support/test-server.ts';

const cluster = aCluster({ name: 'web' });
let server: TestServer | undefined;
let reader: IncomingMessage | undefined;
let asked = 0;

afterEach(async () => {
  reader?.destroy();
  await server?.stop();
  [reader, server] = [undefined, undefined];
  vi.useRealTimers();
});

/** Opens a stream whose token is to be asked for again at once. @param rolesOf the n-th question. */
async function follow(rolesOf: (question: number) => Role[]): Promise<{ text: () => string }> {
  asked = 0;
  const authentication: Authentication = {
    ...noAuthentication(),
    authenticate: () =>
      Promise.resolve().then(() => {
        asked += 1;
        return { ...localOwner, roles: rolesOf(asked), validUntil: Date.now() };
      }),
  };
  server = await TestServer.start({ authentication });
  const url = await server.server.listen({ host: '127.0.0.1', port: 0 });
  await server.store.write((tx) => insertCluster(tx, cluster));
  [reader] = (await once(get(`${url}/v1/clusters/web/events/stream`), 'response')) as [IncomingMessage];
  let text = '';
  reader.on('error', () => {});
  reader.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
  return { text: () => text };
}

test.each([
  [
    'its token is valid no more',
    (): Role[] => {
      throw new CoppiceError('unauthenticated', 'revoked');
    },
  ],
  [
    'it cannot be told whether it is',
    (): Role[] => {
      throw new CoppiceError('authentication-unavailable', 'Keystone is away');
    },
  ],
  ['its user has lost the role', (): Role[] => []],
])('ends where %s', async (_why, then) => {
  await follow((question) => (question === 1 ? ['reader'] : then()));
  expect(reader?.statusCode).toBe(200);
  await eventually('the stream has ended', () => reader?.readableEnded);
  expect(asked).toBe(2);
});

test('goes on as long as its token is valid', async () => {
  const stream = await follow(() => ['reader']);
  await eventually('the token was asked for twice again', () => asked >= 3);
  await server?.store.write((tx) => insertEvents(tx, [anEvent({ clusterId: cluster.id })]));
  await eventually('an event has come', () => stream.text().includes('data: '));
  expect(reader?.readableEnded).toBe(false);
});

test('leaves one listener on its answer, however often its token is asked for', async () => {
  vi.useFakeTimers();
  const answer = Object.assign(new EventEmitter(), {
    writableEnded: false,
    destroyed: false,
    end: vi.fn<() => void>(),
  });
  const admit = vi.fn<() => Promise<number>>(() => Promise.resolve(Date.now()));
  endWhenRefused(answer as unknown as ServerResponse, Date.now(), admit);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([admit.mock.calls.length, answer.listenerCount('close')]).toEqual([20, 1]);
  answer.emit('close');
  await vi.advanceTimersByTimeAsync(20_000);
  expect(admit).toHaveBeenCalledTimes(20);
});
