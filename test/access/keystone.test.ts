/** Keystone says who calls, and Coppice acts in the cloud for that user: a whole server, on a simulator. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Coppice } from '../../src/app.ts';
import type { CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import type { SimulatorUser } from '../../src/cloud-simulator/settings.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { eventually } from '../support/eventually.ts';
import { startKeystoneServer, type KeystoneServer } from '../support/keystone-server.ts';

/** So long what Keystone has said counts. */
const cacheMs = 1000;
const users: SimulatorUser[] = [
  { name: 'alice', project: 'red', roles: ['member'] },
  { name: 'bob', project: 'blue', roles: ['member'] },
  { name: 'rita', project: 'red', roles: ['reader'] },
  { name: 'root', project: 'red', roles: ['admin'] },
];

let server: KeystoneServer;
let simulator: CloudSimulator;
let coppice: Coppice;

beforeAll(async () => {
  server = await startKeystoneServer(users, { cacheMs });
  ({ simulator, coppice } = server);
});
afterAll(() => server.close());

const tokenOf: KeystoneServer['tokenOf'] = (name, project) => server.tokenOf(name, project);
const authUrl = (): string => simulator.environment['OS_AUTH_URL'] ?? '';

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

async function ask(
  token: string | undefined,
  method: string,
  path: string,
  body?: JsonObject,
  more: Record<string, string> = {},
): Promise<Reply> {
  const headers = {
    'openstack-api-version': 'clustering 1.14',
    ...(token === undefined ? {} : { 'x-auth-token': token }),
    ...more,
  };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(coppice.url + path, init);
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text.startsWith('{') ? (JSON.parse(text) as JsonObject) : { text },
  };
}

async function admin(method: string, path: string, body?: JsonObject): Promise<unknown> {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(simulator.adminUrl + path, {
    ...init,
    headers: { 'content-type': 'application/json' },
  });
  return answer.status === 204 ? undefined : await answer.json();
}

const spec = { type: 'os.nova.server', version: '1.0', properties: { flavor: 'm1.tiny', image: 'debian' } };

/** @returns the id of the cluster, once it is as wanted. */
async function clusterOf(token: string, name: string, status = 'ACTIVE'): Promise<string> {
  await ask(token, 'POST', '/v1/profiles', { profile: { name: `profile-${name}`, spec } });
  const made = await ask(token, 'POST', '/v1/clusters', {
    cluster: { name, profile_id: `profile-${name}`, desired_capacity: 1 },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(202);
  const { id } = made.body['cluster'] as { id: string };
  await eventually(`cluster ${name} is ${status}`, async () => {
    const { body } = await ask(token, 'GET', `/v1/clusters/${id}`);
    return (body['cluster'] as { status: string }).status === status;
  });
  return id;
}

describe('a token of Keystone', () => {
  test('says who calls, and in which project', async () => {
    const alice = await tokenOf('alice', 'red');
    const made = await ask(alice, 'POST', '/v1/profiles', { profile: { name: 'own', spec } });
    const { projects, users: known } = simulator.world.identity;
    const red = [...projects.values()].find(({ name }) => name === 'red')?.id;
    const id = [...known.values()].find(({ name }) => name === 'alice')?.id;
    expect(made.body['profile']).toMatchObject({ project: red, user: id });
    expect((await ask(await tokenOf('bob', 'blue'), 'GET', '/v1/profiles/own')).status).toBe(404);
    expect((await ask(await tokenOf('root', 'red'), 'GET', '/v1/profiles/own')).status).toBe(200);
  });

  test('gives the roles that Keystone gives', async () => {
    const rita = await tokenOf('rita', 'red');
    expect((await ask(rita, 'GET', '/v1/clusters')).status).toBe(200);
    expect((await ask(rita, 'POST', '/v1/profiles', { profile: { name: 'p', spec } })).status).toBe(403);
    expect((await ask(rita, 'GET', '/v1/services')).status).toBe(403);
    expect((await ask(await tokenOf('root', 'red'), 'GET', '/v1/services')).status).toBe(200);
  });

  test.each([
    ['none', undefined],
    ['one that Keystone does not know', 'gAAAAAwrong'],
  ])('%s is refused as by every OpenStack service', async (_what, token) => {
    const reply = await ask(token, 'GET', '/v1/clusters');
    expect(reply.status).toBe(401);
    expect(reply.headers.get('www-authenticate')).toBe(`Keystone uri="${authUrl()}"`);
    expect(reply.body).toMatchObject({ error: { code: 401, title: 'Unauthorized' } });
    expect(JSON.stringify(reply.body)).not.toContain('wrong');
  });

  test('of no project is refused with what to do', async () => {
    const reply = await ask(await tokenOf('alice', null), 'GET', '/v1/clusters');
    expect(reply.status).toBe(403);
    expect(JSON.stringify(reply.body)).toContain('is scoped to no project');
  });

  test('is validated once for many requests', async () => {
    const alice = await tokenOf('alice', 'red');
    await admin('DELETE', '/requests');
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(alice, 'GET', '/v1/clusters')));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await admin('GET', '/requests')).toMatchObject({ 'identity validate': 1 });
  });

  test('cannot be judged while Keystone is away, which is no refusal', async () => {
    const alice = await tokenOf('alice', 'red');
    await admin('POST', '/services/identity', { up: false });
    const reply = await ask(alice, 'GET', '/v1/clusters');
    await admin('POST', '/services/identity', { up: true });
    expect(reply.status).toBe(503);
    expect(JSON.stringify(reply.body)).toContain('Keystone could not be asked whether the token is valid');
  });
});

