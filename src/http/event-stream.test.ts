import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { aCluster, anEvent } from '../../test/support/rows.ts';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer } from '../../test/support/test-server.ts';
import { insertCluster } from '../store/clusters.ts';
import { purgeEvents } from '../retention/purge-events.ts';
import { insertEvents } from '../store/events.ts';

describe('The stream of events', () => {
  const cluster = aCluster({ name: 'web' });
  const readers: IncomingMessage[] = [];
  let server: TestServer;
  let url: string;

  beforeEach(() => start(60_000));

  /** @param heartbeatMs so long that no test but its own is helped by it. */
  async function start(heartbeatMs: number, most = 500): Promise<void> {
    server = await TestServer.start({ streams: { heartbeatMs, drainMs: 50, most } });
    url = await server.server.listen({ host: '127.0.0.1', port: 0 });
    await server.store.write((tx) => insertCluster(tx, cluster));
  }

  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.destroy();
    await server.stop();
  });

  async function follow(
    lastEventId?: string,
    name = 'web',
  ): Promise<{ response: IncomingMessage; text: () => string }> {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const request = get(`${url}/v1/clusters/${name}/events/stream`, { headers });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    readers.push(response);
    response.on('error', () => {});
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
    return { response, text: () => text };
  }

  async function write(count: number, statusReason = ''): Promise<string[]> {
    const events = Array.from({ length: count }, () => anEvent({ clusterId: cluster.id, statusReason }));
    await server.store.write((tx) => insertEvents(tx, events));
    return events.map(({ id }) => id);
  }

  function idsIn(text: string): string[] {
    return [...text.matchAll(/^data: (.*)$/gm)].map(
      ([, data]) => (JSON.parse(data ?? '') as { id: string }).id,
    );
  }

  /** Queries of events from now on. */
  function countReads(): () => number {
    const reads = vi.spyOn(server.store.db, 'selectFrom');
    return () => reads.mock.calls.filter(([table]) => (table as unknown) === 'event').length;
  }

  function lastIdIn(text: string): string {
    return [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
  }

  async function untilRead(reader: { text: () => string }, count: number): Promise<string[]> {
    return await eventually(`${count} events have come`, () => {
      const ids = idsIn(reader.text());
      return ids.length >= count && ids;
    });
  }

  test('begins now and gives each event of its cluster once, in order', async () => {
    await write(3);
    const reader = await follow();
    await eventually('the stream has begun', () => reader.text().includes('connected'));
    await server.store.write((tx) => insertEvents(tx, [anEvent({ clusterId: 'another' })]));
    const ids = [...(await write(250)), ...(await write(2))];
    expect(await untilRead(reader, 252)).toEqual(ids);
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
  });

  test('goes on when all events were purged, also where it was cut at one that is gone', async () => {
    const reader = await follow();
    await eventually('the stream has begun', () => reader.text().includes('connected'));
    await write(2);
    await untilRead(reader, 2);
    const cutAt = lastIdIn(reader.text());
    const now = Date.now() + 1000;
    expect(await purgeEvents(server.store, { before: now, now })).toBe(2);
    const begun = await follow();
    await eventually('the second stream has begun', () => begun.text().includes('connected'));
    const ids = await write(2);
    expect(await untilRead(await follow(cutAt), 2)).toEqual(ids);
    expect(await untilRead(begun, 2)).toEqual(ids);
    expect((await untilRead(reader, 4)).slice(2)).toEqual(ids);
  });

  test('goes on where it was cut', async () => {
    const reader = await follow();
    await eventually('the stream has begun', () => reader.text().includes('connected'));
    await write(2);
    await untilRead(reader, 2);
    reader.response.destroy();
    const missed = await write(3);
    const again = await follow(lastIdIn(reader.text()));
    expect(await untilRead(again, 3)).toEqual(missed);
  });

  test('tells from where to go on before the first event has come', async () => {
    const reader = await follow();
    await eventually('the stream has begun', () => lastIdIn(reader.text()) !== '');
    reader.response.destroy();
    const missed = await write(1);
    expect(await untilRead(await follow(lastIdIn(reader.text())), 1)).toEqual(missed);
  });

  test('gives a sign of life while nothing happens', async () => {
    await server.stop();
    await start(20);
    const reader = await follow();
    await eventually('a comment has come', () => reader.text().includes(': still here'));
  });

  test('is for clusters that exist, and for ids that it gave', async () => {
    expect((await follow(undefined, 'none')).response.statusCode).toBe(404);
    expect((await follow('yesterday')).response.statusCode).toBe(400);
  });

  test('costs one read of what is new, however many streams there are', async () => {
    const streams = await Promise.all(Array.from({ length: 20 }, () => follow()));
    const idle = aCluster({ name: 'idle' });
    await server.store.write((tx) => insertCluster(tx, idle));
    const others = await Promise.all(Array.from({ length: 5 }, () => follow(undefined, 'idle')));
    for (const each of [...streams, ...others])
      await eventually('the stream has begun', () => each.text().includes('connected'));
    const first = await write(1);
    for (const each of streams) expect(await untilRead(each, 1)).toEqual(first);
    const reads = countReads();
    const ids = [...first, ...(await write(1)), ...(await write(1))];
    for (const each of streams) expect(await untilRead(each, 3)).toEqual(ids);
    expect(reads()).toBeLessThanOrEqual(4);
    expect(others.map(({ text }) => idsIn(text()))).toEqual(others.map(() => []));
  });

  test('is refused where there are too many, until one has ended', async () => {
    await server.stop();
    await start(60_000, 2);
    const first = await follow();
    await follow();
    expect((await follow()).response.statusCode).toBe(429);
    first.response.destroy();
    await eventually('a place is free', async () => (await follow()).response.statusCode === 200);
  });

  test('ends when the server closes', async () => {
    const reader = await follow();
    const ended = once(reader.response, 'end');
    await server.server.close();
    await ended;
  });

  test('cuts off a reader that does not keep up', async () => {
    const reader = await follow('0');
    reader.response.pause();
    const closed = once(reader.response, 'close');
    const open = async () =>
      Number(/coppice_event_streams (\d+)/.exec((await server.ask('GET', '/metrics')).text)?.[1]);
    expect(await open()).toBe(1);
    for (let round = 0; round < 10; round += 1) await write(100, 'x'.repeat(20_000));
    await eventually('the server has let go of it', async () => (await open()) === 0);
    reader.response.destroy();
    await closed;
  });
});
