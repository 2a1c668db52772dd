/** How many nodes a cluster may have, where requests and actions count at different moments. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer, testCaller } from '../../test/support/test-server.ts';
import { onNode } from '../domain/action-requests.ts';
import type { JsonObject } from '../domain/json.ts';
import { requireObject } from '../requests/find-object.ts';
import { recordAction } from '../requests/record-action.ts';
import { defaultRequestLimits } from '../requests/request-tools.ts';
import { insertNodes } from '../store/nodes.ts';

let server: TestServer;

beforeEach(async () => {
  server = await TestServer.start({
    tools: { limits: { ...defaultRequestLimits, maxNodesPerCluster: 3 } },
  });
  const spec = { type: 'test.node', version: '1.0', properties: { flavor: '1' } };
  await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'node', spec } } });
  await server.startEngine();
});

afterEach(() => server.stop());

/** @returns the action. */
async function begin(method: string, path: string, body: JsonObject): Promise<string> {
  const reply = await server.ask(method, path, { body });
  expect(reply.status, reply.text).toBe(202);
  return reply.headers['location']?.split('/').at(-1) ?? '';
}

async function ended(id: string): Promise<JsonObject> {
  return await eventually(`action ${id} has ended`, async () => {
    const { action } = (await server.ask('GET', `/v1/actions/${id}`)).body as { action: JsonObject };
    return action['end_time'] !== null && action;
  });
}

async function create(cluster: JsonObject): Promise<void> {
  const made = { name: 'web', profile_id: 'node', ...cluster };
  expect(await ended(await begin('POST', '/v1/clusters', { cluster: made }))).toMatchObject({
    status: 'SUCCEEDED',
  });
}

const newNode = (name: string, cluster: string | null) =>
  begin('POST', '/v1/nodes', { node: { name, profile_id: 'node', cluster_id: cluster } });

async function web(): Promise<JsonObject> {
  return ((await server.ask('GET', '/v1/clusters/web')).body as { cluster: JsonObject }).cluster;
}

test('a scaling that was accepted before another node came is refused where both are too many', async () => {
  await create({ desired_capacity: 2 });
  await server.stopEngine();
  const scaling = await begin('POST', '/v1/clusters/web/actions', { scale_out: { count: 1 } });
  const node = await newNode('more', 'web');
  await server.startEngine();
  expect((await ended(scaling))['status_reason']).toContain(
    'maximum number of nodes allowed per cluster (3)',
  );
  expect(await ended(node)).toMatchObject({ status: 'SUCCEEDED' });
  expect((await web())['nodes']).toHaveLength(3);
});

test('a node that others have left no room for stays outside of the cluster, in ERROR', async () => {
  await create({ desired_capacity: 2, max_size: 2 });
  await server.stopEngine();
  // As where it was requested while an action let another node join.
  const { store, tools } = server;
  const [id = ''] = (await web())['nodes'] as string[];
  await store.write(async (tx) => {
    const node = await requireObject(tx.db, testCaller, 'node', id);
    const late = { ...node, id: 'late', name: 'late', status: 'INIT' as const, physicalId: null };
    await insertNodes(tx, [late]);
    await recordAction(tx, tools, testCaller, onNode('NODE_CREATE', late));
  });
  await server.startEngine();
  const late = await eventually('it has failed', async () => {
    const { node } = (await server.ask('GET', '/v1/nodes/late')).body as { node: JsonObject };
    return node['status'] === 'ERROR' && node;
  });
  expect(late).toMatchObject({ cluster_id: '', index: -1, physical_id: null });
  expect(late['status_reason']).toContain('The target capacity (3) is greater than the cluster');
  expect(await web()).toMatchObject({ desired_capacity: 2, nodes: [expect.anything(), expect.anything()] });
});

test('a new node that an action on the cluster has counted already is not counted again', async () => {
  await create({ desired_capacity: 1 });
  await ended(await newNode('other', null));
  await server.stopEngine();
  const adding = await begin('POST', '/v1/clusters/web/actions', { add_nodes: { nodes: ['other'] } });
  const node = await newNode('more', 'web');
  await server.startEngine();
  for (const id of [adding, node]) expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await web()).toMatchObject({ desired_capacity: 3 });
});

test('a cluster that has more nodes than are allowed by now may become smaller', async () => {
  await create({ desired_capacity: 3 });
  const limits = { ...defaultRequestLimits, maxNodesPerCluster: 1 };
  await server.stopEngine();
  Object.assign(server.tools, { limits });
  await server.startEngine();
  const resize = { adjustment_type: 'CHANGE_IN_CAPACITY', number: -1 };
  const resized = await begin('POST', '/v1/clusters/web/actions', { resize });
  expect(await ended(resized)).toMatchObject({ status: 'SUCCEEDED' });
  const [first] = (await web())['nodes'] as string[];
  const removed = await begin('POST', '/v1/clusters/web/actions', { del_nodes: { nodes: [first ?? ''] } });
  expect(await ended(removed)).toMatchObject({ status: 'SUCCEEDED' });
  expect((await web())['nodes']).toHaveLength(1);
});
