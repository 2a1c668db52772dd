/**
 * Whatever goes wrong with a request, what is secret in it is in no verdict, error or reason: these go into
 * logs, events and rows.
 */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeIssue } from '../src/domain/errors.ts';
import type { Json, JsonObject } from '../src/domain/json.ts';
import { pollUrl } from '../src/health/poll-url.ts';
import { probeModes } from '../src/health/probe-node.ts';
import { post } from '../src/notify/post.ts';
import { HttpClient } from '../src/outbound/http-client.ts';
import { parseHealthPolicy } from '../src/policies/health/health-policy-type.ts';
import type { NodeFacts } from '../src/profiles/profile-type.ts';
import { testSession } from './support/session.ts';
import { isPure } from '../src/workflow/actions/action-type.ts';
import { standardActions } from '../src/workflow/actions/registry.ts';

const secret = 'hunter22';
const query = `token=${secret}&x=%68unter22`;
const traces = new RegExp(`hunter22|${Buffer.from(`me:${secret}`).toString('base64')}|%68unter`, 'i');

const sockets = new Set<Socket>();
const servers: Server[] = [];

async function listen(server: Server): Promise<string> {
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => {})));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answering = (listener: RequestListener): Server => createServer(listener);
const redirecting = (location: string): Server =>
  answering((_, response) => void response.writeHead(302, { location }).end());
const saying = (text: string): Server =>
  createTcpServer((socket) => void socket.once('data', () => socket.end(text)));

const faults: Readonly<Record<string, () => Server>> = {
  'resets the connection': () =>
    createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
  'closes the connection': () => createTcpServer((socket) => socket.once('data', () => socket.destroy())),
  'never answers': () => createTcpServer(() => {}),
  'speaks no HTTP, and repeats the request': () =>
    createTcpServer((socket) => socket.on('data', (chunk) => socket.end(chunk))),
  'sends endless headers': () => saying(`HTTP/1.1 200 OK\r\n${`x-a: ${secret}\r\n`.repeat(50_000)}`),
  'breaks off in the body': () => saying('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc'),
  'redirects to a closed port': () => redirecting(`http://me:${secret}@127.0.0.1:1/?${query}`),
  'redirects to a name that is not known': () => redirecting(`http://me:${secret}@gone.invalid/?${query}`),
  'redirects to a refused address': () => redirecting(`http://me:${secret}@169.254.169.254/?${query}`),
  'redirects to something else': () => redirecting(`ftp://me:${secret}@host/?${query}`),
  'redirects in a circle': () => redirecting(`/?${query}`),
};

const hosts = new Map<string, string>();

beforeAll(async () => {
  for (const [name, make] of Object.entries(faults)) hosts.set(name, await listen(make()));
});

afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

const http = new HttpClient();
const urlOf = (name: string, scheme = 'http'): string =>
  `${scheme}://me:${secret}@${hosts.get(name)}/path?${query}`;

const facts: NodeFacts = {
  id: 'n1',
  name: 'web-1',
  index: 1,
  role: '',
  clusterId: null,
  clusterName: null,
  metadata: {},
  physicalId: 'p1',
  data: {},
  properties: {},
  session: testSession,
};

async function probed(poll_url: string): Promise<unknown> {
  const detector = pollUrl({ poll_url, poll_url_retry_limit: 0, poll_url_timeout: 0.3 }, http);
  const profile = { probe: () => Promise.reject(new Error('not asked')), endpoint: () => ({}) };
  return await probeModes({ node: facts, profile }, [detector], { signal: new AbortController().signal });
}

async function performed(url: string): Promise<unknown> {
  const action = standardActions({
    policy: { http, maxResponseBytes: 10_000 },
    apiUrl: () => undefined,
  }).find('std.http');
  if (action === undefined || isPure(action)) throw new Error('no std.http');
  const headers = { Authorization: `Bearer ${secret}`, 'X-Key': secret };
  const input = {
    url,
    method: 'POST',
    body: secret,
    cookies: { a: secret },
    headers,
    allow_redirects: true,
    timeout: 0.3,
  };
  const call = { id: 'a1', input, workflowName: 'w', executionId: 'e1', taskId: 't1', session: null };
  return await action.perform(call, new AbortController().signal);
}

async function posted(url: string): Promise<unknown> {
  const headers = { 'webhook-signature': secret };
  const message = { url: new URL(url), headers, body: secret, timeoutMs: 300 };
  return await post(message, http, new AbortController().signal);
}

describe.each(Object.keys(faults))('a server that %s', (name) => {
  test.each([
    ['poll_url', probed],
    ['std.http', performed],
    ['a notification', posted],
  ])('is told of without what is secret in %s', async (_, request) => {
    for (const scheme of ['http', 'https']) {
      const text = JSON.stringify(await request(urlOf(name, scheme)));
      expect(text).toMatch(/reason|raised an exception|delivered/);
      expect(text).not.toMatch(traces);
    }
  });
});

test.each<[string, JsonObject]>([
  ['no URL', { poll_url: `me:${secret}@host` }],
  ['another scheme', { poll_url: `ftp://me:${secret}@host/` }],
  ['an unknown placeholder', { poll_url: `http://me:${secret}@{nodname}/?${query}` }],
  ['a port that is none', { poll_url: `http://me:${secret}@{address}:99999/?${query}` }],
  ['a refused address', { poll_url: `http://me:${secret}@169.254.169.254/?${query}` }],
  ['an unknown key', { poll_ulr: `http://me:${secret}@host/` }],
  ['a list', { poll_url: [`http://me:${secret}@host/`] }],
  ['a mapping', { poll_url: { url: `http://me:${secret}@host/` } }],
])('a poll_url that is refused as %s is not quoted', (_, options) => {
  for (const type of ['NODE_STATUS_POLL_URL', 'NODE_STATUS_POLLING']) {
    const properties: Json = {
      detection: { detection_modes: [{ type, options }] },
      recovery: { actions: [{ name: 'RECREATE' }] },
    };
    const settings = {
      healthCheckIntervalMin: 1,
      objectionTo: (address: string) => http.guard.objection(address),
    };
    const check = parseHealthPolicy(properties, '1.3', settings);
    const texts = (check.ok ? check.warnings : check.issues).map(describeIssue).join('\n');
    expect(texts).not.toBe('');
    expect(texts).not.toMatch(traces);
  }
});
