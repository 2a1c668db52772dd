/** Clusters with a load balancing policy: who is in the pool, whatever is done to the cluster. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { onNodeOfLockedCluster } from '../../src/domain/action-requests.ts';
import { planOfAction } from '../../src/clusters/plan-of-action.ts';
import { findBinding } from '../../src/store/cluster-policies.ts';
import { getProfile, insertProfile } from '../../src/store/profiles.ts';
import { eventually } from '../support/eventually.ts';
import { aProfile } from '../support/rows.ts';
import { serverCluster } from '../support/server-cluster.ts';

const scene = serverCluster(2);

function subnet(): string {
  return scene().world.network.defaultNetwork?.subnetId ?? '';
}

function policy(more: JsonObject = {}): JsonObject {
  return { pool: { subnet: subnet(), protocol_port: 8080 }, vip: { subnet: subnet() }, ...more };
}

async function attached(properties = policy()): Promise<{ policy_id: string }> {
  const { policy_id, action } = await scene().attach('senlin.policy.loadbalance-1.3', properties);
  expect(action).toMatchObject({ status: 'SUCCEEDED' });
  return { policy_id };
}

/** By the names of their nodes, with their addresses. */
function members(): Record<string, string> {
  const parts = scene().world.balancers.all('member');
  return Object.fromEntries(
    parts.map(({ properties }) => {
      const { name, address } = properties as { name: string; address: string };
      return [name.split(' ')[0] ?? '', address];
    }),
  );
}

function addressOf(name: string): string {
  const server = scene().world.servers.all.find((one) => one.name === name);
  return scene().world.network.portsOf(server?.id ?? '')[0]?.address ?? `no server ${name}`;
}

function eachServer(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, addressOf(name)]));
}

function balancers(): number {
  return scene().world.balancers.all('loadbalancer').length;
}

test('makes a balancer with all its parts, brings the nodes in, and shows them as Senlin does', async () => {
  const { policy_id } = await attached(policy({ health_monitor: { type: 'HTTP', url_path: '/up' } }));
  expect(members()).toEqual(eachServer('web-1', 'web-2'));
  const { world, engine, id } = scene();
  const binding = await findBinding(engine.store.db, id, policy_id);
  const [balancer] = world.balancers.all('loadbalancer');
  const [monitor] = world.balancers.all('healthmonitor');
  expect(binding).toMatchObject({
    priority: 500,
    data: {
      LoadBalancingPolicy: {
        version: '1.3',
        data: {
          loadbalancer: balancer?.id,
          listener: world.balancers.all('listener')[0]?.id,
          pool: world.balancers.all('pool')[0]?.id,
          healthmonitor: monitor?.id,
        },
      },
    },
  });
  expect(balancer?.properties).toMatchObject({ name: 'senlin-lb-web', vip_subnet_id: subnet() });
  expect(monitor?.properties).toMatchObject({ type: 'HTTP', delay: 10, timeout: 5, url_path: '/up' });
  expect((await engine.cluster(id)).data).toEqual({
    loadbalancers: { [policy_id]: { vip_address: balancer?.properties['vip_address'] } },
  });
  const [first] = await scene().nodes();
  expect(world.balancers.all('member').map((one) => one.id)).toContain(first?.data['lb_member']);
});

test('takes all of it away when it is detached, and when its cluster is deleted', async () => {
  const { policy_id } = await attached();
  expect((await scene().run('CLUSTER_DETACH_POLICY', { policy_id })).status).toBe('SUCCEEDED');
  expect([balancers(), members()]).toEqual([0, {}]);
  expect((await scene().engine.cluster(scene().id)).data).toEqual({});
  expect((await scene().nodes()).flatMap(({ data }) => data['lb_member'] ?? [])).toEqual([]);
  await scene().run('CLUSTER_ATTACH_POLICY', { policy_id });
  expect(balancers()).toBe(1);
  expect((await scene().run('CLUSTER_DELETE')).status).toBe('SUCCEEDED');
  expect([balancers(), scene().world.servers.all.length]).toEqual([0, 0]);
});

