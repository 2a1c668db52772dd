/** Receivers: made with a token, called without one. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer } from '../../test/support/test-server.ts';
import type { JsonObject } from '../domain/json.ts';

let server: TestServer;
let clusterId: string;

beforeEach(async () => {
  server = await TestServer.start();
  await server.startEngine();
  const spec = { type: 'test.node', version: '1.0', properties: { flavor: '1' } };
  await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'node', spec } } });
  const cluster = { name: 'web', profile_id: 'node', desired_capacity: 1, max_size: 6 };
  const made = await server.ask('POST', '/v1/clusters', { body: { cluster } });
  clusterId = (made.body as { cluster: { id: string } }).cluster.id;
  await untilEnded(made.headers['location']);
});

afterEach(() => server.stop());

async function untilEnded(location: string | undefined): Promise<JsonObject> {
  const id = location?.split('/').at(-1) ?? '';
  return await eventually(`action ${id} has ended`, async () => {
    const { action } = (await server.ask('GET', `/v1/actions/${id}`)).body as { action: JsonObject };
    return action['end_time'] !== null && action;
  });
}

async function create(receiver: JsonObject) {
  const whole = {
    name: 'grow',
    type: 'webhook',
    cluster_id: 'web',
    action: 'CLUSTER_SCALE_OUT',
    ...receiver,
  };
  return await server.ask('POST', '/v1/receivers', { body: { receiver: whole } });
}

async function created(
  receiver: JsonObject,
): Promise<JsonObject & { readonly channel: { alarm_url: string } }> {
  const reply = await create(receiver);
  expect(reply.status, reply.text).toBe(201);
  return (reply.body as { receiver: JsonObject & { channel: { alarm_url: string } } }).receiver;
}

function pathOf({ channel: { alarm_url: url } }: { readonly channel: { alarm_url: string } }): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

async function size(): Promise<unknown> {
  const reply = await server.ask('GET', '/v1/clusters/web');
  return (reply.body as { cluster: JsonObject }).cluster['desired_capacity'];
}

test('a webhook starts its action, with its parameters or those of the call', async () => {
  const receiver = await created({ params: { count: '2' } });
  expect(receiver).toMatchObject({
    action: 'CLUSTER_SCALE_OUT',
    channel: {
      alarm_url: `http://127.0.0.1:8777/v1/webhooks/${receiver['id'] as string}/trigger?V=2&count=2`,
    },
    cluster_id: clusterId,
    params: { count: '2' },
    updated_at: null,
  });
  const called = await server.ask('POST', pathOf(receiver), { minor: null });
  expect(called.status, called.text).toBe(202);
  expect(await untilEnded(called.headers['location'])).toMatchObject({
    action: 'CLUSTER_SCALE_OUT',
    name: `webhook_${(receiver['id'] as string).slice(0, 8)}`,
    request_id: called.headers['x-openstack-request-id'],
    status: 'SUCCEEDED',
    project: receiver['project'],
    user: receiver['user'],
  });
  expect(await size()).toBe(3);
  const withBody = await server.ask('POST', pathOf(receiver), { minor: null, body: { count: 1 } });
  await untilEnded(withBody.headers['location']);
  expect(await size()).toBe(4);
});

test('V=1 takes its parameters under params below 1.10, and as the body from there on', async () => {
  const url = pathOf(await created({})).replace('V=2', 'V=1');
  const old = await server.ask('POST', url, { minor: 9, body: { params: { count: 2 } } });
  expect((await untilEnded(old.headers['location']))['inputs']).toEqual({ count: 2 });
  const young = await server.ask('POST', url, { minor: 10, body: { count: 1 } });
  expect((await untilEnded(young.headers['location']))['inputs']).toEqual({ count: 1 });
});

test('is listed, changed without another URL, and deleted; its cluster takes it along', async () => {
  const receiver = await created({ params: { count: 1 } });
  const other = await created({ name: 'check', action: 'CLUSTER_CHECK' });
  const listed = await server.ask('GET', '/v1/receivers?action=CLUSTER_CHECK');
  expect(listed.body).toEqual({ receivers: [other] });
  const change = { receiver: { name: 'grow-2', params: { count: 2 } } };
  const changed = await server.ask('PATCH', '/v1/receivers/grow', { body: change });
  expect(changed.body).toMatchObject({
    receiver: { name: 'grow-2', params: { count: 2 }, channel: receiver.channel },
  });
  expect((await server.ask('PATCH', '/v1/receivers/grow-2', { body: change })).text).toContain(
    'No property needs an update.',
  );
  expect((await server.ask('DELETE', '/v1/receivers/grow-2')).status).toBe(204);
  expect((await server.ask('POST', pathOf(receiver))).status).toBe(404);
  await untilEnded((await server.ask('DELETE', '/v1/clusters/web')).headers['location']);
  expect((await server.ask('GET', '/v1/receivers')).body).toEqual({ receivers: [] });
});

test.each([
  [{ type: 'nope' }, 400, "Value 'nope' is not acceptable for field 'type'."],
  [{ action: 'NODE_DELETE' }, 400, "Value 'NODE_DELETE' is not acceptable for field 'action'."],
  [{ action: null }, 400, 'Action name is required for creating webhook receiver.'],
  [{ cluster_id: null }, 400, 'Cluster identity is required for creating webhook receiver.'],
  [{ cluster_id: 'none' }, 400, "The referenced cluster 'none' could not be found."],
  [{ type: 'message' }, 400, 'needs Zaqar, which Coppice does not support'],
])('%j is refused', async (receiver, status, sentence) => {
  const reply = await create(receiver);
  expect([reply.status, reply.text]).toEqual([status, expect.stringContaining(sentence)]);
});

test.each([
  ['CLUSTER_SCALE_OUT', { bogus: 1 }, "Action parameter ['bogus'] is not recognizable."],
  ['CLUSTER_SCALE_OUT', { count: 'many' }, "The value for count must be an integer: 'many'."],
  ['CLUSTER_SCALE_IN', { count: 0 }, 'Count for scale-in request cannot be 0.'],
  ['CLUSTER_RESIZE', { min_size: 5, max_size: 3 }, 'The specified min_size (5) is greater than'],
  ['CLUSTER_ADD_NODES', { nodes: [] }, "Value for 'nodes' must have at least 1 item(s)."],
])('a receiver of %s does not take %j, and does not change to them', async (action, params, sentence) => {
  const refused = await create({ action, params });
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining(sentence)]);
  await created({ action, params: {} });
  const changed = await server.ask('PATCH', '/v1/receivers/grow', { body: { receiver: { params } } });
  expect([changed.status, changed.text]).toEqual([400, expect.stringContaining(sentence)]);
});

test.each([
  ['CLUSTER_RESIZE', { adjustment_type: 'EXACT_CAPACITY' }],
  ['CLUSTER_ATTACH_POLICY', { enabled: false }],
])('a receiver of %s may have %j: a call brings the rest', async (action, params) => {
  expect((await created({ action, params }))['params']).toEqual(params);
});

test.each(['1', '2', '3', 'x'])('a call with V=%s is taken, as by Senlin', async (version) => {
  const url = pathOf(await created({})).replace('V=2', `V=${version}`);
  const called = await server.ask('POST', url, { minor: null });
  expect(called.status, called.text).toBe(202);
  await untilEnded(called.headers['location']);
});

test('a call without V, of a URL that is not there, or with wrong parameters is refused', async () => {
  const receiver = await created({});
  const noVersion = await server.ask('POST', pathOf(receiver).replace(/\?.*/, ''));
  expect([noVersion.status, noVersion.text]).toEqual([
    400,
    '400 Bad Request\n\nV query parameter is required in webhook trigger URL\n\n   ',
  ]);
  const none = `/v1/webhooks/${clusterId}/trigger?V=2`;
  expect((await server.ask('POST', none)).body).toMatchObject({
    error: { type: 'ResourceNotFound', message: `The receiver '${clusterId}' could not be found.` },
  });
  // The name is no secret, and starts nothing.
  expect((await server.ask('POST', '/v1/webhooks/grow/trigger?V=2')).status).toBe(404);
  const wrong = await server.ask('POST', pathOf(receiver), { body: { count: 'many' } });
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining("must be an integer: 'many'")]);
});

