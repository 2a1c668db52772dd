/** Policies that amend the plan of an action, over the API: from attaching one to the nodes that it chose. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer, testCaller } from '../../test/support/test-server.ts';
import { onCluster } from '../domain/action-requests.ts';
import type { JsonObject } from '../domain/json.ts';
import { requireObject } from '../requests/find-object.ts';
import { recordAction } from '../requests/record-action.ts';
import { getCluster } from '../store/clusters.ts';
import { replacePolicySpec } from '../store/policies.ts';
import { SecretBox } from '../store/secret-box.ts';

let server: TestServer;

beforeEach(async () => {
  server = await TestServer.start();
  await server.startEngine();
  const spec = { type: 'test.node', version: '1.0', properties: { flavor: '1' } };
  await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'node', spec } } });
  const cluster = { name: 'web', profile_id: 'node', desired_capacity: 4, min_size: 1, max_size: 6 };
  await untilEnded((await server.ask('POST', '/v1/clusters', { body: { cluster } })).headers['location']);
});

afterEach(() => server.stop());

async function untilEnded(location: string | undefined): Promise<JsonObject> {
  const id = location?.split('/').at(-1) ?? '';
  return await eventually(`action ${id} has ended`, async () => {
    const { action } = (await server.ask('GET', `/v1/actions/${id}`)).body as { action: JsonObject };
    return action['end_time'] !== null && action;
  });
}

async function on(action: JsonObject, query = '') {
  return await server.ask('POST', `/v1/clusters/web/actions${query}`, { body: action });
}

async function attach(type: string, properties: JsonObject): Promise<void> {
  const spec = { type: `senlin.policy.${type}`, version: '1.0', properties };
  const made = await server.ask('POST', '/v1/policies', { body: { policy: { name: type, spec } } });
  expect(made.status, made.text).toBe(201);
  await untilEnded((await on({ policy_attach: { policy_id: type } })).headers['location']);
}

async function nodeNames(cluster = 'web'): Promise<string[]> {
  const reply = await server.ask('GET', `/v1/nodes?cluster_id=${cluster}&sort=name`);
  return (reply.body as { nodes: { name: string }[] }).nodes.map(({ name }) => name);
}

test('a dry run shows what the action does, and does nothing', async () => {
  await attach('deletion', { criteria: 'OLDEST_FIRST', grace_period: 1 });
  const before = await nodeNames();
  const reply = await on({ scale_in: { count: 1 } }, '?dry_run=true');
  expect(reply.status).toBe(200);
  expect(reply.body).toMatchObject({
    plan: {
      decisions: [
        { by: 'CLUSTER_SCALE_IN', reason: 'from 4 to 3 nodes' },
        { by: 'deletion', reason: 'OLDEST_FIRST' },
      ],
      groups: [{ nodes: [{ operation: 'NODE_DELETE', reason: 'the oldest' }] }],
      size: { current: 4, desired: 3 },
      wait: 1,
    },
  });
  expect(await nodeNames()).toEqual(before);
  const action = await untilEnded((await on({ scale_in: { count: 1 } })).headers['location']);
  expect(action).toMatchObject({ status: 'SUCCEEDED', data: reply.body as JsonObject });
  const { plan } = reply.body as { plan: { groups: { nodes: { name: string }[] }[] } };
  expect(await nodeNames()).toEqual(before.filter((name) => name !== plan.groups[0]?.nodes[0]?.name));
});

test('a dry run refuses what the request refuses', async () => {
  expect((await on({ scale_out: { count: 9 } }, '?dry_run=true')).text).toContain(
    "The target capacity (13) is greater than the cluster's max_size (6).",
  );
  expect((await on({ complete_lifecycle: { lifecycle_action_token: 'x' } }, '?dry_run=true')).status).toBe(
    400,
  );
});

test('a dry run that a policy refuses is refused, and no error of the server', async () => {
  await attach('scaling', { event: 'CLUSTER_SCALE_OUT', adjustment: { number: 99 } });
  const reply = await on({ scale_out: {} }, '?dry_run=true');
  expect([reply.status, reply.text]).toEqual([
    400,
    expect.stringContaining('The policy scaling refuses CLUSTER_SCALE_OUT: The target capacity (103) is'),
  ]);
});

test('a scaling policy says by how much, and then that it is too soon', async () => {
  await attach('scaling', {
    event: 'CLUSTER_SCALE_OUT',
    adjustment: { number: 5, best_effort: true, cooldown: 1000 },
  });
  const action = await untilEnded((await on({ scale_out: {} })).headers['location']);
  expect(action['status']).toBe('SUCCEEDED');
  expect(await nodeNames()).toHaveLength(6);
  const refused = await on({ scale_out: {} });
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ error: { type: 'ActionCooldown' } });
  expect((await on({ scale_in: {} })).status).toBe(202);
});

test('what a lifecycle hook refuses leaves the node and, as in Senlin, the size that was asked for; status says so until it is done', async () => {
  let answers = 403;
  const hook = createServer((request, response) => {
    request.resume();
    response.writeHead(answers).end();
  }).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => hook.once('listening', resolve));
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    await attach('deletion', {
      criteria: 'OLDEST_FIRST',
      hooks: { type: 'webhook', params: { url }, timeout: 1 },
    });
    const refused = await untilEnded((await on({ scale_in: { count: 1 } })).headers['location']);
    expect(refused['status']).toBe('FAILED');
    expect(await nodeNames()).toHaveLength(4);
    expect(await cluster()).toMatchObject({ desired_capacity: 3, status: 'ACTIVE' });
    const id = refused['id'] as string;
    const [excess, show] = await toDo();
    expect(excess).toMatchObject({ command: 'coppice cluster resize web --capacity 3', required: true });
    expect(show).toMatchObject({ command: `coppice action show ${id}` });
    answers = 200;
    const resize = { adjustment_type: 'EXACT_CAPACITY', number: 3 };
    await untilEnded((await on({ resize })).headers['location']);
    expect(await nodeNames()).toHaveLength(3);
    expect((await toDo()).map(({ command }) => command)).toEqual([]);
  } finally {
    hook.close();
  }
});

interface OverviewOfWeb {
  readonly operator: { readonly command: string; readonly required: boolean }[];
  readonly waiting: { readonly reason: string }[];
}

async function webHealth(): Promise<OverviewOfWeb> {
  const { body } = await server.ask('GET', '/v1/health');
  const [web] = (body as { health: { clusters: OverviewOfWeb[] } }).health.clusters;
  return web ?? { operator: [], waiting: [] };
}

async function toDo(): Promise<OverviewOfWeb['operator']> {
  return (await webHealth()).operator;
}

test('a node leaves when its lifecycle hook is completed, and is not deleted', async () => {
  const messages: JsonObject[] = [];
  const hook = await listen((message) => messages.push(message));
  try {
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/?token=of-the-hook`;
    await attach('deletion', {
      destroy_after_deletion: false,
      hooks: { type: 'webhook', params: { url }, timeout: 1000 },
    });
    const { headers } = await on({ scale_in: {} });
    const [message] = await eventually('the hook is notified', async () => messages.length > 0 && messages);
    const token = message?.['lifecycle_action_token'] as string;
    const waiting = await eventually('the action waits', async () => {
      const { action } = (await server.ask('GET', `/v1/actions/${token}`)).body as { action: JsonObject };
      return action['status'] === 'WAITING_LIFECYCLE_COMPLETION' && action;
    });
    expect(waiting).toMatchObject({
      action: 'NODE_LEAVE',
      target: message?.['node_id'],
      inputs: { lifecycle_hook: { url: '***', timeout: 1000 } },
    });
    expect(await recorded()).not.toContain('of-the-hook');
    for (const path of ['/v1/policies', '/v1/policies/deletion'])
      expect((await server.ask('GET', path)).text).toContain(`"url":"${url}"`);
    const { waiting: told } = await webHealth();
    expect(told).toMatchObject([
      {
        reason: expect.stringMatching(
          /^CLUSTER_SCALE_IN: .* waits for its lifecycle hook \(NODE_LEAVE\)/,
        ) as string,
      },
    ]);
    expect(await toDo()).toMatchObject([
      { command: `coppice cluster complete-lifecycle web ${token}`, required: false },
    ]);
    const { health } = (await server.ask('GET', '/v1/clusters/web/health')).body as { health: JsonObject };
    expect(health['waiting']).toEqual(told);
    const completed = await on({ complete_lifecycle: { lifecycle_action_token: token } });
    expect([completed.status, completed.body]).toEqual([202, { action: token }]);
    expect(await untilEnded(headers['location'])).toMatchObject({ status: 'SUCCEEDED' });
    expect(await nodeNames()).toHaveLength(3);
    const { node } = (await server.ask('GET', `/v1/nodes/${message?.['node_id'] as string}`)).body as {
      node: JsonObject;
    };
    expect(node).toMatchObject({ cluster_id: '', index: -1, status: 'ACTIVE' });
  } finally {
    hook.close();
  }
});

test('a lifecycle hook whose URL was encrypted with a key that is lost keeps the node, and says what to do', async () => {
  const url = 'http://127.0.0.1:9/';
  await attach('deletion', { hooks: { type: 'webhook', params: { url }, timeout: 1 } });
  const policy = await requireObject(server.store.db, testCaller, 'policy', 'deletion');
  const params = { url: SecretBox.ofThisProcess().seal(url) };
  const properties = { hooks: { type: 'webhook', params, timeout: 1 } };
  await server.store.write((tx) =>
    replacePolicySpec(tx, { id: policy.id, spec: { ...policy.spec, properties } }),
  );
  const { headers } = await on({ scale_in: {} });
  expect((await untilEnded(headers['location']))['status_reason']).toMatch(
    /lifecycle hook could not be notified, and the node stays: its URL was encrypted with the key [0-9a-f]{8}, which this Coppice does not have\. Put that key back .*coppice cluster policy-attach CLUSTER POLICY/,
  );
  expect(await nodeNames()).toHaveLength(4);
  expect((await server.ask('GET', '/v1/policies/deletion')).text).toContain('"params":{"url":null}');
});

/** All that the database holds of actions and policies. */
async function recorded(): Promise<string> {
  const { db } = server.store;
  const tables = ['action', 'action_step', 'event', 'policy'] as const;
  const rows = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
  return JSON.stringify(rows);
}