test('follows the cluster: a node is a member once it works, and none before it goes', async () => {
  await attached();
  const grown = await scene().run('CLUSTER_SCALE_OUT', { count: 2 });
  expect(members()).toEqual(eachServer('web-1', 'web-2', 'web-3', 'web-4'));
  const where = `the pool ${scene().world.balancers.all('pool')[0]?.id}`;
  expect(grown.data['plan']).toMatchObject({
    decisions: [{}, { by: 'policy', reason: `2 nodes added to ${where}` }],
    groups: [{ nodes: [{ steps: [{ by: 'policy', step: `added to ${where} once it works` }] }, {}] }],
  });
  await scene().run('CLUSTER_RESIZE', { adjustment_type: 'EXACT_CAPACITY', number: 3 });
  expect(members()).toEqual(eachServer('web-1', 'web-2', 'web-3'));
  await scene().run('CLUSTER_DEL_NODES', { candidates: [(await scene().node('web-3')).id] });
  expect(members()).toEqual(eachServer('web-1', 'web-2'));
  await scene().runOnNode('NODE_OPERATION', await scene().node('web-1'), { operation: 'stop', params: {} });
  expect(members()).toEqual(eachServer('web-2'));
  await scene().runOnNode('NODE_OPERATION', await scene().node('web-1'), { operation: 'start', params: {} });
  expect(members()).toEqual(eachServer('web-1', 'web-2'));
  await scene().runOnNode('NODE_DELETE', await scene().node('web-2'));
  expect(members()).toEqual(eachServer('web-1'));
});

test('replaces nodes, and lets one in that joins', async () => {
  await attached();
  await scene().run('CLUSTER_SCALE_OUT');
  const third = await scene().node('web-3');
  await scene().run('CLUSTER_DEL_NODES', { candidates: [third.id] });
  expect(members()).toEqual(eachServer('web-1', 'web-2'));
  const replaced = await scene().run('CLUSTER_REPLACE_NODES', {
    candidates: { [(await scene().node('web-1')).id]: third.id },
  });
  expect(replaced.status).toBe('SUCCEEDED');
  expect(members()).toEqual(eachServer('web-2', 'web-3'));
});

test('a recreated node is in the pool with its new address, and the old address is not', async () => {
  await attached();
  const node = await scene().node('web-1');
  const before = addressOf('web-1');
  scene().world.servers.remove(scene().serverOf(node));
  const recovered = await scene().runOnNode('NODE_RECOVER', node, { operation: [{ name: 'RECREATE' }] });
  expect(recovered).toMatchObject({ status: 'SUCCEEDED' });
  expect(members()).toEqual(eachServer('web-1', 'web-2'));
  expect(Object.values(members())).not.toContain(before);
});

test('a node in an existing pool leaves it when the policy is detached, and the balancer stays', async () => {
  const { policy_id } = await attached();
  const [balancer] = scene().world.balancers.all('loadbalancer');
  const [pool] = scene().world.balancers.all('pool');
  await scene().run('CLUSTER_UPDATE_POLICY', { policy_id, enabled: false });
  await scene().run('CLUSTER_SCALE_OUT');
  expect(members(), 'nothing is done while it is disabled').toEqual(eachServer('web-1', 'web-2'));
  await scene().run('CLUSTER_UPDATE_POLICY', { policy_id, enabled: true });
  expect(members(), 'what came meanwhile').toEqual(eachServer('web-1', 'web-2', 'web-3'));
  const other = await scene().engine.newCluster('os.nova.server-1.0', {
    name: 'other',
    profileId: (await scene().node('web-1')).profileId,
    desiredCapacity: 1,
    config: { 'node.name.format': 'other-$I' },
  });
  await scene().engine.runOnCluster('CLUSTER_CREATE', other);
  const existing = await scene().engine.newPolicy('senlin.policy.loadbalance-1.1', {
    loadbalancer: balancer?.id ?? '',
    pool: { id: pool?.id ?? '', subnet: subnet(), protocol_port: 8080 },
  });
  await scene().engine.runOnCluster('CLUSTER_ATTACH_POLICY', other, { policy_id: existing });
  expect(members()).toEqual(eachServer('web-1', 'web-2', 'web-3', 'other-1'));
  await scene().engine.runOnCluster('CLUSTER_DETACH_POLICY', other, { policy_id: existing });
  expect([balancers(), members()]).toEqual([1, eachServer('web-1', 'web-2', 'web-3')]);
});

test.each(['create-loadbalancer', 'create-listener', 'create-pool', 'create-member'])(
  'a lost answer to %s makes nothing twice',
  async (operation) => {
    scene().fault({ service: 'load-balancer', operation, kind: 'lost-answer' });
    await attached();
    expect(balancers()).toBe(1);
    expect(scene().world.balancers.all('listener')).toHaveLength(1);
    expect(scene().world.balancers.all('pool')).toHaveLength(1);
    expect(members()).toEqual(eachServer('web-1', 'web-2'));
  },
);

