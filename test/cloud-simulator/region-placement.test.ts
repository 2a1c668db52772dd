/** Clusters with a policy that places their nodes in two regions of the cloud. */
import { describe, expect, test } from 'vitest';
import { endTime } from '../../src/clusters/keep-failed.ts';
import { lookUpsOf } from '../../src/clusters/plan-look-ups.ts';
import { planOfAction } from '../../src/clusters/plan-of-action.ts';
import type { World } from '../../src/cloud-simulator/world.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Node } from '../../src/domain/model.ts';
import { placementIn } from '../../src/domain/placement.ts';
import { CloudHosts } from '../../src/openstack/cloud-hosts.ts';
import { cloudReport } from '../../src/requests/cloud-report.ts';
import type { CloudView, RequestTools } from '../../src/requests/request-tools.ts';
import { forcedDownHosts } from '../../src/store/forced-down-hosts.ts';
import { insertNodes } from '../../src/store/nodes.ts';
import { listRetained } from '../../src/store/retained.ts';
import { neverAborted } from '../support/nova-nodes.ts';
import { serverCluster } from '../support/server-cluster.ts';

const settings = {
  regions: ['RegionOne', 'RegionTwo'],
  hosts: ['az1', 'az2'].flatMap((zone) => ['a', 'b'].map((host) => ({ name: `${zone}-${host}`, zone }))),
};
const scene = serverCluster(1, { settings });
const type = 'senlin.policy.region_placement-1.0';
const both: JsonObject = { regions: [{ name: 'RegionOne', cap: 3 }, { name: 'RegionTwo' }] };

function world(region: string): World {
  const found = scene().world.regions.find((one) => one.region === region);
  if (found === undefined) throw new Error(`there is no ${region}`);
  return found;
}

/** Servers that are there in each region. */
function servers(): Record<string, number> {
  return Object.fromEntries(scene().world.regions.map((one) => [one.region, one.servers.all.length]));
}

async function attach(properties: JsonObject = both, policyType = type): Promise<void> {
  const { action } = await scene().attach(policyType, properties);
  expect([action.status, action.statusReason]).toEqual(['SUCCEEDED', expect.any(String)]);
}

/** One of those in a region. */
async function nodeIn(region: string): Promise<Node> {
  const found = (await scene().nodes()).find(({ data }) => placementIn(data).region_name === region);
  if (found === undefined) throw new Error(`no node is in ${region}`);
  return found;
}

