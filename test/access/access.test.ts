/** Who may use which endpoint: every one of them, without a token, as each role, and as another project. */
import { randomUUID } from 'node:crypto';
import { insertEvents } from '../../src/store/events.ts';
import { anEvent } from '../support/rows.ts';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ruleOf } from '../../src/authentication/access-rules.ts';
import { hashOfToken, newToken, staticTokens } from '../../src/authentication/static-tokens.ts';
import type { Role } from '../../src/domain/model.ts';
import { mistralDialect } from '../../src/http/mistral/mistral-dialect.ts';
import type { Route } from '../../src/http/route.ts';
import { allRoutes, type RouteOptions } from '../../src/http/routes.ts';
import { profileTypes, withoutLocalProcesses } from '../../src/profiles/registry.ts';
import { eventually } from '../support/eventually.ts';
import { TestServer, type Asked, type Reply } from '../support/test-server.ts';

const tokens = {
  reader: newToken(),
  member: newToken(),
  colleague: newToken(),
  other: newToken(),
  admin: newToken(),
};
type Who = keyof typeof tokens;

const entry = (who: Who, project: string, role: Role) => ({
  name: who,
  sha256: hashOfToken(tokens[who]),
  user: who,
  project,
  roles: [role],
});

const authentication = staticTokens([
  entry('reader', 'red', 'reader'),
  entry('member', 'red', 'member'),
  entry('colleague', 'red', 'member'),
  entry('other', 'blue', 'member'),
  entry('admin', 'green', 'admin'),
]);

const options = { maxNodesPerCluster: 1000, publicUrl: null, streams: {}, registry: new Registry() };
/** The workflow API has a test of its own: src/http/mistral/mistral-access.test.ts. */
const routes = allRoutes(options as unknown as RouteOptions).filter(
  ({ dialect, path }) => dialect !== mistralDialect && !path.endsWith('/events/stream'),
);

let server: TestServer;
/** Ids of the objects of the project red, by the parameter of a path. */
let ids: Record<string, string>;

async function ask(who: Who | undefined, method: string, path: string, asked: Asked = {}): Promise<Reply> {
  const headers = who === undefined ? {} : { 'x-auth-token': tokens[who] };
  return await server.ask(method, path, { ...asked, headers });
}

async function made(path: string, kind: string, body: object): Promise<string> {
  const reply = await ask('member', 'POST', path, { body: { [kind]: body } });
  expect(reply.status, reply.text).toBeLessThan(300);
  return (reply.body as Record<string, { id: string }>)[kind]?.id ?? '';
}

beforeAll(async () => {
  server = await TestServer.start({ authentication });
  await server.startEngine();
  const spec = { type: 'test.node', version: '1.0', properties: { flavor: '1' } };
  const profile = await made('/v1/profiles', 'profile', { name: 'node', spec });
  const policy = await made('/v1/policies', 'policy', {
    name: 'batch',
    spec: { type: 'senlin.policy.batch', version: '1.0', properties: {} },
  });
  const cluster = await made('/v1/clusters', 'cluster', {
    name: 'web',
    profile_id: profile,
    desired_capacity: 1,
  });
  const nodes = async () =>
    (await ask('member', 'GET', '/v1/nodes?status=ACTIVE')).body as { nodes: { id: string }[] };
  const node = await eventually('a node', async () => (await nodes()).nodes[0]?.id);
  await eventually('the cluster is active', async () => {
    const { body } = await ask('member', 'GET', `/v1/clusters/${cluster}`);
    return (body as { cluster: { status: string } }).cluster.status === 'ACTIVE';
  });
  const receiver = await made('/v1/receivers', 'receiver', {
    name: 'out',
    type: 'webhook',
    cluster_id: cluster,
    action: 'CLUSTER_SCALE_OUT',
  });
  const first = async (list: string) =>
    ((await ask('member', 'GET', `/v1/${list}`)).body as Record<string, { id: string }[]>)[list]?.[0]?.id ??
    '';
  ids = {
    profile,
    policy,
    cluster,
    node,
    receiver,
    action: await first('actions'),
    event: await first('events'),
  };
});

afterAll(() => server.stop());

/** With what a cluster needs in addition: a name of a type, an attribute. */
function pathOf({ path }: Route): string {
  return path.replaceAll(/\{(\w+)\}/g, (_match, name: string) =>
    name === 'path' ? 'name' : (ids[name] ?? (name === 'type' ? 'senlin.policy.batch-1.0' : 'none')),
  );
}

type Case = readonly [name: string, route: Route];