describe('a stream of events', () => {
  async function followed(token: string): Promise<{ isOver: () => boolean; status: number }> {
    await ask(token, 'POST', '/v1/profiles', { profile: { name: 'streamed', spec } });
    await ask(token, 'POST', '/v1/clusters', {
      cluster: { name: 'streamed', profile_id: 'streamed', desired_capacity: 0 },
    });
    const { status, body } = await fetch(`${coppice.url}/v1/clusters/streamed/events/stream`, {
      headers: { 'x-auth-token': token },
    });
    let isOver = false;
    void body?.pipeTo(new WritableStream()).finally(() => (isOver = true));
    return { status, isOver: () => isOver };
  }

  test.each([
    ['was revoked', (token: string) => Promise.resolve(simulator.world.identity.revoke(token))],
    ['has lost its role', () => admin('POST', '/users', { name: 'sven', project: 'red', roles: [] })],
  ])('ends when its token %s, and not before', async (_how, end) => {
    await admin('POST', '/users', { name: 'sven', project: 'red', roles: ['member'] });
    const token = await tokenOf('sven', 'red');
    const stream = await followed(token);
    expect(stream.status).toBe(200);
    await admin('DELETE', '/requests');
    await eventually('its token was validated again', async () => {
      const { 'identity validate': count = 0 } = (await admin('GET', '/requests')) as Record<string, number>;
      return count >= 2;
    });
    expect(stream.isOver()).toBe(false);
    await end(token);
    await eventually('it is over', stream.isOver);
    expect((await ask(token, 'GET', '/v1/clusters')).status).toBe(401);
  });
});

describe('work in the cloud', () => {
  test('is done for the user, in the project of the user', async () => {
    const id = await clusterOf(await tokenOf('alice', 'red'), 'hers');
    const { projects } = simulator.world.identity;
    const red = [...projects.values()].find(({ name }) => name === 'red')?.id;
    const servers = simulator.world.servers.all.filter(({ metadata }) => metadata['cluster_id'] === id);
    expect(servers.map(({ projectId }) => projectId)).toEqual([red]);
  });

  test('goes on after the token of the request is gone', async () => {
    const bob = await tokenOf('bob', 'blue');
    const id = await clusterOf(bob, 'his');
    await admin('DELETE', '/tokens');
    const again = await tokenOf('bob', 'blue');
    const reply = await ask(again, 'POST', `/v1/clusters/${id}/actions`, { scale_out: {} });
    expect(reply.status).toBe(202);
    await eventually('a second node', async () => {
      const { body } = await ask(again, 'GET', `/v1/nodes?cluster_id=${id}&status=ACTIVE`);
      return (body['nodes'] as unknown[]).length === 2;
    });
  });

  test('says what to do where the trust was deleted, and the next request of the user makes another', async () => {
    const bob = await tokenOf('bob', 'blue');
    const { trusts } = simulator.world.identity;
    const user = [...simulator.world.identity.users.values()].find(({ name }) => name === 'bob')?.id;
    const own = () => [...trusts.values()].filter(({ trustorId }) => trustorId === user);
    for (const { id } of own()) simulator.world.identity.removeTrust(id);
    const failed = await clusterOf(bob, 'refused', 'WARNING');
    const reason = await eventually('the action has failed', async () => {
      const { body } = await ask(bob, 'GET', `/v1/actions?target=${failed}&status=FAILED`);
      return (body['actions'] as { status_reason: string }[])[0]?.status_reason;
    });
    expect(reason).toMatch(
      /Keystone refuses the trust of the user bob \(\w+\) in the project blue \(\w+\) .*: the next request of that user to Coppice that changes something makes one/,
    );
    await clusterOf(bob, 'afterwards');
    expect(own().length).toBe(1);
  });

  test('is refused to a token that is itself delegated, with what to do', async () => {
    const root = await tokenOf('root', 'red');
    const user = [...simulator.world.identity.users.values()].find(({ name }) => name === 'root')?.id;
    const made = await fetch(`${authUrl()}/users/${user}/application_credentials`, {
      method: 'POST',
      headers: { 'x-auth-token': root },
      body: JSON.stringify({ application_credential: { name: 'delegated', secret: 'of-the-credential' } }),
    });
    const { application_credential: credential } = (await made.json()) as {
      application_credential: { id: string };
    };
    const identity = {
      methods: ['application_credential'],
      application_credential: { id: credential.id, secret: 'of-the-credential' },
    };
    const init = { method: 'POST', body: JSON.stringify({ auth: { identity } }) };
    const token = (await fetch(`${authUrl()}/auth/tokens`, init)).headers.get('x-subject-token') ?? '';
    expect((await ask(token, 'GET', '/v1/clusters')).status).toBe(200);
    const refused = await ask(token, 'POST', '/v1/profiles', { profile: { name: 'p', spec } });
    expect(refused.status).toBe(403);
    expect(JSON.stringify(refused.body)).toContain('once with a token that was got by a password');
    await ask(root, 'POST', '/v1/profiles', { profile: { name: 'first', spec } });
    expect((await ask(token, 'POST', '/v1/profiles', { profile: { name: 'then', spec } })).status).toBe(201);
  });
});