test.each(['create-loadbalancer', 'create-pool', 'create-member'])(
  'an attachment whose %s fails leaves nothing',
  async (operation) => {
    scene().fault({ service: 'load-balancer', operation, kind: 'error', status: 403, message: 'no quota' });
    const { action } = await scene().attach('senlin.policy.loadbalance-1.3', policy());
    expect(action.status).toBe('FAILED');
    expect(action.statusReason).toContain('no quota');
    expect([balancers(), members()]).toEqual([0, {}]);
    expect((await scene().nodes()).flatMap(({ data }) => data['lb_member'] ?? [])).toEqual([]);
  },
);

test('a balancer that is not ready in time is given up, and a second attempt makes one', async () => {
  const { world } = scene();
  world.settings = { ...world.settings, latency: { answer_ms: 0, operation_ms: 3000 } };
  const { action, policy_id } = await scene().attach(
    'senlin.policy.loadbalance-1.3',
    policy({ lb_status_timeout: 1 }),
  );
  expect(action.status).toBe('FAILED');
  expect(action.statusReason).toMatch(/lb_status_timeout\): load balancer .* is PENDING_CREATE/);
  world.settings = { ...world.settings, latency: { answer_ms: 0, operation_ms: 0 } };
  await eventually('it is made', () =>
    world.balancers.all('loadbalancer').every(({ provisioning }) => provisioning === 'ACTIVE'),
  );
  expect((await scene().run('CLUSTER_ATTACH_POLICY', { policy_id })).status).toBe('SUCCEEDED');
  expect(balancers()).toBe(1);
});

test('a node that works and cannot be added is WARNING, keeps its server, and is added later', async () => {
  await attached(policy({ lb_status_timeout: 1 }));
  scene().fault({
    service: 'load-balancer',
    operation: 'create-member',
    kind: 'error',
    status: 403,
    message: 'no',
  });
  const action = await scene().run('CLUSTER_SCALE_OUT');
  expect(action.status).toBe('FAILED');
  const third = await scene().node('web-3');
  expect(third).toMatchObject({ status: 'WARNING' });
  expect(third.statusReason).toMatch(/^It works, but is not registered: .*\bno\b/);
  await scene().engine.run({ ...onNodeOfLockedCluster('NODE_REGISTER', third, { tries: 0 }) });
  expect(await scene().node('web-3')).toMatchObject({ status: 'ACTIVE' });
  expect(members()).toEqual(eachServer('web-1', 'web-2', 'web-3'));
});

test('a dry run shows who is removed from the pool, and touches nothing', async () => {
  await attached();
  const { engine, id, tools } = scene();
  const cluster = await engine.cluster(id);
  const request = { action: 'CLUSTER_SCALE_IN', inputs: { count: 1 }, seed: 's', lookedUp: {} } as const;
  const { plan } = await planOfAction(tools, cluster, request, Date.now());
  expect(plan.groups[0]?.nodes[0]?.steps).toMatchObject([
    { by: 'policy', step: expect.stringMatching(/^removed from the pool .* before$/) as string },
  ]);
  expect(members()).toEqual(eachServer('web-1', 'web-2'));
});

test('the plan of an update says whether a server leaves the pool', async () => {
  await attached();
  const { engine, id, tools } = scene();
  const cluster = await engine.cluster(id);
  const profile = await getProfile(tools.db, cluster.profileId);
  const reasonFor = async (change: JsonObject) => {
    const properties = { ...profile?.spec.properties, ...change };
    const spec = { type: 'os.nova.server', version: '1.0', properties };
    const { type = '' } = profile ?? {};
    const wanted = aProfile({ id: randomUUID(), type, spec });
    await engine.store.write((tx) => insertProfile(tx, wanted));
    const inputs = { new_profile_id: wanted.id };
    const request = { action: 'CLUSTER_UPDATE', inputs, seed: 's', lookedUp: {} } as const;
    return (await planOfAction(tools, cluster, request, Date.now())).plan.decisions.at(-1)?.reason;
  };
  expect(await reasonFor({ image: 'another' })).toMatch(
    /^2 nodes left in the pool \S+, the address checked and corrected$/,
  );
  expect(await reasonFor({ key_name: 'k' })).toMatch(/^2 nodes removed from the pool \S+ and added again$/);
});

test('finds subnets by names that the simulated cloud takes, and addresses in the one of its network', async () => {
  await attached({ pool: { subnet: 'private' }, vip: { subnet: 'public-subnet' } });
  expect(members()).toEqual(eachServer('web-1', 'web-2'));
});
