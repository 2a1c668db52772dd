import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { expect, test } from 'vitest';
import { create, usePlace } from '../../../test/profiles/local-process-nodes.ts';
import { portsOf } from './ports.ts';

const place = usePlace();

async function listening(port = 0): Promise<Server & AsyncDisposable> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('nodes that ask at once get ports of their own', async () => {
  const ports = portsOf(place.dataDir);
  const asked = Array.from({ length: 50 }, (_, n) => ports.choose(`node-${n}`, 'auto', null));
  expect(new Set(await Promise.all(asked)).size).toBe(50);
});

test('a node keeps its port unless another process listens on it', async () => {
  const ports = portsOf(place.dataDir);
  const port = await ports.choose('a', 'auto', null);
  expect(await ports.choose('a', 'auto', port)).toBe(port);
  await using _ = await listening(port ?? 0);
  expect(await ports.choose('a', 'auto', port)).not.toBe(port);
});

test('a port is not given to a second node, also by a later Coppice, until its node is gone', async () => {
  const node = await create(place.type, place.node({ command: ['sleep', '1000'], port: 'auto' }));
  const port = Number(node.data['port']);
  const later = portsOf(place.dataDir);
  expect(await later.choose('another', 'auto', port)).not.toBe(port);
  await later.release(node.id);
  expect(await later.choose('another', 'auto', port)).toBe(port);
});

test('a port that was asked for and is taken is refused by its number', async () => {
  await using server = await listening();
  const { port } = server.address() as AddressInfo;
  await expect(portsOf(place.dataDir).choose('a', port, null)).rejects.toMatchObject({
    code: 'operation-failed',
    message: `port ${port} of 127.0.0.1 is taken by another process`,
  });
});

test('no port was asked for, none is given', async () => {
  expect(await portsOf(place.dataDir).choose('a', undefined, null)).toBeNull();
});
