/** What is ended by force: actions that do not end by themselves, and the deletion of what they work on. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeCloud } from '../../test/support/fake-cloud.ts';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer, type Reply } from '../../test/support/test-server.ts';
import type { JsonObject } from '../domain/json.ts';
import { registryOf } from '../profiles/registry.ts';

let server: TestServer;
let cloud: FakeCloud;
/** While it is there, a server that is to be created never is, and the abort of the call is not heard. */
let hanging: PromiseWithResolvers<void> | undefined;

beforeEach(async () => {
  cloud = new FakeCloud();
  hanging = Promise.withResolvers();
  const type = {
    ...cloud.type,
    create: async (...given: Parameters<typeof cloud.type.create>) => {
      await hanging?.promise;
      return await cloud.type.create(...given);
    },
  };
  server = await TestServer.start({ tools: { profileTypes: registryOf([type]) } });
  await server.startEngine();
  const spec = { type: 'test.node', version: '1.0', properties: {} };
  await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'p', spec } } });
});
afterEach(async () => {
  letGo();
  await server.stop();
});

function letGo(): void {
  hanging?.resolve();
  hanging = undefined;
}

const idOf = ({ headers }: Reply): string => headers['location']?.split('/').at(-1) ?? '';

async function action(id: string): Promise<JsonObject> {
  return ((await server.ask('GET', `/v1/actions/${id}`)).body as { action: JsonObject }).action;
}

async function ended(id: string): Promise<JsonObject> {
  return await eventually(`action ${id} has ended`, async () => {
    const found = await action(id);
    return found['end_time'] !== null && found;
  });
}

/** @returns the id of the action that creates a cluster, and hangs in the creation of its nodes. */
async function hangingCluster(): Promise<string> {
  const cluster = { name: 'web', profile_id: 'p', desired_capacity: 2 };
  const id = idOf(await server.ask('POST', '/v1/clusters', { body: { cluster } }));
  await eventually('the nodes are being created', async () => (await nodes('CREATING')).length === 2);
  return id;
}

async function nodes(status: string): Promise<JsonObject[]> {
  const { body } = await server.ask('GET', `/v1/nodes?status=${status}`);
  return (body as { nodes: JsonObject[] }).nodes;
}

const cancelled = { action: { status: 'CANCELLED' } };

describe('An action that hangs', () => {
  test('ends at once with those that it started where it is cancelled by force, and only there', async () => {
    const id = await hangingCluster();
    expect((await server.ask('PATCH', `/v1/actions/${id}`, { body: cancelled })).status).toBe(202);
    expect((await action(id))['end_time']).toBeNull();
    const forced = await server.ask('PATCH', `/v1/actions/${id}?force=true`, { body: cancelled });
    expect([forced.status, idOf(forced)]).toEqual([202, id]);
    expect(forced.body).toMatchObject({
      action: { status: 'CANCELLED', status_reason: 'A user cancelled it by force (local).' },
    });
    expect(await nodes('ERROR')).toHaveLength(2);
    const { body } = await server.ask('GET', '/v1/clusters/web');
    expect(body).toMatchObject({ cluster: { status: 'WARNING' } });
    const { body: events } = await server.ask('GET', `/v1/events?action=CLUSTER_CREATE&level=WARNING`);
    expect(events).toMatchObject({ events: [{ status: 'error', meta_data: { action_id: id } }] });
    const { body: rest } = await server.ask('GET', '/v1/actions?status=RUNNING&status=WAITING&status=READY');
    expect(rest).toEqual({ actions: [] });
  });

  test('changes nothing any more when it comes back', async () => {
    const id = await hangingCluster();
    await server.ask('PATCH', `/v1/actions/${id}?force=true`, { body: cancelled });
    letGo();
    const check = idOf(await server.ask('POST', '/v1/clusters/web/actions', { body: { check: {} } }));
    expect((await ended(check))['status']).not.toBe('RUNNING');
    expect(await action(id)).toMatchObject({ status: 'CANCELLED' });
    expect(await nodes('ACTIVE')).toEqual([]);
  });
});

describe.each([
  ['in the query', '?force=true', undefined],
  ['in the body', '', { force: true }],
])('A deletion by force, said %s,', (_where, query, body) => {
  test.each(['clusters/web', 'nodes/alone'])('does not wait for what works on %s', async (path) => {
    if (path === 'nodes/alone')
      await server.ask('POST', '/v1/nodes', { body: { node: { name: 'alone', profile_id: 'p' } } });
    else await hangingCluster();
    const asked = body === undefined ? {} : { body };
    const waits = idOf(await server.ask('DELETE', `/v1/${path}${query}`, { ...asked, minor: 7 }));
    expect((await action(waits))['end_time']).toBeNull();
    const forced = idOf(await server.ask('DELETE', `/v1/${path}${query}`, asked));
    expect(forced).not.toBe(waits);
    expect(await ended(forced)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await server.ask('GET', `/v1/${path}`)).status).toBe(404);
  });
});

test.each([
  ['?force=maybe', undefined],
  ['', { force: 'maybe' }],
])('force is true or false: %s %j', async (query, body) => {
  await server.ask('POST', '/v1/nodes', { body: { node: { name: 'alone', profile_id: 'p' } } });
  const reply = await server.ask('DELETE', `/v1/nodes/alone${query}`, body === undefined ? {} : { body });
  expect([reply.status, reply.body]).toMatchObject([
    400,
    { error: { message: "Invalid value 'maybe' specified for 'force'" } },
  ]);
});
