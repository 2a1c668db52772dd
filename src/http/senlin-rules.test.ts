/** Senlin's rules that hold for many endpoints: versions, names, bodies, and how objects are found. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer, type Asked, type Reply } from '../../test/support/test-server.ts';
import type { JsonObject } from '../domain/json.ts';

let server: TestServer;
const spec = { type: 'test.node', version: '1.0', properties: { flavor: '1' } };
const batch = { type: 'senlin.policy.batch', version: '1.0', properties: {} };

beforeAll(async () => {
  server = await TestServer.start();
  await server.startEngine();
  await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'p', spec } } });
  await server.ask('POST', '/v1/policies', { body: { policy: { name: 'batch', spec: batch } } });
  const cluster = { name: 'web', profile_id: 'p', desired_capacity: 2 };
  await ended(await server.ask('POST', '/v1/clusters', { body: { cluster } }));
  const receiver = { name: 'out', type: 'webhook', cluster_id: 'web', action: 'CLUSTER_CHECK' };
  await server.ask('POST', '/v1/receivers', { body: { receiver } });
});
afterAll(() => server.stop());

async function ended(reply: Reply): Promise<JsonObject> {
  expect(reply.status, reply.text).toBe(202);
  const path = new URL(reply.headers['location'] ?? '').pathname;
  return await eventually(`${path} has ended`, async () => {
    const { action } = (await server.ask('GET', path)).body as { action: JsonObject };
    return action['end_time'] !== null && action;
  });
}

function errorOf({ body }: Reply): { readonly type: string; readonly message: string } {
  return (body as { error: { type: string; message: string } }).error;
}

type Request = [method: string, path: string, body?: object];
const send = (method: string, path: string, body: object | undefined, asked: Asked = {}) =>
  server.ask(method, path, { ...asked, ...(body === undefined ? {} : { body }) });

describe('A microversion', () => {
  test.each<[number, ...Request]>([
    [2, 'GET', '/v1/clusters/none/attrs/name'],
    [2, 'POST', '/v1/profiles/validate', { profile: { spec } }],
    [2, 'POST', '/v1/policies/validate', { policy: { spec: batch } }],
    [3, 'POST', '/v1/clusters/none/actions', { replace_nodes: { nodes: { a: 'b' } } }],
    [4, 'GET', '/v1/profile-types/test.node-1.0/ops'],
    [4, 'POST', '/v1/clusters/none/ops', { reboot: {} }],
    [4, 'POST', '/v1/nodes/none/ops', { reboot: {} }],
    [7, 'POST', '/v1/nodes/adopt-preview', { identity: 'x', type: 'test.node-1.0' }],
    [7, 'POST', '/v1/nodes/adopt', { identity: 'x', type: 'test.node-1.0' }],
    [9, 'POST', '/v1/clusters/none/actions', { complete_lifecycle: { lifecycle_action_token: 'x' } }],
    [12, 'PATCH', '/v1/actions/none', { action: { status: 'CANCELLED' } }],
  ])('1.%i is the first that knows %s %s', async (minor, method, path, body) => {
    const before = await send(method, path, body, { minor: minor - 1 });
    expect([before.status, errorOf(before)]).toMatchObject([
      400,
      {
        type: 'MethodVersionNotFound',
        message: `API version '1.${minor - 1}' is not supported on this method.`,
      },
    ]);
    expect((await send(method, path, body, { minor })).text).not.toContain('MethodVersionNotFound');
  });

  test.each<Request>([
    ['GET', '/v1/services'],
    ['PATCH', '/v1/receivers/out', { receiver: { params: {}, name: 'out' } }],
    ['POST', '/v1/webhooks/none/trigger?V=1'],
  ])('is not looked at by %s %s', async (method, path, body) => {
    expect((await send(method, path, body, { minor: null })).text).not.toContain('MethodVersionNotFound');
  });

  test.each([
    [undefined, '1.0'],
    ['compute 2.1', '1.0'],
    ['compute 2.1, clustering 1.5', '1.5'],
    ['Clustering 1.3', '1.3'],
    ['clustering latest', '1.14'],
    ['clustering LATEST', '1.14'],
  ])('asked for as %j is answered as %s', async (asked, answered) => {
    const headers: Record<string, string> = asked === undefined ? {} : { 'openstack-api-version': asked };
    const reply = await server.ask('GET', '/v1/build-info', { headers, minor: null });
    expect(reply).toMatchObject({
      status: 200,
      headers: { 'openstack-api-version': `clustering ${answered}`, vary: 'OpenStack-API-Version' },
    });
  });

  test.each([
    ['/', 300, 'clustering abc'],
    ['/versions', 300, 'clustering 1.99'],
    ['/v1', 200, 'clustering 1.5'],
    ['/v1/nothing', 404, 'clustering 1.5'],
    ['/v1/clusters/none', 404, 'clustering 1.5'],
    ['/v1/clusters', 406, 'clustering 1.15'],
    ['/v1/clusters', 406, 'clustering 2.0'],
    ['/v1/clusters', 400, 'clustering 1'],
    ['/v1/clusters', 400, 'clustering 1.03'],
  ])('is not said by %s, which answers %i', async (path, status, version) => {
    const headers = { 'openstack-api-version': version };
    const reply = await server.ask('GET', path, { headers, minor: null });
    expect(reply.status, reply.text).toBe(status);
    expect(reply.headers).not.toHaveProperty('openstack-api-version');
    expect(reply.headers['x-openstack-request-id']).toMatch(/^req-[0-9a-f-]{36}$/);
  });
});

describe('What is newer than the request is not looked at:', () => {
  test('the configuration in the change of a cluster, from 1.7', async () => {
    const cluster = { config: { 'node.name.format': 'web-$I' } };
    const change = (minor: number) => server.ask('PATCH', '/v1/clusters/web', { body: { cluster }, minor });
    expect(errorOf(await change(6)).message).toBe('No property needs an update.');
    expect((await ended(await change(7)))['inputs']).toEqual(cluster);
  });

  test('whether nodes that leave are destroyed, from 1.4', async () => {
    const inputsAt = async (minor: number) => {
      const { body } = await server.ask('GET', '/v1/nodes?cluster_id=web&sort=index:desc&limit=1');
      const [node] = (body as { nodes: { id: string }[] }).nodes;
      const leave = { del_nodes: { nodes: [node?.id], destroy_after_deletion: true } };
      return (await ended(await server.ask('POST', '/v1/clusters/web/actions', { body: leave, minor })))[
        'inputs'
      ];
    };
    expect(await inputsAt(3)).not.toMatchObject({ destroy_after_deletion: true });
    expect(await inputsAt(4)).toMatchObject({ destroy_after_deletion: true });
  });
});

describe('An object', () => {
  const found = async (kind: string) => {
    const key = { policy: 'policies' }[kind] ?? `${kind}s`;
    const { body } = await server.ask('GET', `/v1/${key}?limit=1`);
    const [one] = (body as Record<string, { id: string; name?: string }[]>)[key] ?? [];
    return { path: `/v1/${key}`, id: one?.id ?? '', name: one?.name };
  };

  test.each(['profile', 'policy', 'cluster', 'node', 'receiver', 'action', 'event'])(
    'of the kind %s is found by its id, in any case, by the beginning of it, and by its name',
    async (kind) => {
      const { path, id, name } = await found(kind);
      const identities = [id, id.toUpperCase(), id.slice(0, 8), ...(name === undefined ? [] : [name])];
      for (const identity of identities) {
        const { status, body } = await server.ask('GET', `${path}/${identity}`);
        expect([identity, status, (body as Record<string, object>)[kind]]).toMatchObject([
          identity,
          200,
          { id },
        ]);
      }
      const none = await server.ask('GET', `${path}/none`);
      expect([none.status, errorOf(none)]).toMatchObject([
        404,
        { type: 'ResourceNotFound', message: `The ${kind} 'none' could not be found.` },
      ]);
    },
  );

  test('is found by its id before one whose name that is, and by its name before one whose id begins so', async () => {
    const create = async (name: string) => {
      const { body } = await server.ask('POST', '/v1/profiles', { body: { profile: { name, spec } } });
      return (body as { profile: { id: string } }).profile.id;
    };
    const find = async (identity: string) => {
      const { body } = await server.ask('GET', `/v1/profiles/${identity}`);
      return (body as { profile: { id: string } }).profile.id;
    };
    const first = await create('first');
    const named = [await create(first), await create(first.slice(0, 8))];
    expect([await find(first), await find(first.slice(0, 8)), await find(first.slice(0, 9))]).toEqual([
      first,
      named[1],
      first,
    ]);
    for (const id of named) await server.ask('DELETE', `/v1/profiles/${id}`);
    await server.ask('DELETE', `/v1/profiles/${first}`);
  });

  test('that others fit as well is refused, by name and by the beginning of ids', async () => {
    for (let made = 0; made < 17; made += 1)
      await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'twin', spec } } });
    const { body } = await server.ask('GET', '/v1/profiles?name=twin');
    const starts = (body as { profiles: { id: string }[] }).profiles.map(({ id }) => id.slice(0, 1));
    // Of 17 ids two begin alike; a name that does not begin as an id is not taken for one.
    const shared = starts.find((start, at) => starts.indexOf(start) !== at) ?? '';
    for (const identity of ['twin', shared]) {
      const reply = await server.ask('GET', `/v1/profiles/${identity}`);
      expect([reply.status, errorOf(reply).type]).toEqual([400, 'MultipleChoices']);
    }
  });

  test.each<[string, string, object, string]>([
    ['POST', '/v1/clusters', { cluster: { name: 'c', profile_id: 'x' } }, 'specified profile'],
    ['PATCH', '/v1/clusters/web', { cluster: { profile_id: 'x' } }, 'specified profile'],
    ['POST', '/v1/nodes', { node: { name: 'n', profile_id: 'x' } }, 'specified profile'],
    ['POST', '/v1/nodes', { node: { name: 'n', profile_id: 'p', cluster_id: 'x' } }, 'specified cluster'],
    ['POST', '/v1/clusters/web/actions', { policy_attach: { policy_id: 'x' } }, 'specified policy'],
    ['POST', '/v1/clusters/web/actions', { policy_detach: { policy_id: 'x' } }, 'specified policy'],
    ['POST', '/v1/clusters/web/actions', { policy_update: { policy_id: 'x' } }, 'specified policy'],
    [
      'POST',
      '/v1/receivers',
      { receiver: { name: 'r', type: 'webhook', cluster_id: 'x', action: 'CLUSTER_CHECK' } },
      'referenced cluster',
    ],
  ])('that the body of %s %s names and that is not there is 400: %j', async (method, path, body, what) => {
    const reply = await send(method, path, body);
    expect([reply.status, errorOf(reply)]).toMatchObject([
      400,
      { type: 'BadRequest', message: `The ${what} 'x' could not be found.` },
    ]);
  });
});

const creations = [
  ['cluster', 'clusters', { profile_id: 'p' }],
  ['node', 'nodes', { profile_id: 'p' }],
  ['profile', 'profiles', { spec }],
  ['policy', 'policies', { spec: batch }],
  ['receiver', 'receivers', { type: 'webhook', cluster_id: 'web', action: 'CLUSTER_CHECK' }],
] as const;

describe.each(creations)('A new %s', (kind, list, fields) => {
  const create = (values: object) =>
    server.ask('POST', `/v1/${list}`, { body: { [kind]: { name: 'new', ...fields, ...values } } });

  test.each(['a', '1a', '_', '~.-', '中文', 'x'.repeat(255)])('is called %s', async (name) => {
    expect((await create({ name })).status).toBeLessThan(300);
  });

  test.each(['a b', 'a/b', 'é', '', 'x'.repeat(256), 5, null, '.', '..'])(
    'is not called %j',
    async (name) => {
      const reply = await create({ name });
      expect([reply.status, errorOf(reply).type]).toEqual([400, 'HTTPBadRequest']);
    },
  );

  test('has a body with its key, and fields that are known', async () => {
    const missing = await server.ask('POST', `/v1/${list}`, { body: {} });
    expect([missing.status, errorOf(missing).message]).toEqual([400, `Request body missing '${kind}' key.`]);
    const unknown = await create({ bogus: 1 });
    expect([unknown.status, errorOf(unknown).message]).toEqual([
      400,
      "Additional properties are not allowed ('bogus' was unexpected)",
    ]);
  });

  test('is changed by a body with its key', async () => {
    const reply = await server.ask('PATCH', `/v1/${list}/none`, { body: {} });
    expect([reply.status, errorOf(reply).message]).toEqual([
      400,
      `Malformed request data, missing '${kind}' key in request body.`,
    ]);
  });
});

test('what is no object counts as no body, where there may be none', async () => {
  const node = { name: 'alone', profile_id: 'p' };
  await ended(await server.ask('POST', '/v1/nodes', { body: { node } }));
  await ended(await server.ask('DELETE', '/v1/nodes/alone', { body: 'hello' }));
});

test.each([
  ['/v1/profiles', '{"profile": {"name": "x", "spec": {"properties": {"admin_pass": N}}}}'],
  ['/v1/nodes/none/ops', '{"change_password": {"admin_pass": N}}'],
  ['/v1/nodes', '{"node": {"name": "x", "profile_id": "p", "metadata": {"admin_pass": [N]}}}'],
])('a number of POST %s that would be rounded is refused without quoting it', async (path, body) => {
  const reply = await server.ask('POST', path, { body: body.replace('N', '12345678901234567890') });
  expect([reply.status, errorOf(reply)]).toMatchObject([
    400,
    {
      message: expect.stringMatching(/admin_pass(\.0)?: a whole number beyond 2\^53 cannot be kept exactly/),
    },
  ]);
  expect(reply.text).not.toContain('123456789');
});

test.each([
  [
    'EXACT_CAPACITY',
    -1,
    400,
    "The 'number' must be non-negative integer for adjustment type 'EXACT_CAPACITY'.",
  ],
  ['CHANGE_IN_CAPACITY', -9, 400, "The target capacity (-9) is less than the cluster's min_size (0)."],
])('a resize by %s of %i is refused', async (adjustment_type, number, status, message) => {
  const cluster = { name: `by-${adjustment_type}`, profile_id: 'p' };
  await ended(await server.ask('POST', '/v1/clusters', { body: { cluster } }));
  const body = { resize: { adjustment_type, number } };
  const reply = await server.ask('POST', `/v1/clusters/${cluster.name}/actions`, { body });
  expect([reply.status, errorOf(reply)]).toMatchObject([status, { type: 'BadRequest', message }]);
});

test('the way of a reboot is written in any case, and is one of two', async () => {
  const ask = (type: string) =>
    server.ask('POST', '/v1/clusters/web/actions', {
      body: { recover: { operation: 'reboot', operation_params: { type } } },
    });
  expect((await ended(await ask('soft')))['inputs']).toMatchObject({ operation_params: { type: 'SOFT' } });
  expect(errorOf(await ask('gentle'))).toMatchObject({
    type: 'BadRequest',
    message: "Type field 'gentle' in operation_params has to be one of the following: SOFT, HARD.",
  });
});

test('a wrong parameter of an operation is a bad request', async () => {
  const cluster = { name: 'one', profile_id: 'p', desired_capacity: 1 };
  await ended(await server.ask('POST', '/v1/clusters', { body: { cluster } }));
  const body = { reboot: { params: { type: 'gentle' } } };
  const reply = await server.ask('POST', '/v1/clusters/one/ops', { body });
  expect([reply.status, errorOf(reply)]).toMatchObject([
    400,
    { type: 'BadRequest', message: "'gentle' must be one of the allowed values: SOFT, HARD." },
  ]);
});

test('an action that a user requests has an event of its start and one of its end; those it starts have none', async () => {
  const cluster = { name: 'told', profile_id: 'p', desired_capacity: 1 };
  const action = await ended(await server.ask('POST', '/v1/clusters', { body: { cluster } }));
  const { body } = await server.ask('GET', '/v1/events?cluster_id=told');
  const start = (action['id'] as string).slice(0, 8);
  expect(body).toMatchObject({
    events: [
      { action: 'CLUSTER_CREATE', level: 'INFO', status: 'start', status_reason: start },
      { action: 'CLUSTER_CREATE', level: 'INFO', status: 'end', cluster: { name: 'told', next_index: 2 } },
    ],
  });
  expect((body as { events: object[] }).events).toHaveLength(2);
});

describe('While an action on the same object is unfinished,', () => {
  let idle: TestServer;
  beforeAll(async () => {
    idle = await TestServer.start();
    await idle.ask('POST', '/v1/profiles', { body: { profile: { name: 'p', spec } } });
    await idle.ask('POST', '/v1/clusters', { body: { cluster: { name: 'web', profile_id: 'p' } } });
    await idle.ask('POST', '/v1/nodes', { body: { node: { name: 'alone', profile_id: 'p' } } });
  });
  afterAll(() => idle.stop());

  test.each<Request>([
    ['PATCH', '/v1/clusters/web', { cluster: { name: 'x' } }],
    ['POST', '/v1/clusters/web/actions', { check: {} }],
    ['POST', '/v1/clusters/web/actions', { scale_in: {} }],
    ['PATCH', '/v1/nodes/alone', { node: { name: 'x' } }],
    ['POST', '/v1/nodes/alone/actions', { check: {} }],
    ['POST', '/v1/nodes/alone/actions', { recover: {} }],
  ])('%s %s with %j is a conflict that names it', async (method, path, body) => {
    const reply = await idle.ask(method, path, { body });
    const { actions } = (await idle.ask('GET', '/v1/actions')).body as {
      actions: { id: string; name: string; target: string }[];
    };
    const other = actions.find(({ name }) => name.startsWith(path.slice(4, 8)));
    expect([reply.status, errorOf(reply).type]).toEqual([409, 'ActionConflict']);
    const conflict = `for target ${other?.target} conflicts with the following action(s): ${other?.id}`;
    expect(errorOf(reply).message.endsWith(conflict), errorOf(reply).message).toBe(true);
  });

  test.each<Request>([
    ['POST', '/v1/nodes/alone/ops', { reboot: {} }],
    ['DELETE', '/v1/nodes/alone'],
    ['DELETE', '/v1/clusters/web'],
  ])('%s %s is accepted', async (method, path, body) => {
    const reply = await idle.ask(method, path, body === undefined ? {} : { body });
    expect(reply.status, reply.text).toBe(202);
  });
});