describe('Nodes by name', () => {
  beforeEach(async () => {
    for (const name of ['free-1', 'free-2']) {
      const made = await server.ask('POST', '/v1/nodes', { body: { node: { name, profile_id: 'node' } } });
      await untilEnded(made.headers['location']);
    }
  });

  test('join a cluster, and leave it again', async () => {
    const before = await nodeNames();
    const dry = await on({ add_nodes: { nodes: ['free-1', 'free-2'] } }, '?dry_run=true');
    expect(dry.body).toMatchObject({
      plan: { size: { current: 4, desired: 6 }, decisions: [{ reason: '2 nodes to join' }] },
    });
    const added = await on({ add_nodes: { nodes: ['free-1', 'free-2'] } });
    expect(await untilEnded(added.headers['location'])).toMatchObject({ status: 'SUCCEEDED' });
    expect(await nodeNames()).toEqual([...before, 'free-1', 'free-2'].toSorted());
    expect(await cluster()).toMatchObject({ desired_capacity: 6, status: 'ACTIVE' });
    expect(await node('free-1')).toMatchObject({ index: 5, status: 'ACTIVE' });

    const removed = await on({ del_nodes: { nodes: ['free-1'] } });
    expect(await untilEnded(removed.headers['location'])).toMatchObject({ status: 'SUCCEEDED' });
    expect(await node('free-1')).toMatchObject({ cluster_id: '', index: -1 });
    const deleted = await on({ del_nodes: { nodes: ['free-2'], destroy_after_deletion: true } });
    expect(await untilEnded(deleted.headers['location'])).toMatchObject({ status: 'SUCCEEDED' });
    expect((await server.ask('GET', '/v1/nodes/free-2')).status).toBe(404);
    expect(await cluster()).toMatchObject({ desired_capacity: 4, status: 'ACTIVE' });
  });

  test('take the place of others', async () => {
    const [first = '', second = ''] = await nodeNames();
    const replaced = await on({ replace_nodes: { nodes: { [first]: 'free-1', [second]: 'free-2' } } });
    expect(await untilEnded(replaced.headers['location'])).toMatchObject({
      status: 'SUCCEEDED',
      data: { plan: { groups: [{}, {}], size: { current: 4, desired: 4 } } },
    });
    expect(await nodeNames()).toEqual(expect.arrayContaining(['free-1', 'free-2']));
    expect(await node(first)).toMatchObject({ cluster_id: '' });
    expect(await cluster()).toMatchObject({ desired_capacity: 4 });
  });

  test('are deleted as the deletion policy says, and their places stay free where it says so', async () => {
    await attach('deletion', { destroy_after_deletion: false, reduce_desired_capacity: false });
    const [first = ''] = await nodeNames();
    const removed = await on({ del_nodes: { nodes: [first], destroy_after_deletion: true } });
    expect(await untilEnded(removed.headers['location'])).toMatchObject({ status: 'SUCCEEDED' });
    expect(await node(first)).toMatchObject({ cluster_id: '' });
    expect(await cluster()).toMatchObject({ desired_capacity: 4, status: 'WARNING' });
  });

  test.each([
    [{ add_nodes: { nodes: ['none'] } }, "Nodes not found: ['none']."],
    [{ add_nodes: { nodes: [] } }, "Value for 'nodes' must have at least 1 item(s)."],
    [{ del_nodes: { nodes: ['none'] } }, "Nodes not found: ['none']."],
    [{ del_nodes: { nodes: ['free-1'] } }, 'Nodes not members of specified cluster'],
    [{ replace_nodes: { nodes: { none: 'free-1' } } }, "Original nodes not found: ['none']."],
    [{ replace_nodes: { nodes: {} } }, 'The data provided is not a map'],
  ])('%j is refused', async (action, sentence) => {
    const reply = await on(action);
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining(sentence)]);
  });
});

