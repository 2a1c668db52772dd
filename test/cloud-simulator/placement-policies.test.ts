/** Clusters with policies that place their nodes: in availability zones, and in server groups. */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Node } from '../../src/domain/model.ts';
import { planOfAction } from '../../src/clusters/plan-of-action.ts';
import { lookUpsOf } from '../../src/clusters/plan-look-ups.ts';
import { findBinding } from '../../src/store/cluster-policies.ts';
import { setZoneOutages } from '../../src/store/healing.ts';
import { insertNodes } from '../../src/store/nodes.ts';
import { neverAborted } from '../support/nova-nodes.ts';
import { serverCluster, type ServerCluster } from '../support/server-cluster.ts';

const hosts = ['az1', 'az2', 'az3'].flatMap((zone) => [
  { name: `${zone}-a`, zone },
  { name: `${zone}-b`, zone },
]);

/** A node that a user creates in the cluster. */
async function createNode(scene: ServerCluster, name: string): Promise<Node> {
  const [like] = await scene.nodes();
  if (like === undefined) throw new Error('the cluster has no node');
  const node = { ...like, id: crypto.randomUUID(), name, index: 90, physicalId: null, data: {} };
  const row = { ...node, status: 'INIT', statusReason: '' } as const;
  await scene.engine.store.write((tx) => insertNodes(tx, [row]));
  await scene.runOnNode('NODE_CREATE', row);
  return await scene.node(name);
}

async function hostsOf(scene: ServerCluster): Promise<(string | null)[]> {
  return (await scene.nodes()).map((node) => scene.serverOf(node).hostName);
}

describe('senlin.policy.zone_placement', () => {
  const scene = serverCluster(1, { settings: { hosts }, profile: { availability_zone: 'az1' } });
  const zones = (...all: [string, number][]): JsonObject => ({
    zones: all.map(([name, weight]) => ({ name, weight })),
  });
  const countsOf = async (): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const node of await scene().nodes()) {
      const { zone } = scene().serverOf(node);
      counts[zone] = (counts[zone] ?? 0) + 1;
    }
    return counts;
  };
  const attach = async (properties: JsonObject) => {
    const { action } = await scene().attach('senlin.policy.zone_placement-1.0', properties);
    expect(action.statusReason).not.toMatch(/zone/);
    expect(action.status).toBe('SUCCEEDED');
  };

  test('spreads new nodes by weight, and takes nodes from where there are too many', async () => {
    await attach(zones(['az1', 100], ['az2', 100], ['az3', 200]));
    const grown = await scene().run('CLUSTER_SCALE_OUT', { count: 7 });
    expect(await countsOf()).toEqual({ az1: 2, az2: 2, az3: 4 });
    expect(grown.data['plan']).toMatchObject({
      decisions: [{}, { by: 'policy', reason: expect.stringContaining('4 nodes in zone az3') as string }],
      groups: [
        { nodes: Array.from({ length: 7 }, () => ({ placement: { zone: expect.any(String) as string } })) },
      ],
    });
    await scene().run('CLUSTER_SCALE_IN', { count: 4 });
    expect(await countsOf()).toEqual({ az1: 1, az2: 1, az3: 2 });
  });

  test('a check sees in which zone a server is that was moved by hand', async () => {
    const { servers, hosts: all } = scene().world;
    const [node] = await scene().nodes();
    const other = all.find('az2-a');
    if (node === undefined || other === undefined) throw new Error('no node, or no host');
    expect(servers.all).toHaveLength(1);
    all.move(scene().serverOf(node), other);
    await scene().runOnNode('NODE_CHECK', node);
    expect((await scene().node(node.name)).data).toMatchObject({
      address: node.data['address'],
      zone: 'az2',
      host: 'az2-a',
    });
  });

  test('places no node in a zone that has an outage, that Nova does not have, or that is not available', async () => {
    await attach(zones(['az1', 100], ['az2', 100], ['az9', 100]));
    await scene().engine.store.write((tx) =>
      setZoneOutages(tx, scene().id, [
        { domain: { kind: 'ZONE' }, name: 'az1', since: 0, replaced: [], releasedAt: null },
      ]),
    );
    const action = await scene().run('CLUSTER_SCALE_OUT', { count: 2 });
    expect(await countsOf()).toEqual({ az1: 1, az2: 2 });
    expect(action.data['plan']).toMatchObject({
      decisions: [
        {},
        { reason: '2 nodes in zone az2; zone az1 has an outage; zone az9 is not available in Nova' },
      ],
    });
  });

  test('an attachment of which Nova has no zone fails, with the zones that there are', async () => {
    const { action } = await scene().attach(
      'senlin.policy.zone_placement-1.0',
      zones(['az8', 1], ['az9', 1]),
    );
    expect(action).toMatchObject({
      status: 'FAILED',
      statusReason: expect.stringContaining(
        'zones: expected one at least of the zones that Nova has: az1, az2, az3, found az8, az9',
      ) as string,
    });
  });

  test('keeps the zone of a recreated node, and leaves a single node to the zone of its profile', async () => {
    await attach(zones(['az3', 100]));
    await scene().run('CLUSTER_SCALE_OUT');
    const node = await scene().node('web-2');
    scene().world.servers.remove(scene().serverOf(node));
    await scene().runOnNode('NODE_RECOVER', node, { operation: [{ name: 'RECREATE' }] });
    const recreated = await scene().node('web-2');
    expect(scene().serverOf(recreated).zone).toBe('az3');
    expect(recreated.data).toMatchObject({ placement: { zone: 'az3' } });
    expect(scene().serverOf(await createNode(scene(), 'single')).zone).toBe('az1');
  });

  test('a deletion policy chooses the nodes of the zones that it has chosen', async () => {
    await attach(zones(['az1', 100], ['az2', 100]));
    await scene().run('CLUSTER_SCALE_OUT', { count: 3 });
    await scene().attach('senlin.policy.deletion-1.1', { criteria: 'OLDEST_FIRST' });
    await scene().run('CLUSTER_SCALE_IN', { count: 2 });
    expect(await countsOf()).toEqual({ az1: 1, az2: 1 });
    expect((await scene().nodes()).map(({ name }) => name)).not.toContain('web-1');
  });

  test('a dry run shows the zones, and that they are not known', async () => {
    await attach(zones(['az1', 100], ['az2', 100]));
    const { engine, id, tools, nova } = scene();
    const cluster = await engine.cluster(id);
    const plan = async () => {
      const lookedUp = await lookUpsOf(
        { ...tools, clouds: nova.clouds },
        cluster,
        'CLUSTER_SCALE_OUT',
        neverAborted,
      );
      const request = { action: 'CLUSTER_SCALE_OUT', inputs: {}, seed: 's', lookedUp } as const;
      return (await planOfAction(tools, cluster, request, Date.now())).plan;
    };
    expect((await plan()).groups[0]?.nodes[0]?.inputs).toEqual({ placement: { zone: 'az2' } });
    scene().fault({
      service: 'compute',
      operation: '*',
      kind: 'error',
      status: 403,
      message: 'no',
      count: 0,
    });
    await expect(plan()).rejects.toThrow(
      /refuses CLUSTER_SCALE_OUT: the zones of Nova are not known: .*403 no/,
    );
  });
});