describe('a cluster in two regions', () => {
  test('grows and shrinks by weight and cap, in the region of each node', async () => {
    await attach();
    const grown = await scene().run('CLUSTER_SCALE_OUT', { count: 6 });
    expect(servers()).toEqual({ RegionOne: 3, RegionTwo: 4 });
    expect(grown.data['plan']).toMatchObject({
      decisions: [{}, { reason: '2 nodes in region RegionOne, 4 nodes in region RegionTwo' }],
    });
    for (const node of (await scene().nodes()).slice(1)) {
      const { region_name: region = '' } = placementIn(node.data);
      expect(world(region).servers.find(node.physicalId ?? '')).toBeDefined();
    }
    await scene().run('CLUSTER_RESIZE', { adjustment_type: 'EXACT_CAPACITY', number: 4 });
    expect(servers()).toEqual({ RegionOne: 2, RegionTwo: 2 });
    await scene().run('CLUSTER_DELETE');
    expect(servers()).toEqual({ RegionOne: 0, RegionTwo: 0 });
    for (const { network } of scene().world.regions) expect(network.ports.size).toBe(0);
  });

  test.each([
    ['RECREATE', {}],
    ['REBUILD', {}],
    ['RECREATE', { surge: true }],
  ] as const)('%s %j leaves a node in its region', async (name, params) => {
    await attach();
    await scene().run('CLUSTER_SCALE_OUT');
    const node = await nodeIn('RegionTwo');
    const recovered = await scene().runOnNode('NODE_RECOVER', node, {
      operation: name,
      operation_params: params,
    });
    expect(recovered.status).toBe('SUCCEEDED');
    expect(servers()).toEqual({ RegionOne: 1, RegionTwo: 1 });
    const after = await scene().node(node.name);
    expect(after.data).toMatchObject({ placement: { region_name: 'RegionTwo' } });
    expect(world('RegionTwo').servers.find(after.physicalId ?? '')).toBeDefined();
  });

  test('what is kept of a node is removed in its region', async () => {
    await attach();
    await scene().run('CLUSTER_SCALE_OUT');
    const retain = { for: 86_400, max: 3 };
    await attach(
      {
        detection: { interval: 60, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
        recovery: { actions: [{ name: 'RECREATE', params: { retain } }] },
      },
      'senlin.policy.health-1.3',
    );
    const { engine } = scene();
    await scene().runOnNode('NODE_RECOVER', await nodeIn('RegionTwo'), { operation: 'RECREATE' });
    const [kept] = await listRetained(engine.store.db);
    expect(kept?.data).toMatchObject({ placement: { region_name: 'RegionTwo' } });
    expect(servers()).toEqual({ RegionOne: 1, RegionTwo: 2 });
    if (kept === undefined) throw new Error('nothing is kept');
    await engine.ended(await engine.store.write((tx) => endTime(tx, kept, Date.now())));
    expect(servers()).toEqual({ RegionOne: 1, RegionTwo: 1 });
  });

  test('a host that EVACUATE has forced down is known by its region until it is let up there', async () => {
    await attach();
    await scene().run('CLUSTER_SCALE_OUT');
    const node = await nodeIn('RegionTwo');
    const { hosts } = world('RegionTwo');
    const host = hosts.find(scene().serverOf(node).hostName ?? '');
    if (host === undefined) throw new Error('the server has no host');
    hosts.change(host, { isUp: false });
    const recovered = await scene().runOnNode('NODE_RECOVER', node, { operation: 'EVACUATE' });
    expect(recovered.status).toBe('SUCCEEDED');
    expect(host.isForcedDown).toBe(true);
    const { store } = scene().engine;
    const clouds = scene().nova.clouds.service;
    const cloud: CloudView = {
      outages: [],
      notifications: null,
      credential: clouds.session.settings.origin,
      region: 'RegionOne',
      hosts: async (region) => await new CloudHosts(clouds.inRegion(region).nova).read(),
    };
    // As if it were long ago, so that one which is up again is forgotten.
    const report = async () =>
      (await cloudReport({ cloud, store, now: () => Date.now() + 3_600_000 } as RequestTools))?.forcedDown;
    expect(await report()).toMatchObject([{ host: host.name, region: 'RegionTwo', nodeName: node.name }]);
    hosts.change(host, { isUp: true, isForcedDown: false });
    expect(await report()).toEqual([]);
    expect(await forcedDownHosts(store.db)).toEqual([]);
  });

  test('a single node is placed by the policy, or stays where its profile says', async () => {
    await attach({ regions: ['RegionTwo'] });
    const [like] = await scene().nodes();
    if (like === undefined) throw new Error('no node');
    const named = await scene().engine.newProfile('os.nova.server-1.0', {
      flavor: 'm1.tiny',
      image: 'debian',
      context: { region_name: 'RegionOne' },
    });
    for (const [name, profileId] of [
      ['placed', like.profileId],
      ['named', named],
    ] as const) {
      const blank = { physicalId: null, data: {}, status: 'INIT', statusReason: '' } as const;
      const row: Node = { ...like, ...blank, id: crypto.randomUUID(), name, profileId, index: 80 };
      await scene().engine.store.write((tx) => insertNodes(tx, [row]));
      await scene().runOnNode('NODE_CREATE', row);
    }
    expect(placementIn((await scene().node('placed')).data).region_name).toBe('RegionTwo');
    expect(placementIn((await scene().node('named')).data).region_name).toBe('RegionOne');
    expect(servers()).toEqual({ RegionOne: 2, RegionTwo: 1 });
  });

  test('its plan is shown with a reason, and refused where the caps leave no room', async () => {
    await attach({
      regions: [
        { name: 'RegionOne', cap: 1 },
        { name: 'RegionTwo', cap: 2 },
      ],
    });
    const { engine, id, tools, nova } = scene();
    const planOf = async (inputs: JsonObject) => {
      const action = 'CLUSTER_SCALE_OUT';
      const cluster = await engine.cluster(id);
      const lookedUp = await lookUpsOf({ ...tools, clouds: nova.clouds }, cluster, action, neverAborted);
      const request = { action, inputs, seed: 's', lookedUp } as const;
      return (await planOfAction(tools, cluster, request, Date.now())).plan;
    };
    expect((await planOf({ count: 2 })).groups[0]?.nodes.map(({ inputs }) => inputs)).toEqual(
      Array.from({ length: 2 }, () => ({ placement: { region_name: 'RegionTwo' } })),
    );
    await expect(planOf({ count: 3 })).rejects.toThrow(
      /refuses CLUSTER_SCALE_OUT: the caps of the regions leave room for 2 of 3 new nodes: RegionOne has 1 of at most 1/,
    );
  });
});

describe('an attachment', () => {
  test('of a region that the catalog does not have fails, with the field and those that it has', async () => {
    const { action } = await scene().attach(type, { regions: ['RegionOne', 'RegionTow'] });
    expect(action.status).toBe('FAILED');
    expect(action.statusReason).toContain(
      'regions[1].name: expected a region in which the catalog has Nova: RegionOne, RegionTwo, found "RegionTow"',
    );
  });

  test('beside a policy that works in one region is refused, whichever comes first', async () => {
    const subnet = scene().world.network.defaultNetwork?.subnetId ?? '';
    const balancer = ['senlin.policy.loadbalance-1.3', { pool: { subnet }, vip: { subnet } }] as const;
    await attach();
    const second = (await scene().attach(...balancer)).action;
    expect(second).toMatchObject({
      status: 'FAILED',
      statusReason: expect.stringMatching(
        /places nodes in regions: its pool is in one region.* policy-detach /,
      ) as string,
    });
    const affinity = (await scene().attach('senlin.policy.affinity-1.0', {})).action;
    expect(affinity.statusReason).toMatch(/its server group is in one region/);
    expect(scene().world.balancers.all('pool')).toEqual([]);
  });

  test('is refused where a policy that works in one region is there', async () => {
    await attach({}, 'senlin.policy.affinity-1.0');
    expect((await scene().attach(type, both)).action.statusReason).toMatch(
      /its server group is in one region/,
    );
  });
});

describe('a zone placement policy beside it', () => {
  test('spreads the nodes of each region over the zones, and takes them from both', async () => {
    await attach();
    await attach({ zones: ['az1', 'az2'] }, 'senlin.policy.zone_placement-1.0');
    await scene().run('CLUSTER_SCALE_OUT', { count: 3 });
    const zones = () =>
      scene().world.regions.map((one) => one.servers.all.map(({ zone }) => zone).toSorted());
    expect(zones()).toEqual([
      ['az1', 'az2'],
      ['az1', 'az2'],
    ]);
    await scene().run('CLUSTER_SCALE_IN', { count: 2 });
    expect(servers()).toEqual({ RegionOne: 1, RegionTwo: 1 });
  });

  test('places new nodes in the region whose Nova answers, and the next ones in the other when it does', async () => {
    await attach();
    await attach({ zones: ['az1', 'az2'] }, 'senlin.policy.zone_placement-1.0');
    const { faults } = world('RegionTwo');
    faults.setAway('compute', true);
    const grown = await scene().run('CLUSTER_SCALE_OUT', { count: 2 });
    expect(grown).toMatchObject({ status: 'SUCCEEDED' });
    expect(JSON.stringify(grown.data['plan'])).toMatch(
      /2 nodes in region RegionOne; region RegionTwo is left out: Nova is away there: it (does not answer|answers 503)/,
    );
    expect(servers()).toEqual({ RegionOne: 3, RegionTwo: 0 });
    faults.setAway('compute', false);
    await scene().run('CLUSTER_SCALE_OUT', { count: 2 });
    expect(servers()).toEqual({ RegionOne: 3, RegionTwo: 2 });
  });
});