function casesWhere(holds: (route: Route) => boolean): Case[] {
  return routes.filter(holds).map((route) => [`${route.method} ${route.path}`, route]);
}

const roleOf = (route: Route): string => ruleOf(route).role;

test.each(casesWhere((route) => roleOf(route) !== 'public'))('%s wants a token', async (_name, route) => {
  const reply = await ask(undefined, route.method, pathOf(route));
  expect(reply.status).toBe(401);
  expect(reply.headers['www-authenticate']).toBe('Bearer realm="coppice"');
  expect(reply.body).toMatchObject({ error: { code: 401, title: 'Unauthorized' } });
});

test.each(casesWhere((route) => roleOf(route) === 'member' || roleOf(route) === 'admin'))(
  '%s refuses who has a lesser role',
  async (_name, route) => {
    const lesser = roleOf(route) === 'admin' ? 'member' : 'reader';
    const reply = await ask(lesser, route.method, pathOf(route));
    expect(reply.status).toBe(403);
    expect(reply.body).toMatchObject({ error: { type: 'Forbidden' } });
  },
);

test.each(casesWhere((route) => roleOf(route) === 'reader'))('%s lets a reader in', async (_name, route) => {
  const reply = await ask('reader', route.method, pathOf(route));
  expect([401, 403], reply.text).not.toContain(reply.status);
});

const namesObject = ({ path }: Route): boolean =>
  /\{(cluster|node|profile|policy|receiver|action|event)\}/.test(path);

test.each(casesWhere((route) => roleOf(route) !== 'public' && namesObject(route)))(
  '%s finds nothing of another project',
  async (name, route) => {
    const path = pathOf(route);
    const reply = await ask('other', route.method, path, { body: bodies[name] ?? {} });
    expect(reply.status, reply.text).toBe(404);
    const others = Object.values(ids).filter((id) => !path.includes(id));
    expect(others.filter((id) => reply.text.includes(id))).toEqual([]);
  },
);

/** With which the object is looked for: what is wrong in a body is said before. */
const bodies: Readonly<Record<string, object>> = {
  'PATCH /v1/profiles/{profile}': { profile: { name: 'x' } },
  'PATCH /v1/policies/{policy}': { policy: { name: 'x' } },
  'PATCH /v1/clusters/{cluster}': { cluster: { name: 'x' } },
  'PATCH /v1/nodes/{node}': { node: { name: 'x' } },
  'PATCH /v1/receivers/{receiver}': { receiver: { name: 'x' } },
  'PATCH /v1/actions/{action}': { action: { status: 'CANCELLED' } },
  'POST /v1/clusters/{cluster}/actions': { scale_out: {} },
  'POST /v1/nodes/{node}/actions': { check: {} },
  'POST /v1/clusters/{cluster}/ops': { reboot: {} },
  'POST /v1/nodes/{node}/ops': { reboot: {} },
  'POST /v1/clusters/{cluster}/health/pause': { pause: { reason: 'x' } },
  'POST /v1/nodes/{node}/health/exclude': { exclude: { reason: 'x' } },
  'POST /v1/clusters/{cluster}/simulate': {
    simulate: { failures: [{ node: 'web-1', class: 'SERVER_ERROR' }] },
  },
};

describe('another project', () => {
  test.each([
    'profiles',
    'policies',
    'clusters',
    'nodes',
    'receivers',
    'actions',
    'events',
    'recoveries',
    'retained',
  ])('sees none of its %s in a list, by any filter', async (list) => {
    expect(Object.keys((await ask('member', 'GET', `/v1/${list}`)).body as object)).toEqual([list]);
    const reply = await ask('other', 'GET', `/v1/${list}`);
    expect(reply.body).toEqual({ [list]: [] });
  });

  test('sees nothing in the overview of health', async () => {
    expect((await ask('other', 'GET', '/v1/health')).text).not.toContain(ids['cluster']);
    expect((await ask('other', 'GET', '/v1/health')).text).not.toContain('web');
  });

  test.each([
    ['POST', '/v1/nodes', () => ({ node: { name: 'n', profile_id: ids['profile'] } })],
    [
      'POST',
      '/v1/clusters',
      () => ({ cluster: { name: 'c', profile_id: ids['profile'], desired_capacity: 0 } }),
    ],
    [
      'POST',
      '/v1/receivers',
      () => ({
        receiver: { name: 'r', type: 'webhook', cluster_id: ids['cluster'], action: 'CLUSTER_CHECK' },
      }),
    ],
  ] as const)('%s %s cannot name what it does not see', async (method, path, body) => {
    const reply = await ask('other', method, path, { body: body() });
    expect(reply.status, reply.text).toBe(400);
    expect(reply.text).toContain('could not be found.');
  });

  test.each(['profiles', 'policies', 'clusters', 'nodes', 'receivers', 'actions', 'events'])(
    'asks for the %s of all projects in vain',
    async (list) => {
      const reply = await ask('other', 'GET', `/v1/${list}?global_project=true`);
      expect([reply.status, (reply.body as { error: { message: string } }).error.message]).toEqual([
        403,
        'You are not authorized to complete this operation.',
      ]);
    },
  );
});

