import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { create, usePlace } from '../../../test/profiles/local-process-nodes.ts';
import { portsOf } from './ports.ts';
import { systemProcessTable } from './system-process-table.ts';

const place = usePlace();
const table = systemProcessTable();

async function listening(port = 0): Promise<Server & AsyncDisposable> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('nodes that ask at once get ports of their own', async () => {
  const ports = portsOf(place.dataDir, table);
  const asked = Array.from({ length: 50 }, (_, n) => ports.choose(`node-${n}`, 'auto', null));
  expect(new Set(await Promise.all(asked)).size).toBe(50);
});

test('a node keeps its port unless another process listens on it', async () => {
  const ports = portsOf(place.dataDir, table);
  const port = await ports.choose('a', 'auto', null);
  expect(await ports.choose('a', 'auto', port)).toBe(port);
  await using _ = await listening(port ?? 0);
  expect(await ports.choose('a', 'auto', port)).not.toBe(port);
});

test('a port is not given to a second node, also by a later Coppice, until its node is gone', async () => {
  const node = await create(place.type, place.node({ command: ['sleep', '1000'], port: 'auto' }));
  const port = Number(node.data['port']);
  const later = portsOf(place.dataDir, table);
  expect(await later.choose('another', 'auto', port)).not.toBe(port);
  await later.release(node.id);
  expect(await later.choose('another', 'auto', port)).toBe(port);
});

test('a port that was asked for and is taken is refused by its number', async () => {
  await using server = await listening();
  const { port } = server.address() as AddressInfo;
  await expect(portsOf(place.dataDir, table).choose('a', port, null)).rejects.toMatchObject({
    code: 'operation-failed',
    message: `port ${port} of 127.0.0.1 is taken by another process`,
  });
});

async function freePort(): Promise<number> {
  await using server = await listening();
  return (server.address() as AddressInfo).port;
}

test('a port that a sibling has is refused with the name of the sibling', async () => {
  const port = await freePort();
  const listen = "require('net').createServer().listen(process.env.PORT, '127.0.0.1')";
  const command = [process.execPath, '-e', listen];
  const named = { ...place.node({ command, port }), name: 'web-1' };
  await create(place.type, named);
  // What runs has not begun to listen yet.
  await eventually('the port is taken', async () => {
    const server = await listening(port).catch(() => undefined);
    await server?.[Symbol.asyncDispose]();
    return server === undefined || undefined;
  });
  await expect(create(place.type, place.node({ command, port }))).rejects.toThrow(
    `port ${port} of 127.0.0.1 is taken by the node web-1 of the cluster web`,
  );
});

test('nodes that start at once find the port free: the one that ends names the other', async () => {
  const port = await freePort();
  await create(place.type, { ...place.node({ command: ['sleep', '1000'], port }), name: 'web-1' });
  await expect(create(place.type, place.node({ command: ['false'], port }))).rejects.toThrow(
    `with exit status 1; its port ${port} was given to the node web-1 of the cluster web as well`,
  );
});

test('no port was asked for, none is given', async () => {
  expect(await portsOf(place.dataDir, table).choose('a', undefined, null)).toBeNull();
});
