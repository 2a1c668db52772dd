import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { FakeCloud } from '../../test/support/fake-cloud.ts';
import { NovaNodes } from '../../test/support/nova-nodes.ts';
import { aBinding, aCluster, aNode, aPolicy, aProfile } from '../../test/support/rows.ts';
import { testCaller as caller, testTools } from '../../test/support/test-server.ts';
import type { JsonObject } from '../domain/json.ts';
import { registryOf } from '../profiles/registry.ts';
import { getAction } from '../store/action-listing.ts';
import { insertBinding } from '../store/cluster-policies.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertNodes } from '../store/nodes.ts';
import { insertPolicy } from '../store/policies.ts';
import { insertProfile } from '../store/profiles.ts';
import { enqueueOnCluster, scaling } from './cluster-actions.ts';
import { attaching, detaching, getBinding, updatingAttached } from './cluster-policies.ts';
import type { RequestTools } from './request-tools.ts';

const profile = aProfile();
const cluster = aCluster({ name: 'web', profileId: profile.id });
const attached = aPolicy({ name: 'health' });
const namesake = aPolicy({ name: 'health' });
const lone = aPolicy({ name: 'lone' });

let opened: TestStore;
let tools: RequestTools;

beforeEach(async () => {
  opened = await openTestStore();
  tools = testTools(opened.store, new FakeCloud());
  await opened.store.write(async (tx) => {
    await insertProfile(tx, profile);
    await insertCluster(tx, cluster);
    for (const policy of [namesake, attached, lone]) await insertPolicy(tx, policy);
    const binding = { clusterId: cluster.id, policyId: attached.id, enabled: true, priority: 500 };
    await insertBinding(tx, { id: 'b1', ...binding, data: null, lastOp: 0 });
  });
});

afterEach(() => opened.close());

test('a policy is found among those of its cluster: one of the same name elsewhere is no matter', async () => {
  const id = await enqueueOnCluster(tools, caller, 'web', detaching('health'));
  expect((await getAction(tools.store.db, id))?.inputs).toEqual({ policy_id: attached.id });
  expect((await getBinding(tools, caller, 'web', 'health')).attached.policy.id).toBe(attached.id);
});

test('what is not attached is refused with what is', async () => {
  await expect(enqueueOnCluster(tools, caller, 'web', detaching('lone'))).rejects.toMatchObject({
    message: `The policy 'lone' is not attached to the specified cluster '${cluster.id}'.`,
    details: { issues: [{ field: 'policy_id', expected: 'one of those attached: health' }] },
  });
  await expect(enqueueOnCluster(tools, caller, 'web', detaching('nope'))).rejects.toMatchObject({
    message: "The specified policy 'nope' could not be found.",
    details: { issues: [{ expected: 'one of those attached: health' }] },
  });
});

test('actions on policies take turns, and nothing else is accepted beside them', async () => {
  await enqueueOnCluster(tools, caller, 'web', updatingAttached({ policy: 'health', enabled: false }));
  await enqueueOnCluster(tools, caller, 'web', detaching('health'));
  await expect(enqueueOnCluster(tools, caller, 'web', scaling('out', 1))).rejects.toMatchObject({
    code: 'action-conflict',
  });
});

test('a scaling in the cooldown of a policy is refused in one sentence: which policy, and for how long', async () => {
  const policy = aPolicy({
    name: 'so',
    type: 'senlin.policy.scaling-1.0',
    spec: {
      type: 'senlin.policy.scaling',
      version: '1.0',
      properties: {
        event: 'CLUSTER_SCALE_OUT',
        adjustment: { type: 'CHANGE_IN_CAPACITY', number: 1, cooldown: 300 },
      },
    },
  });
  const at = Date.parse('2026-11-29T12:00:00Z');
  await opened.store.write(async (tx) => {
    await insertPolicy(tx, policy);
    const ids = { clusterId: cluster.id, policyId: policy.id };
    await insertBinding(tx, aBinding({ ...ids, lastOp: at - 58_000 }));
  });
  await expect(
    enqueueOnCluster({ ...tools, now: () => at }, caller, 'web', scaling('out', 1)),
  ).rejects.toMatchObject({
    message:
      'The cluster web was scaled a moment ago: the cooldown of the policy so lasts 4 min 2 s more, until 2026-11-29T12:04:02Z.',
    senlinMessage: `The CLUSTER_SCALE_OUT action for cluster ${cluster.id} cannot be processed due to Policy ${policy.id} cooldown still in progress`,
    details: undefined,
  });
});