test('an administrator sees all projects, whether it asks for them or not', async () => {
  for (const query of ['', '?global_project=true']) {
    const { body } = await ask('admin', 'GET', `/v1/clusters${query}`);
    expect((body as { clusters: { id: string }[] }).clusters.map(({ id }) => id)).toEqual([ids['cluster']]);
  }
  expect((await ask('admin', 'GET', `/v1/clusters/${ids['cluster']}`)).status).toBe(200);
});

test('a name means an object of the own project, also to an administrator, who is told the id of others', async () => {
  for (const kind of ['cluster', 'profile', 'policy', 'receiver', 'node'] as const) {
    const list = kind === 'policy' ? 'policies' : `${kind}s`;
    const { body: shown } = await ask('member', 'GET', `/v1/${list}/${ids[kind]}`);
    const { name } = (shown as Record<string, { name: string }>)[kind] ?? { name: '' };
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { [kind]: { name: 'renamed' } } : undefined;
      const reply = await ask('admin', method, `/v1/${list}/${name}`, body === undefined ? {} : { body });
      expect([kind, method, reply.status]).toEqual([kind, method, 404]);
      expect(reply.text).toContain(`another project has one: ${ids[kind]} (project red); give its id`);
    }
    const short = await ask('admin', 'GET', `/v1/${list}/${ids[kind]?.slice(0, 8)}`);
    expect(short.status, short.text).toBe(200);
  }
  const own = { name: 'web', profile_id: await profileOfAdmin('of-web') };
  expect((await ask('admin', 'POST', '/v1/clusters', { body: { cluster: own } })).status).toBe(202);
  const { body } = await ask('admin', 'GET', '/v1/clusters/web');
  expect(body).toMatchObject({ cluster: { name: 'web', project: 'green' } });
  expect((await ask('admin', 'DELETE', '/v1/clusters/web')).status).toBe(202);
  await eventually('it is gone', async () => {
    return (await ask('admin', 'GET', '/v1/clusters/web')).status === 404;
  });
});

async function profileOfAdmin(name: string): Promise<string> {
  const spec = { type: 'test.node', version: '1.0', properties: { flavor: '1' } };
  const reply = await ask('admin', 'POST', '/v1/profiles', { body: { profile: { name, spec } } });
  return (reply.body as { profile: { id: string } }).profile.id;
}

test('an administrator makes no object that is a part of one of another project', async () => {
  const green = await profileOfAdmin('green');
  const { profile: red, policy, cluster, node } = ids;
  const batch = { name: 'green', spec: { type: 'senlin.policy.batch', version: '1.0', properties: {} } };
  const made = await ask('admin', 'POST', '/v1/policies', { body: { policy: batch } });
  const { id: policyOfGreen } = (made.body as { policy: { id: string } }).policy;
  const receiver = { name: 'r', type: 'webhook', cluster_id: cluster, action: 'CLUSTER_CHECK' };
  const failures = [{ node, class: 'SERVER_ERROR' }];
  const requests: readonly (readonly [string, string, object, string])[] = [
    ['POST', '/v1/receivers', { receiver }, 'cluster_id: expected a cluster of project green'],
    ['POST', '/v1/clusters', { cluster: { name: 'c', profile_id: red } }, 'a profile of project green'],
    ['POST', '/v1/nodes', { node: { name: 'n', profile_id: red } }, 'a profile of project green'],
    ['POST', '/v1/nodes', { node: { name: 'n', profile_id: green, cluster_id: cluster } }, 'the cluster web'],
    ['PATCH', `/v1/clusters/${cluster}`, { cluster: { profile_id: green } }, 'the cluster web'],
    ['PATCH', `/v1/nodes/${node}`, { node: { profile_id: green } }, 'a profile of project red'],
    [
      'POST',
      `/v1/clusters/${cluster}/actions`,
      { policy_attach: { policy_id: policyOfGreen } },
      'policy_id: expected a policy of project red, which the cluster web belongs to, found green',
    ],
    [
      'POST',
      `/v1/clusters/${cluster}/simulate`,
      { simulate: { policy_id: policyOfGreen, failures } },
      'a policy of project red',
    ],
  ];
  for (const [method, path, body, sentence] of requests) {
    const reply = await ask('admin', method, path, { body });
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining(sentence)]);
  }
  const attach = { policy_attach: { policy_id: policy } };
  const attached = await ask('admin', 'POST', `/v1/clusters/${cluster}/actions`, { body: attach });
  expect(attached.status, attached.text).toBe(202);
  await eventually('the policy is attached', async () => {
    const { text } = await ask('admin', 'GET', `/v1/clusters/${cluster}/policies`);
    return text.includes(`"policy_id":"${policy}"`);
  });
});