describe('An operation of the profile type', () => {
  test('is run on a node, and on the nodes of a cluster that match', async () => {
    const [first = '', second = ''] = await nodeNames();
    await server.ask('PATCH', `/v1/nodes/${first}`, { body: { node: { role: 'spare' } } });
    const one = await server.ask('POST', `/v1/nodes/${second}/ops`, { body: { reboot: { type: 'SOFT' } } });
    expect(await untilEnded(one.headers['location'])).toMatchObject({
      action: 'NODE_OPERATION',
      status: 'SUCCEEDED',
      inputs: { operation: 'reboot', params: { type: 'SOFT' } },
    });
    expect(await node(second)).toMatchObject({
      status: 'ACTIVE',
      status_reason: "Operation 'reboot' succeeded",
    });
    const body = { reboot: { filters: { role: 'spare' } } };
    const some = await server.ask('POST', '/v1/clusters/web/ops', { body });
    expect(await untilEnded(some.headers['location'])).toMatchObject({
      status: 'SUCCEEDED',
      data: { plan: { nodes: 1, groups: [{ nodes: [{ name: first, operation: 'NODE_OPERATION' }] }] } },
    });
    expect(await cluster()).toMatchObject({ status: 'ACTIVE' });
  });

  test.each([
    ['/v1/clusters/web/ops', {}, 'No operation specified'],
    [
      '/v1/clusters/web/ops',
      { dance: {} },
      "The requested operation 'dance' is not supported by the profile",
    ],
    ['/v1/clusters/web/ops', { rebot: {} }, 'Expected one of reboot, rebuild (did you mean reboot?).'],
    ['/v1/clusters/web/ops', { reboot: { filters: { color: 'red' } } }, "Filter key 'color' is unsupported"],
    ['/v1/clusters/web/ops', { reboot: { filters: { status: 'X' } } }, 'filters.status: expected one of'],
    ['/v1/clusters/web/ops', { reboot: { filters: { role: 'x' } } }, 'No node (matching the filter)'],
    ['/v1/clusters/web/ops', { reboot: { params: { nope: 1 } } }, 'reboot.nope'],
  ])('%s %j is refused', async (url, body, sentence) => {
    const reply = await server.ask('POST', url, { body });
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining(sentence)]);
  });

  test.each([
    ['DELETE', '/v1/clusters/web', {}],
    ['DELETE', '/v1/nodes/web-1', {}],
    ['PATCH', '/v1/nodes/web-1', { node: { name: 'x' } }],
    ['POST', '/v1/nodes/web-1/actions', { check: {} }],
    ['POST', '/v1/clusters/web/ops', { reboot: {} }],
    ['POST', '/v1/clusters', { cluster: { name: 'c', profile_id: 'p' } }],
  ])('%s %s?dry_run=true is refused, and not carried out', async (method, url, body) => {
    const version = server.store.dataVersion();
    const reply = await server.ask(method, `${url}?dry_run=true`, { body });
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('dry_run: expected in')]);
    expect(server.store.dataVersion()).toBe(version);
  });

  test('an attribute of all nodes of a cluster is collected', async () => {
    const names = await server.ask('GET', '/v1/clusters/web/attrs/name');
    const { cluster_attributes: attributes } = names.body as { cluster_attributes: { value: string }[] };
    expect(attributes.map(({ value }) => value).toSorted()).toEqual(await nodeNames());
    expect((await server.ask('GET', '/v1/clusters/web/attrs/details.nothing')).body).toEqual({
      cluster_attributes: [],
    });
    expect((await server.ask('GET', '/v1/clusters/web/attrs/$!bad')).text).toContain(
      'Invalid attribute path - Unexpected character: !.',
    );
    expect((await server.ask('GET', '/v1/clusters/web/attrs/name', { minor: 1 })).text).toContain(
      'MethodVersionNotFound',
    );
  });
});

