import { afterEach, beforeEach, expect, test } from 'vitest';
import { aCluster, aNode, aProfile } from '../../test/support/rows.ts';
import { TestServer } from '../../test/support/test-server.ts';
import type { JsonObject } from '../domain/json.ts';
import { profileTypes } from '../profiles/registry.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertNodes } from '../store/nodes.ts';
import { insertProfile } from '../store/profiles.ts';

let server: TestServer;

beforeEach(async () => {
  server = await TestServer.start({ tools: { profileTypes: profileTypes({ dataDir: '/nonexistent' }) } });
  const profiles: Readonly<Record<string, JsonObject>> = {
    'with-password': { admin_pass: 's3cret' },
    'without-password': { flavor: 'm1.small' },
    'without-password-and-key': { key_name: 'k' },
  };
  const cluster = aCluster({ name: 'web', profileId: 'without-password' });
  await server.store.write(async (tx) => {
    for (const [name, written] of Object.entries(profiles)) {
      const properties = { flavor: 'm1.tiny', image: 'debian', ...written };
      const spec = { type: 'os.nova.server', version: '1.0', properties };
      await insertProfile(tx, aProfile({ id: name, name, type: 'os.nova.server-1.0', spec }));
    }
    await insertCluster(tx, cluster);
    const node = { name: 'web-1', profileId: 'with-password', physicalId: 'server' };
    await insertNodes(tx, [aNode({ ...node, clusterId: cluster.id })]);
  });
});
afterEach(() => server.stop());

test.each([
  ['/v1/nodes/web-1', 'node'],
  ['/v1/clusters/web', 'cluster'],
])(
  'an update of %s that its profile type cannot carry out is refused, with the field',
  async (path, what) => {
    const update = (profile: string, rest: JsonObject = {}) =>
      server.ask('PATCH', path, { body: { [what]: { profile_id: profile, ...rest } } });
    const refused = await update('without-password');
    expect(refused).toMatchObject({
      status: 400,
      body: {
        error: {
          message:
            'The node cannot be updated to this profile: admin_pass: expected a password, as the profile before has, ' +
            'found nothing (a server keeps the password that it was given).',
        },
      },
    });
    expect(refused.text).not.toContain('s3cret');
    // Another server has no password that it could keep.
    expect((await update('without-password-and-key')).status).toBe(202);
  },
);

test('a new profile for nodes that are made from now on is not refused', async () => {
  const cluster = { profile_id: 'without-password-and-key', profile_only: true };
  expect((await server.ask('PATCH', '/v1/clusters/web', { body: { cluster } })).status).toBe(202);
});