test('an administrator puts no node into a cluster of another project', async () => {
  const node = { name: 'green-1', profile_id: await profileOfAdmin('of-node') };
  const created = await ask('admin', 'POST', '/v1/nodes', { body: { node } });
  const { id } = (created.body as { node: { id: string } }).node;
  await eventually('the node is active', async () => {
    const { body } = await ask('admin', 'GET', `/v1/nodes/${id}`);
    return (body as { node: { status: string } }).node.status === 'ACTIVE';
  });
  const add = { add_nodes: { nodes: [id] } };
  const replace = { replace_nodes: { nodes: { [ids['node'] ?? '']: id } } };
  for (const body of [add, replace]) {
    const reply = await ask('admin', 'POST', `/v1/clusters/${ids['cluster']}/actions`, {
      body,
    });
    expect([reply.status, reply.text]).toEqual([
      400,
      expect.stringContaining(`Nodes ['${id}'] belong to another project than the cluster.`),
    ]);
  }
  await ask('admin', 'DELETE', `/v1/nodes/${id}`);
  await eventually('it is gone', async () => (await ask('admin', 'GET', `/v1/nodes/${id}`)).status === 404);
});

test('commands for an administrator name what other projects have by its id', async () => {
  const spec = {
    type: 'senlin.policy.health',
    version: '1.3',
    properties: {
      detection: { detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
      recovery: { actions: [{ name: 'RECREATE' }] },
    },
  };
  const policy = await made('/v1/policies', 'policy', { name: 'health', spec });
  const path = `/v1/clusters/${ids['cluster']}`;
  const attach = { policy_attach: { policy_id: policy } };
  expect((await ask('member', 'POST', `${path}/actions`, { body: attach })).status).toBe(202);
  const operator = async (who: Who): Promise<string> => (await ask(who, 'GET', `${path}/health`)).text;
  const paused = await ask('member', 'POST', `${path}/health/pause`, { body: { pause: {} } });
  expect(paused.status, paused.text).toBe(200);
  await eventually('it is told', async () => (await operator('member')).includes('resume web'));
  expect(await operator('admin')).toContain(`resume ${ids['cluster']?.slice(0, 8)}`);
  await ask('member', 'POST', `${path}/health/resume`);
  const detach = { policy_detach: { policy_id: policy } };
  const detached = await ask('member', 'POST', `${path}/actions`, { body: detach });
  await eventually('it is detached', async () => {
    const { body } = await ask(
      'member',
      'GET',
      `/v1/actions/${(detached.body as { action: string }).action}`,
    );
    return (body as { action: { end_time: unknown } }).action.end_time !== null;
  });
});

test('who did what to an object is seen by those whose it is', async () => {
  const reply = await ask('admin', 'POST', `/v1/clusters/${ids['cluster']}/actions`, { body: { check: {} } });
  const { action } = reply.body as { action: string };
  const who = { user: 'admin', project: 'red' };
  const request_id = reply.headers['x-openstack-request-id'];
  await eventually('the check has ended', async () => {
    const shown = await ask('member', 'GET', `/v1/actions/${action}`);
    expect(shown.body).toMatchObject({ action: { ...who, request_id } });
    return (shown.body as { action: { end_time: unknown } }).action.end_time !== null;
  });
  const events = await ask('member', 'GET', '/v1/events?action=CLUSTER_CHECK');
  expect(events.body).toMatchObject({
    events: [{ ...who, meta_data: { action_id: action, request_id } }, expect.anything()],
  });
});

test('a node that an administrator adds to a cluster belongs to the project of the cluster', async () => {
  const node = { name: 'added', profile_id: ids['profile'], cluster_id: ids['cluster'] };
  const reply = await ask('admin', 'POST', '/v1/nodes', { body: { node } });
  expect(reply.body).toMatchObject({ node: { project: 'red', user: 'member' } });
});

test('a token that is not known is told from none', async () => {
  const reply = await server.ask('GET', '/v1/clusters', { headers: { 'x-auth-token': 'wrong' } });
  expect(reply.status).toBe(401);
  expect(reply.text).toContain('is not known here');
  expect(reply.text).not.toContain('wrong');
});

test('a token may come as a bearer, as from Prometheus', async () => {
  const headers = { authorization: `Bearer ${tokens.admin}` };
  expect((await server.ask('GET', '/metrics', { headers })).status).toBe(200);
});

describe('the webhook of a receiver', () => {
  test('needs no token, and acts as the user who made it', async () => {
    const reply = await server.ask('POST', `/v1/webhooks/${ids['receiver']}/trigger?V=2`);
    expect(reply.status, reply.text).toBe(202);
    const { action } = reply.body as { action: string };
    const { body } = await ask('member', 'GET', `/v1/actions/${action}`);
    expect(body).toMatchObject({ action: { action: 'CLUSTER_SCALE_OUT', user: 'member', project: 'red' } });
  });

  test('does what the user who made it, or an administrator, says, and no other user', async () => {
    const change = { receiver: { action: 'CLUSTER_SCALE_IN' } };
    const path = `/v1/receivers/${ids['receiver']}`;
    const refused = await ask('colleague', 'PATCH', path, { body: change });
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('create one of your own')]);
    expect((await ask('colleague', 'PATCH', path, { body: { receiver: { name: 'renamed' } } })).status).toBe(
      200,
    );
    expect((await ask('admin', 'PATCH', path, { body: change })).status).toBe(200);
  });

  test('is refused once that user has no rights any more', async () => {
    const store = { ...server.tools };
    const lost = await TestServer.start({ authentication: staticTokens([]), tools: store });
    const reply = await lost.ask('POST', `/v1/webhooks/${ids['receiver']}/trigger?V=2`);
    expect(reply.status).toBe(403);
    expect(reply.text).toContain('clusters:action needs the role member, found no role that counts here');
    await lost.stop();
  });
});

