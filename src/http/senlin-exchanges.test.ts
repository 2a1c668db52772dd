/**
 * Exchanges with a real Senlin 14, played against our server in order: statuses, error types and sentences,
 * keys, headers, and the ends of times. What a real Senlin answered with its servers is answered here with
 * nodes of a fake cloud.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer, type Reply } from '../../test/support/test-server.ts';

interface Exchange {
  readonly name: string;
  /** Method, path, body; or WAIT, action, how it ends, why. */
  readonly ask: readonly [string, string, ...unknown[]];
  readonly status: number;
  /** `type: message` */
  readonly error?: string;
  readonly type?: string;
  readonly text?: string;
  /** The whole body. */
  readonly body?: unknown;
  /** All keys, in order, of the map at a path of the body. */
  readonly keys?: Readonly<Record<string, readonly string[]>>;
  /** Some entries of the map at a path of the body. */
  readonly includes?: Readonly<Record<string, object>>;
  /** How the time at a path ends. */
  readonly times?: Readonly<Record<string, string>>;
  readonly minor?: number | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly version?: string;
  /** Name under which the action of `Location` is remembered; null: there is no Location. */
  readonly location?: string | null;
  /** What is remembered of the body. */
  readonly save?: Readonly<Record<string, string>>;
}

const path = join(import.meta.dirname, '../../test/data/senlin-exchanges.json');
const exchanges = JSON.parse(readFileSync(path, 'utf8')) as Exchange[];

const remembered = new Map<string, string>();

/** `$cluster` is the remembered id, `$cluster:8` its first 8 characters. */
function fill<T>(value: T): T {
  const text = JSON.stringify(value).replaceAll(
    /\$([a-z]\w*)(?::(\d+))?/g,
    (whole, name: string, length?: string) => {
      const known = remembered.get(name);
      return known === undefined ? whole : known.slice(0, length === undefined ? undefined : Number(length));
    },
  );
  return JSON.parse(text) as T;
}

function at(body: unknown, place: string): unknown {
  if (place === '') return body;
  return place.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], body);
}

describe('The wire format of Senlin', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.startEngine();
  });

  afterAll(() => server.stop());

  test.each(exchanges.map((exchange) => [exchange.name, exchange] as const))('%s', async (_, exchange) => {
    const [method, url, body] = fill(exchange.ask);
    if (method === 'WAIT')
      return await waitFor(server, fill(exchange.ask) as [string, string, string, string]);
    const { headers = {}, minor = 14 } = exchange;
    const reply = await server.ask(method, url, { headers, minor, ...(body === undefined ? {} : { body }) });
    remember(exchange, reply);
    check(fill(exchange), reply);
    expect(server.logged).toEqual([]);
  });
});

function remember({ save = {}, location }: Exchange, reply: Reply): void {
  for (const [name, place] of Object.entries(save)) remembered.set(name, String(at(reply.body, place)));
  if (typeof location === 'string') {
    const prefix = 'http://127.0.0.1:8777/v1/actions/';
    expect(reply.headers['location']).toContain(prefix);
    remembered.set(location, String(reply.headers['location']).slice(prefix.length));
  }
  if (location === null) expect(reply.headers['location']).toBeUndefined();
}

/** What our clusters and nodes have beside Senlin's keys. */
const added: ReadonlySet<string> = new Set(['health', 'health_reason', 'node_profiles', 'region', 'zone']);

function check(expected: Exchange, reply: Reply): void {
  expect(reply.status, reply.text).toBe(expected.status);
  expect(reply.headers['x-openstack-request-id']).toMatch(/^req-[0-9a-f-]{36}$/);
  if (expected.error !== undefined) expect(errorOf(reply)).toBe(expected.error);
  if (expected.type !== undefined) expect(at(reply.body, 'error.type')).toBe(expected.type);
  if (expected.text !== undefined) expect(reply.text).toBe(expected.text);
  if (expected.body !== undefined) expect(reply.body).toEqual(expected.body);
  if (expected.version !== undefined) {
    expect(reply.headers['openstack-api-version']).toBe(expected.version);
    expect(reply.headers['vary']).toBe('OpenStack-API-Version');
  }
  for (const [place, keys] of Object.entries(expected.keys ?? {}))
    expect(Object.keys(at(reply.body, place) as object).filter((key) => !added.has(key))).toEqual(keys);
  for (const [place, entries] of Object.entries(expected.includes ?? {}))
    expect(at(reply.body, place)).toMatchObject(entries);
  for (const [place, end] of Object.entries(expected.times ?? {}))
    expect(String(at(reply.body, place)).slice(19)).toBe(end);
}

/** The error, after its shape was looked at. */
function errorOf(reply: Reply): string {
  const body = reply.body as { code: number; error: { code: number; message: string; type: string } };
  expect(Object.keys(body)).toEqual(['code', 'error', 'explanation', 'title']);
  expect([body.code, body.error.code]).toEqual([reply.status, reply.status]);
  expect(reply.headers['openstack-api-version']).toBeUndefined();
  return `${body.error.type}: ${body.error.message}`;
}

async function waitFor(
  server: TestServer,
  [, id, status, reason]: [string, string, string, string],
): Promise<void> {
  const action = await eventually(`action ${id} has ended`, async () => {
    const { body } = await server.ask('GET', `/v1/actions/${id}`);
    const { action } = body as { action: { end_time: number | null; status: string; status_reason: string } };
    return action.end_time !== null && action;
  });
  expect([action.status, action.status_reason]).toEqual([status, reason]);
}