describe('what a policy names in the cloud', () => {
  let nova: NovaNodes;
  let subnet: string;
  let elsewhere: string;

  beforeEach(async () => {
    nova = await NovaNodes.start();
    const { world } = nova.simulator;
    elsewhere = world.network.findNetwork('elsewhere')?.subnetId ?? '';
    world.settings = { ...world.settings, strict: true };
    subnet = world.network.defaultNetwork?.subnetId ?? '';
    const properties = { flavor: 'm1.tiny', image: 'cirros-fake', networks: [{ network: 'private' }] };
    const spec = { type: 'os.nova.server', version: '1.0', properties };
    const ofServers = aProfile({ type: 'os.nova.server-1.0', spec });
    const servers = aCluster({ name: 'servers', profileId: ofServers.id });
    const { physicalId } = await nova.created(properties);
    tools = { ...tools, profileTypes: registryOf([nova.type]), clouds: nova.clouds };
    await opened.store.write(async (tx) => {
      await insertProfile(tx, ofServers);
      await insertCluster(tx, servers);
      await insertNodes(tx, [aNode({ clusterId: servers.id, profileId: ofServers.id, physicalId })]);
    });
  });
  afterEach(() => nova.stop());

  const attach = async (type: string, properties: JsonObject): Promise<string> => {
    const [name = '', version = ''] = type.split('-');
    const policy = aPolicy({ type, spec: { type: name, version, properties } });
    await opened.store.write((tx) => insertPolicy(tx, policy));
    return await enqueueOnCluster(tools, caller, 'servers', attaching({ policy: policy.id }));
  };
  const loadBalancing = 'senlin.policy.loadbalance-1.0';

  test.each<[string, () => JsonObject, string]>([
    [loadBalancing, () => ({ pool: { subnet: 'nope' }, vip: { subnet } }), 'pool.subnet: expected one that'],
    [loadBalancing, () => ({ pool: { subnet }, vip: { network: 'nope' } }), 'vip.network: expected one that'],
    [
      loadBalancing,
      () => ({ pool: { subnet, id: randomUUID() }, loadbalancer: 'nope' }),
      'loadbalancer: expected one that the cloud has, and that can be used, found "nope" (the load balancer nope could not be used: it does not exist)',
    ],
    [
      loadBalancing,
      () => ({ pool: { subnet: elsewhere }, vip: { subnet } }),
      'pool.subnet: expected a subnet in which the servers of the cluster have an address, found ',
    ],
    [
      'senlin.policy.health-1.3',
      () => ({
        detection: { detection_modes: [{ type: 'LB_STATUS_POLLING', options: { pool: 'nope' } }] },
        recovery: { actions: [{ name: 'RECREATE' }] },
      }),
      'detection.detection_modes[0].options.pool: expected the id of an Octavia pool that has a health monitor, found "nope" (Octavia has no such pool',
    ],
    ['senlin.policy.region_placement-1.0', () => ({ regions: ['Nowhere'] }), 'regions[0].name: expected'],
    ['senlin.policy.zone_placement-1.0', () => ({ zones: ['nowhere'] }), 'zones: expected one at least'],
  ])('is refused before %s is attached, where it is not there', async (type, properties, sentence) => {
    await expect(attach(type, properties())).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.stringContaining(sentence),
    });
  });

  test('is not asked for again where it is there, or its service is away: then the action tells', async () => {
    expect(await attach(loadBalancing, { pool: { subnet }, vip: { subnet } })).toBeTruthy();
    nova.simulator.world.faults.setAway('network', true);
    expect(await attach(loadBalancing, { pool: { subnet: 'nope' }, vip: { subnet } })).toBeTruthy();
  }, 30_000);
});
