import { afterEach, beforeEach, expect, test } from 'vitest';
import { aCluster, aNode, aProfile } from '../../test/support/rows.ts';
import { TestServer } from '../../test/support/test-server.ts';
import type { ProfileType } from '../profiles/profile-type.ts';
import { localProcess } from '../profiles/local-process/local-process.ts';
import { novaServer } from '../profiles/os-nova-server/os-nova-server.ts';
import { registryOf } from '../profiles/registry.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertNodes } from '../store/nodes.ts';
import { insertProfile } from '../store/profiles.ts';

let server: TestServer;
const process = {
  type: 'local.process',
  version: '1.0',
  properties: { command: ['sleep', '9'], port: 8080 },
};
const address = { network: 'private', fixed_ip: '10.0.0.5' };
const ofServer = { flavor: 'm1.tiny', image: 'debian', networks: [address] };
const fixed = { type: 'os.nova.server', version: '1.0', properties: ofServer };
const hint = 'one node at a time can have it: of several nodes of this profile all but one fail';
const ofPort = { field: 'port', expected: 'auto', found: '8080', hint };
const ofAddress = { field: 'networks[0].fixed_ip', expected: 'nothing', found: '10.0.0.5', hint };

/** Without a cloud, of which nothing is asked but what the test says. */
const { cloudService: _, ...ofNova } = novaServer({ clouds: undefined });
const nova: ProfileType = {
  ...ofNova,
  examine: async ({ image }) =>
    image === 'gone' ? [{ field: 'image', expected: 'an image of the cloud', found: '"gone"' }] : [],
};

beforeEach(async () => {
  const types = registryOf([localProcess({ dataDir: '/nonexistent' }), nova]);
  server = await TestServer.start({ tools: { profileTypes: types } });
  const cluster = aCluster({ name: 'web', profileId: 'fixed' });
  await server.store.write(async (tx) => {
    const gone = { ...fixed, properties: { ...ofServer, image: 'gone' } };
    for (const [id, spec] of Object.entries({ fixed, gone }))
      await insertProfile(tx, aProfile({ id, name: id, type: 'os.nova.server-1.0', spec }));
    await insertCluster(tx, cluster);
    const node = { profileId: 'fixed', clusterId: cluster.id };
    await insertNodes(tx, [aNode({ ...node, name: 'web-1' }), aNode({ ...node, name: 'web-2' })]);
  });
});
afterEach(() => server.stop());

test('a profile that only one node at a time can have is warned of, where it is made and used for several', async () => {
  const profile = { name: 'process', spec: process };
  const made = await server.ask('POST', '/v1/profiles', { body: { profile } });
  expect(made).toMatchObject({ status: 201, body: { warnings: [ofPort] } });
  const validated = await server.ask('POST', '/v1/profiles/validate', { body: { profile: { spec: fixed } } });
  expect(validated.body).toMatchObject({ warnings: [ofAddress] });
  const create = (name: string, desired_capacity: number) =>
    server.ask('POST', '/v1/clusters', {
      body: { cluster: { name, profile_id: 'process', desired_capacity } },
    });
  expect((await create('two', 2)).body).toMatchObject({ warnings: [ofPort] });
  expect((await create('one', 1)).body).not.toHaveProperty('warnings');
});

test.each([
  [{ scale_out: { count: 1 } }, true],
  [{ resize: { adjustment_type: 'EXACT_CAPACITY', number: 3 } }, true],
  [{ resize: { adjustment_type: 'EXACT_CAPACITY', number: 1 } }, false],
  [{ scale_in: { count: 1 } }, false],
])('the answer and the plan of %j say so: %s', async (body, isWarned) => {
  const path = '/v1/clusters/web/actions';
  const planned = await server.ask('POST', `${path}?dry_run=true`, { body });
  expect(planned.status, planned.text).toBe(200);
  const sentence = 'warning: networks[0].fixed_ip: expected nothing, found 10.0.0.5 (one node at a time';
  expect(planned.text.includes(sentence)).toBe(isWarned);
  const answer = await server.ask('POST', path, { body });
  expect((answer.body as { warnings?: unknown }).warnings).toEqual(isWarned ? [ofAddress] : undefined);
});

test('the plan of an update warns of what the cloud does not have of the new profile', async () => {
  const body = { cluster: { profile_id: 'gone' } };
  const planned = await server.ask('PATCH', '/v1/clusters/web?dry_run=true', { body });
  expect(planned.text).toContain('warning: image: expected an image of the cloud, found');
  expect(planned.text).toContain('warning: networks[0].fixed_ip: expected nothing');
});
