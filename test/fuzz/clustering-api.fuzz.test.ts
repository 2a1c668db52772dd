/**
 * Odd requests of the clustering API: none is answered with a 5xx, one that is refused or only reads changes
 * nothing, and memory does not grow with their number. 4,000 in `npm test`, 100,000 in `npm run test:soak`.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { heapUsed } from '../support/heap.ts';
import { cases, soakTimeout } from '../support/soak.ts';
import { TestServer } from '../support/test-server.ts';
import { oddRequests } from './odd-requests.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
  await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'p', spec: testNode } } });
  await server.ask('POST', '/v1/clusters', { body: { cluster: { name: 'web', profile_id: 'p' } } });
  await server.ask('POST', '/v1/policies', { body: { policy: { name: 'scale', spec: scaling } } });
  await server.ask('POST', '/v1/receivers', {
    body: { receiver: { name: 'hook', cluster_id: 'web', type: 'webhook', action: 'CLUSTER_SCALE_OUT' } },
  });
  await server.ask('POST', '/v1/nodes', { body: { node: { name: 'one', profile_id: 'p' } } });
});
afterAll(() => server.stop());

const keys =
  'profile policy cluster node receiver action name spec type version metadata properties ' +
  'profile_id cluster_id min_size max_size desired_capacity timeout config check recover resize scale_in scale_out ' +
  'add_nodes del_nodes replace_nodes nodes policy_attach policy_id enabled count number adjustment_type params filters ' +
  'reboot status force operation operation_params identity overrides snapshot __proto__ input';

const testNode = { type: 'test.node', version: '1.0', properties: { flavor: '1' } };
const scaling = {
  type: 'senlin.policy.scaling',
  version: '1.0',
  properties: { event: 'CLUSTER_SCALE_OUT', adjustment: { type: 'CHANGE_IN_CAPACITY', number: 1 } },
};
const places = {
  cluster: ['web'],
  node: ['one'],
  profile: ['p'],
  policy: ['scale'],
  receiver: ['hook'],
  type: ['senlin.policy.health-1.3', 'test.node-1.0'],
};
const known = {
  type: ['webhook', 'test.node-1.0'],
  profile_id: ['p'],
  cluster_id: ['web'],
  policy_id: ['scale'],
  spec: [
    testNode,
    testNode,
    scaling,
    scaling,
    { ...scaling, properties: { event: 'x' } },
    { ...testNode, version: 2 },
  ],
  action: ['CLUSTER_SCALE_OUT', 'NODE_CHECK'],
  status: ['CANCELLED'],
  operation: ['REBOOT', 'RECREATE'],
};

/** Objects that are made for good while requests are drawn: caches that are bounded, compiled code. */
const GROWTH_BYTES = 64 * 1024 * 1024;

test(
  'an odd request is no error of ours, and leaves nothing where it is refused',
  async () => {
    const names = ['web', 'one', 'p', 'scale', 'hook'];
    const request = oddRequests({ prefix: '/', names, keys: keys.split(' '), places, known });
    const before = heapUsed();
    await fc.assert(
      fc.asyncProperty(request, async ({ method, url, headers, body }) => {
        const version = server.store.dataVersion();
        const sent = { minor: null, headers, ...(body === undefined ? {} : { body }) };
        const reply = await server.ask(method, url, sent);
        const described = `${method} ${url} ${body?.slice(0, 300)}: ${reply.status} ${reply.text}`;
        expect(reply.status, described).toBeLessThan(500);
        expect(server.logged).toEqual([]);
        // No engine runs here: nothing else writes.
        if (reply.status >= 400 || method === 'GET')
          expect(server.store.dataVersion(), `changed the database: ${described}`).toBe(version);
      }),
      cases(4000),
    );
    expect(heapUsed() - before).toBeLessThan(GROWTH_BYTES);
  },
  soakTimeout(60_000),
);