async function cluster(): Promise<JsonObject> {
  return ((await server.ask('GET', '/v1/clusters/web')).body as { cluster: JsonObject }).cluster;
}

async function node(name: string): Promise<JsonObject> {
  return ((await server.ask('GET', `/v1/nodes/${name}`)).body as { node: JsonObject }).node;
}

async function listen(received: (message: JsonObject) => void): Promise<Server> {
  const hook = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      received(JSON.parse(text) as JsonObject);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => hook.once('listening', resolve));
  return hook;
}

test('a scaling to more nodes than any cluster can have is refused, before a plan names each of them', async () => {
  const reply = await on({ scale_out: { count: 99_999_999 } });
  expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('100000003')]);
  const planned = await on({ scale_out: { count: 99_999_999 } }, '?dry_run=true');
  expect(planned.status).toBe(400);
});

test('an action that was recorded with such a number fails, and the server goes on', async () => {
  await server.store.write(async (tx) => {
    const { id } = await requireObject(tx.db, testCaller, 'cluster', 'web');
    const cluster = await getCluster(tx.db, id);
    if (cluster === undefined) throw new Error('no cluster');
    const request = onCluster('CLUSTER_SCALE_OUT', cluster, { count: 99_999_999 });
    await recordAction(tx, server.tools, testCaller, request);
  });
  const failed = await eventually('the action has failed', async () => {
    const { body } = await server.ask('GET', '/v1/actions?status=FAILED');
    return (body as { actions: JsonObject[] }).actions[0];
  });
  expect(failed['status_reason']).toContain('greater than the maximum number of nodes');
});