test('pages of events do not begin at one that is gone, or is of another project', async () => {
  const ask404 = async (who: Who, marker: string) => {
    const { status, body } = await ask(who, 'GET', `/v1/events?marker=${marker}`);
    const { message } = (body as { error: { message: string } }).error;
    return [status, message.replace(marker, 'ID')];
  };
  const gone = await ask404('member', randomUUID());
  expect(gone).toEqual([400, expect.stringContaining('it may have been deleted as old')]);
  expect(await ask404('other', ids['event'] ?? '')).toEqual(gone);
  expect((await ask('member', 'GET', `/v1/events?marker=${ids['event']}`)).status).toBe(200);
});

test('events of a cluster that is gone are purged by its id', async () => {
  const clusterId = randomUUID();
  const purge = (cluster_id: string | null) =>
    ask('admin', 'POST', '/v1/events/purge', { body: { purge: { older_than: 0, cluster_id } } });
  expect((await purge(clusterId)).status).toBe(400);
  // A script whose variable is empty does not mean all clusters.
  expect((await purge(null)).status).toBe(400);
  await server.store.write((tx) => insertEvents(tx, [anEvent({ clusterId, timestamp: 1 })]));
  expect((await purge(clusterId)).body).toEqual({ purge: { deleted: 1 } });
});

test('an administrator deletes old events, and no other user', async () => {
  const body = { purge: { older_than: 0, cluster_id: ids['cluster'] } };
  expect((await ask('member', 'POST', '/v1/events/purge', { body })).status).toBe(403);
  const reply = await ask('admin', 'POST', '/v1/events/purge', { body });
  const { deleted } = (reply.body as { purge: { deleted: number } }).purge;
  expect(deleted).toBeGreaterThan(0);
  expect((await ask('member', 'GET', `/v1/events?cluster_id=${ids['cluster']}`)).body).toEqual({
    events: [],
  });
});

test('a type of profiles that is not offered is said to be there, with what offers it', async () => {
  const types = withoutLocalProcesses(profileTypes({ dataDir: '/nowhere' }));
  const other = await TestServer.start({ authentication, tools: { profileTypes: types } });
  const spec = { type: 'local.process', version: '1.0', properties: { command: ['sleep', '1'] } };
  const headers = { 'x-auth-token': tokens.member };
  const reply = await other.ask('POST', '/v1/profiles', { headers, body: { profile: { name: 'p', spec } } });
  expect(reply.status).toBe(404);
  expect(reply.body).toMatchObject({
    error: {
      detail: expect.stringMatching(/^type: expected .*local_processes: true/) as string,
      message: "The profile_type 'local.process-1.0' could not be found.",
    },
  });
  await other.stop();
});