test('a request that is refused, or only asks, makes no trust', async () => {
  const rita = await tokenOf('rita', 'red');
  await ask(rita, 'POST', '/v1/profiles', { profile: { name: 'p', spec } });
  await ask(rita, 'POST', '/v1/profiles/validate', { profile: { spec } });
  const { users: known, trusts } = simulator.world.identity;
  const id = [...known.values()].find(({ name }) => name === 'rita')?.id;
  expect([...trusts.values()].filter(({ trustorId }) => trustorId === id)).toEqual([]);
});

test('a trust that Coppice made, and was killed before it was recorded, is taken by the next request', async () => {
  await admin('POST', '/users', { name: 'dora', project: 'red', roles: ['member'] });
  const dora = await tokenOf('dora', 'red');
  const { users: known, projects, trusts } = simulator.world.identity;
  const idOf = (name: string | undefined) => [...known.values()].find((user) => user.name === name)?.id;
  const made = async (more: JsonObject): Promise<void> => {
    const trust = {
      trustor_user_id: idOf('dora') ?? '',
      trustee_user_id: idOf(simulator.environment['OS_USERNAME']) ?? '',
      project_id: [...projects.values()].find(({ name }) => name === 'red')?.id ?? '',
      impersonation: true,
      allow_redelegation: true,
      roles: [{ name: 'member' }],
      ...more,
    };
    const init = { method: 'POST', headers: { 'x-auth-token': dora }, body: JSON.stringify({ trust }) };
    expect((await fetch(`${authUrl()}/OS-TRUST/trusts`, init)).status).toBe(201);
  };
  await made({ allow_redelegation: false });
  await made({ roles: [{ name: 'reader' }] });
  await made({ trustee_user_id: idOf('bob') ?? '' });
  await made({});
  const before = [...trusts.keys()];
  await clusterOf(dora, 'hers-again');
  expect([...trusts.keys()]).toEqual(before);
  for (const id of before.slice(-4, -1)) simulator.world.identity.removeTrust(id);
  await clusterOf(dora, 'hers-still');
  expect([...trusts.keys()]).toEqual([...before.slice(0, -4), ...before.slice(-1)]);
});

test('a user who has got another role gives a trust with it, in place of the one before', async () => {
  await admin('POST', '/users', { name: 'carla', project: 'red', roles: ['member'] });
  await ask(await tokenOf('carla', 'red'), 'POST', '/v1/profiles', { profile: { name: 'before', spec } });
  await admin('POST', '/users', { name: 'carla', project: 'red', roles: ['member', 'heat_stack_owner'] });
  await ask(await tokenOf('carla', 'red'), 'POST', '/v1/profiles', { profile: { name: 'after', spec } });
  const { users: known, trusts } = simulator.world.identity;
  const id = [...known.values()].find(({ name }) => name === 'carla')?.id;
  const own = [...trusts.values()].filter(({ trustorId }) => trustorId === id);
  expect(own.map(({ roles }) => roles)).toEqual([['member', 'heat_stack_owner']]);
});

test('a webhook acts with the rights that its user has still', async () => {
  const alice = await tokenOf('alice', 'red');
  const id = await clusterOf(alice, 'hooked');
  const made = await ask(alice, 'POST', '/v1/receivers', {
    receiver: { name: 'out', type: 'webhook', cluster_id: id, action: 'CLUSTER_CHECK' },
  });
  const { alarm_url: url } = (made.body['receiver'] as { channel: { alarm_url: string } }).channel;
  await admin('DELETE', '/tokens');
  // The check of the cluster may run still.
  expect([202, 409]).toContain((await fetch(url, { method: 'POST' })).status);
  await admin('POST', '/users', { name: 'alice', project: 'red', roles: ['reader'] });
  await eventually('it is refused', async () => (await fetch(url, { method: 'POST' })).status === 403);
  await admin('POST', '/users', { name: 'alice', project: 'red', roles: ['member'] });
});