test.each([
  [
    'an alarm of Aodh',
    {
      alarm_id: 'a1',
      alarm_name: 'cpu_high',
      current: 'alarm',
      previous: 'ok',
      reason: 'Transition to alarm',
      reason_data: { disposition: 'outside', count: 5, most_recent: 2 ** 60 },
      severity: 'low',
    },
  ],
  ['text', 'hello'],
  ['a list', '[1]'],
  ['an empty body', ''],
])('a webhook is called with %s, of which its action takes nothing', async (_, body) => {
  const receiver = await created({ params: { count: 2 } });
  const called = await server.ask('POST', pathOf(receiver), { minor: null, body });
  expect(called.status, called.text).toBe(202);
  expect(Object.keys(called.body as object)).toEqual(['action']);
  expect(await untilEnded(called.headers['location'])).toMatchObject({
    inputs: { count: 2 },
    status: 'SUCCEEDED',
  });
});

test('what is probably a misspelled parameter of a call is told', async () => {
  const called = await server.ask('POST', pathOf(await created({})), { body: { cuont: 2, other: 1 } });
  expect([called.status, called.body]).toMatchObject([
    202,
    { warnings: [{ field: 'cuont', expected: 'one of count', hint: 'did you mean count?' }] },
  ]);
  await untilEnded(called.headers['location']);
});

test('a call with V=1 has its parameters under params and nothing beside them, below 1.10', async () => {
  const url = pathOf(await created({})).replace('V=2', 'V=1');
  const reply = await server.ask('POST', url, { minor: null, body: { count: 2 } });
  expect([reply.status, reply.body]).toMatchObject([
    400,
    { error: { message: "Additional properties are not allowed ('count' was unexpected)" } },
  ]);
});

test('a webhook is notified of no message', async () => {
  await created({});
  const reply = await server.ask('POST', '/v1/receivers/grow/notify', { body: {} });
  expect([reply.status, reply.body]).toMatchObject([
    400,
    { error: { type: 'BadRequest', message: 'Notifying non-message receiver is not allowed.' } },
  ]);
});

test.each([
  ['CLUSTER_SCALE_UP', 'CLUSTER_SCALE_OUT'],
  ['CLUSTER_GROW', 'CLUSTER_SCALE_OUT'],
  ['CLUSTER_SHRINK', 'CLUSTER_SCALE_IN'],
])('the action %s is refused with the one that was meant', async (action, meant) => {
  const receiver = { name: 'r', type: 'webhook', cluster_id: 'web', action };
  const reply = await server.ask('POST', '/v1/receivers', { body: { receiver } });
  expect([reply.status, reply.text]).toEqual([400, expect.stringContaining(`"did you mean ${meant}?"`)]);
});
