/** A password that an operation is given: where it is read while its action waits, and afterwards. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer } from '../../test/support/test-server.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { ProfileType } from '../profiles/profile-type.ts';
import { registryOf } from '../profiles/registry.ts';

const password = 's3cret-of-the-test';
let server: TestServer;
let received: (Json | undefined)[];

beforeEach(async () => {
  received = [];
  const parameter = { description: 'x', required: true, type: 'String', secret: true } as const;
  server = await TestServer.start();
  const { cloud } = server;
  const type: ProfileType = {
    ...cloud.type,
    operations: {
      change_password: {
        description: 'x',
        parameters: { admin_pass: parameter },
        async run({ physicalId, data }, { admin_pass: given }) {
          received.push(given);
          return { physicalId: physicalId ?? '', data };
        },
      },
    },
  };
  await server.stop();
  server = await TestServer.start({ tools: { profileTypes: registryOf([type]) } });
  const spec = { type: 'test.node', version: '1.0', properties: {} };
  await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'node', spec } } });
  const cluster = { name: 'web', profile_id: 'node', desired_capacity: 2 };
  await server.ask('POST', '/v1/clusters', { body: { cluster } });
});
afterEach(() => server.stop());

async function ended(location: string | undefined): Promise<JsonObject> {
  const path = `/v1/actions/${location?.split('/').at(-1)}`;
  return await eventually('the action has ended', async () => {
    const { action } = (await server.ask('GET', path)).body as { action: JsonObject };
    return action['end_time'] !== null && action;
  });
}

/** All that the database holds of actions. */
async function recorded(): Promise<string> {
  const { db } = server.store;
  const tables = ['action', 'action_step', 'event'] as const;
  const rows = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
  return JSON.stringify(rows);
}

test('it rests encrypted, is shown to no one, reaches the node, and is removed when the action has ended', async () => {
  await server.startEngine();
  await eventually('the cluster is there', async () => {
    const { cluster } = (await server.ask('GET', '/v1/clusters/web')).body as { cluster: JsonObject };
    return cluster['status'] === 'ACTIVE';
  });
  const body = { change_password: { params: { admin_pass: password } } };
  const reply = await server.ask('POST', '/v1/clusters/web/ops', { body });
  expect(reply.status, reply.text).toBe(202);
  expect(await recorded()).not.toContain(password);
  const action = await ended(reply.headers['location']);
  expect(action).toMatchObject({
    status: 'SUCCEEDED',
    inputs: { operation: 'change_password', params: { admin_pass: '***' } },
  });
  expect(received).toEqual([password, password]);
  expect(await recorded()).not.toContain(password);
  expect((await recorded()).match(/\$secret/g)).toBeNull();
});

test('it is encrypted while its action waits, and removed where that is cancelled before it has begun', async () => {
  const node = { name: 'alone', profile_id: 'node' };
  await server.ask('POST', '/v1/nodes', { body: { node } });
  await server.store.write(async ({ db }) => {
    await db.updateTable('action').set({ status: 'SUCCEEDED', ended_at: 1 }).execute();
    await db.updateTable('node').set({ status: 'ACTIVE' }).execute();
  });
  const reply = await server.ask('POST', '/v1/nodes/alone/ops', {
    body: { change_password: { admin_pass: password } },
  });
  expect(reply.status, reply.text).toBe(202);
  const waiting = await recorded();
  expect(waiting).toContain('$secret');
  expect(waiting).not.toContain(password);
  const path = `/v1/actions/${reply.headers['location']?.split('/').at(-1)}`;
  expect((await server.ask('GET', path)).text).toContain('"admin_pass":"***"');
  await server.ask('PATCH', path, { body: { action: { status: 'CANCELLED' } } });
  await eventually('it is cancelled', async () => !(await recorded()).includes('$secret'));
});
