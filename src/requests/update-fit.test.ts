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
    'other-image': { admin_pass: 's3cret', image: 'ubuntu' },
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

test('a dry run of an update says which nodes it changes and how, and changes nothing', async () => {
  const plan = async (profile: string) => {
    const cluster = { profile_id: profile };
    return await server.ask('PATCH', '/v1/clusters/web?dry_run=true', { body: { cluster } });
  };
  const reply = await plan('without-password-and-key');
  expect(reply.status).toBe(200);
  expect(reply.body).toMatchObject({
    plan: {
      decisions: [
        { by: 'CLUSTER_UPDATE', reason: 'a new profile for 1 node' },
        {
          by: 'CLUSTER_UPDATE',
          reason: 'each server is removed and created again (key_name cannot be changed in place)',
        },
      ],
      groups: [{ nodes: [{ name: 'web-1', operation: 'NODE_UPDATE' }] }],
    },
  });
  expect(JSON.stringify((await plan('other-image')).body)).toContain(
    'image: each server is rebuilt: it is down meanwhile, and its disk is written again',
  );
  expect((await plan('without-password')).status).toBe(400);
  const { body } = await server.ask('GET', '/v1/actions');
  expect(body).toMatchObject({ actions: [] });
});

test('a dry run of an update that touches no node is refused', async () => {
  const body = { cluster: { name: 'other' } };
  const { status, text } = await server.ask('PATCH', '/v1/clusters/web?dry_run=true', { body });
  expect([status, text]).toEqual([400, expect.stringContaining('dry_run: expected a new profile')]);
});
