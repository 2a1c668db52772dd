/**
 * Sentences of Senlin that its clients and their tests compare literally, and what is looked at first where
 * several things are wrong. What helps more than they do stands in `detail`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer } from '../../test/support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  for (const name of ['twin', 'twin', 'own']) {
    const spec = { type: 'test.node', version: '1.0', properties: { flavor: 'small' } };
    await server.ask('POST', '/v1/profiles', { body: { profile: { name, spec } } });
  }
  await server.ask('POST', '/v1/clusters', { body: { cluster: { name: 'web', profile_id: 'own' } } });
});
afterAll(() => server.stop());

const booleans =
  "acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'";
const cluster = (body: object) => ({ cluster: { name: 'c', profile_id: 'own', ...body } });

test.each<[string, string, object | undefined, number, string]>([
  [
    'GET',
    '/v1/profiles/twin',
    undefined,
    400,
    "Multiple results found matching the query criteria 'twin'. Please be more specific.",
  ],
  [
    'POST',
    '/v1/clusters/web/actions',
    { add_nodes: {} },
    400,
    "Value for 'nodes' must have at least 1 item(s).",
  ],
  [
    'POST',
    '/v1/clusters/web/actions',
    { add_nodes: { nodes: 'node' } },
    400,
    "Items for 'nodes' must be unique",
  ],
  [
    'POST',
    '/v1/clusters/gone/actions',
    { add_nodes: { nodes: ['a', 'a'] } },
    400,
    "Items for 'nodes' must be unique",
  ],
  [
    'POST',
    '/v1/clusters/gone/actions',
    { replace_nodes: { nodes: { old: null } } },
    400,
    "Field `nodes[old]' cannot be None",
  ],
  [
    'POST',
    '/v1/clusters/gone/actions',
    { replace_nodes: { nodes: { a: 'c', b: 'c' } } },
    400,
    'Map contains duplicated values',
  ],
  [
    'POST',
    '/v1/clusters/gone/actions',
    { del_nodes: { nodes: ['a'], destroy_after_deletion: 'maybe' } },
    400,
    `Unrecognized value 'maybe', ${booleans}`,
  ],
  [
    'POST',
    '/v1/clusters/web/actions',
    { scale_out: { count: -1 } },
    400,
    "Value must be >= 0 for field 'count'.",
  ],
  [
    'POST',
    '/v1/clusters/gone/actions',
    { check: { colour: 'red' } },
    404,
    "The cluster 'gone' could not be found.",
  ],
  [
    'POST',
    '/v1/clusters/web/actions',
    { check: { colour: 'red' } },
    400,
    "Action parameter ['colour'] is not recognizable.",
  ],
  [
    'POST',
    '/v1/clusters/web/actions',
    { policy_attach: { poilicy_id: 'p' } },
    400,
    "'policy_id' is a required property",
  ],
  ['POST', '/v1/nodes/gone/actions', { check: [] }, 400, 'The params provided is not a map.'],
  [
    'POST',
    '/v1/clusters',
    cluster({ min_size: 5, max_size: 3, desired_capacity: 2 }),
    400,
    'The target capacity (2) is less than the specified min_size (5).',
  ],
  [
    'POST',
    '/v1/clusters',
    cluster({ min_size: 5, max_size: 3 }),
    400,
    'The specified min_size (5) is greater than the specified max_size (3).',
  ],
  [
    'GET',
    '/v1/clusters/gone/policies?enabled=maybe',
    undefined,
    400,
    "Invalid value 'maybe' specified for 'enabled'",
  ],
  ['GET', '/v1/clusters/web/policies/none', undefined, 404, "The policy 'none' could not be found."],
  ['GET', "/v1/events?action=['bad-action']", undefined, 400, "Field value ['bad-action'] is invalid"],
])('%s %s %j', async (method, url, body, status, message) => {
  const reply = await server.ask(method, url, body === undefined ? {} : { body });
  expect([reply.status, (reply.body as { error: object }).error]).toMatchObject([status, { message }]);
});

test('what helps more than Senlin says stands beside it', async () => {
  const { body } = await server.ask('GET', '/v1/profiles/twin');
  expect(body).toMatchObject({ error: { detail: expect.stringMatching(/Give the id of one of them\.$/) } });
});

test('profile_only is read from microversion 1.6 on', async () => {
  await server.startEngine();
  const { body } = await server.ask('GET', '/v1/profiles?name=twin');
  const [twin] = (body as { profiles: { id: string }[] }).profiles;
  const update = { cluster: { profile_id: twin?.id, profile_only: true } };
  const inputsOf = async (minor: number): Promise<unknown> => {
    const name = `only-${minor}`;
    await server.ask('POST', '/v1/clusters', { body: cluster({ name }) });
    const { headers } = await eventually('the cluster can be changed', async () => {
      const reply = await server.ask('PATCH', `/v1/clusters/${name}`, { body: update, minor });
      return reply.status === 202 && reply;
    });
    const action = await server.ask('GET', new URL(String(headers['location'])).pathname);
    return (action.body as { action: { inputs: object } }).action.inputs;
  };
  expect(await inputsOf(5)).not.toHaveProperty('profile_only');
  expect(await inputsOf(6)).toMatchObject({ profile_only: true });
});

test('a key that lists cannot be sorted by is answered with those that they can', async () => {
  const reply = await server.ask('GET', '/v1/clusters?sort=bogus');
  expect(reply.body).toMatchObject({
    error: {
      detail: 'sort: expected one of name, status, init_at, created_at, updated_at, found "bogus"',
      message: "Unsupported sort key 'bogus' for 'sort'.",
    },
  });
});