describe('senlin.policy.affinity', () => {
  const scene = serverCluster(0, { settings: { hosts } });
  const group = async (policy_id: string): Promise<JsonObject> => {
    const binding = await findBinding(scene().engine.store.db, scene().id, policy_id);
    const made = binding?.data?.['AffinityPolicy'] as { data: JsonObject } | undefined;
    return made?.data ?? {};
  };

  test.each([
    ['anti-affinity', 6, 6],
    ['affinity', 3, 1],
    ['soft-anti-affinity', 8, 6],
    ['soft-affinity', 3, 1],
  ])('%s: %i nodes on %i hosts', async (policies, nodes, expected) => {
    const { policy_id, action } = await scene().attach('senlin.policy.affinity-1.0', {
      servergroup: { policies },
    });
    expect(action.status).toBe('SUCCEEDED');
    expect((await scene().run('CLUSTER_SCALE_OUT', { count: nodes })).status).toBe('SUCCEEDED');
    expect(new Set(await hostsOf(scene())).size).toBe(expected);
    expect(await group(policy_id)).toEqual({
      servergroup_id: scene().world.groups.all[0]?.id,
      inherited_group: false,
    });
    await scene().run('CLUSTER_DETACH_POLICY', { policy_id });
    expect(scene().world.groups.all).toEqual([]);
  });

  test('says what Nova says where there are more nodes than hosts, and keeps a recreated node apart', async () => {
    await scene().attach('senlin.policy.affinity-1.0', {});
    const action = await scene().run('CLUSTER_SCALE_OUT', { count: 7 });
    expect(action.statusReason).toMatch(/No valid host was found/);
    const node = await scene().node('web-1');
    if (node.physicalId !== null) scene().world.servers.remove(scene().serverOf(node));
    await scene().runOnNode('NODE_RECOVER', node, { operation: [{ name: 'RECREATE' }] });
    const well = (await scene().nodes()).filter(({ physicalId }) => physicalId !== null);
    const used = well.map((each) => scene().serverOf(each).hostName);
    expect(new Set(used).size).toBe(used.length);
  });

  test('uses a group that exists and leaves it, and refuses one of another policy', async () => {
    const owner = { projectId: scene().world.project.id, userId: scene().world.admin.id };
    const existing = scene().world.groups.add({ name: 'web_servers', policy: 'affinity' }, owner);
    const refused = await scene().attach('senlin.policy.affinity-1.0', {
      servergroup: { name: 'web_servers' },
    });
    expect(refused.action.statusReason).toContain('expected affinity, found anti-affinity');
    const properties = { servergroup: { name: 'web_servers', policies: 'affinity' } };
    const { policy_id } = await scene().attach('senlin.policy.affinity-1.0', properties);
    expect(await group(policy_id)).toEqual({ servergroup_id: existing.id, inherited_group: true });
    await scene().run('CLUSTER_DETACH_POLICY', { policy_id });
    expect(scene().world.groups.all).toHaveLength(1);
  });

  test('a lost answer makes no second group, and one that is gone is detached', async () => {
    scene().fault({ service: 'compute', operation: 'server-group', kind: 'lost-answer' });
    const { policy_id, action } = await scene().attach('senlin.policy.affinity-1.0', {
      servergroup: { name: 'web_servers' },
      availability_zone: 'az2',
    });
    expect(action.status).toBe('SUCCEEDED');
    expect(scene().world.groups.all.map(({ name }) => name)).toEqual(['web_servers']);
    await scene().run('CLUSTER_SCALE_OUT');
    expect(scene().serverOf(await scene().node('web-1')).zone).toBe('az2');
    for (const { id } of scene().world.groups.all) scene().world.groups.delete(id);
    expect((await scene().run('CLUSTER_DETACH_POLICY', { policy_id })).status).toBe('SUCCEEDED');
  });

  test('refuses a zone that Nova does not have', async () => {
    const { action } = await scene().attach('senlin.policy.affinity-1.0', { availability_zone: 'az9' });
    expect(action.statusReason).toContain('Nova has no zone az9');
  });
});
