/** Policies that place servers, on a real Nova and Octavia: server groups, zones, a load balancer. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { eventually } from '../support/eventually.ts';
import { CloudParts } from './coppice/cloud-parts.ts';
import { CoppiceProcess, type CoppiceNode } from './coppice/coppice-process.ts';
import { Lab, type ServiceType } from './lab.ts';
import { missingServices } from './missing-services.ts';

const lab = new Lab();
const patienceMs = 120_000;
const profile: JsonObject = {
  type: 'os.nova.server',
  version: '1.0',
  properties: { flavor: 'm1.tiny', image: 'cirros-fake', networks: [{ network: 'private' }] },
};
let coppice: CoppiceProcess;
let cloud: CloudParts;

beforeAll(async () => {
  await lab.connect();
  cloud = new CloudParts(lab);
  coppice = await CoppiceProcess.start(lab);
});
afterAll(() => coppice.stop());

/** @returns the name of a cluster of `size` nodes with this policy. */
async function clusterWith(
  kind: string,
  size: number,
  spec: JsonObject,
  isAttachedFirst: boolean,
): Promise<string> {
  const name = `${kind}-${Date.now().toString(36)}`;
  await coppice.createProfile(name, profile);
  await coppice.send('POST', '/v1/policies', { policy: { name, spec } });
  const desired = isAttachedFirst ? 0 : size;
  await coppice.act('POST', '/v1/clusters', {
    cluster: { name, profile_id: name, desired_capacity: desired },
  });
  await act(name, { policy_attach: { policy_id: name } });
  if (isAttachedFirst) await act(name, { scale_out: { count: size } });
  return name;
}

async function act(cluster: string, action: JsonObject): Promise<void> {
  await coppice.act('POST', `/v1/clusters/${cluster}/actions`, action);
}

/** In the order of their names. */
async function hostsOf(cluster: string): Promise<string[]> {
  const nodes = await coppice.nodes(cluster);
  const hosts = await Promise.all(nodes.map(({ physical_id: id }) => cloud.hostOf(id ?? '')));
  return hosts.map((host) => host ?? 'none').toSorted();
}

/** What the scenes read of a group, a member, or a balancer. */
interface Listed {
  readonly name: string;
  readonly address: string;
  readonly pools: readonly { readonly id: string }[];
}

async function listOf(service: ServiceType, path: string, key: string): Promise<Listed[]> {
  return ((await cloud.send(service, 'GET', path)).body as Record<string, Listed[]>)[key] ?? [];
}

test('anti-affinity: two nodes are on two hosts, a third is refused, and the server group goes with the policy', async (context) => {
  const missing = missingServices(lab, ['compute', 'image', 'network']);
  context.skip(missing !== '', missing);
  const groups = async () => (await listOf('compute', '/v2.1/os-server-groups', 'server_groups')).length;
  const before = await groups();
  const spec = {
    type: 'senlin.policy.affinity',
    version: '1.0',
    properties: { servergroup: { policies: 'anti-affinity' } },
  };
  const name = await clusterWith('affinity', 2, spec, true);
  expect(await hostsOf(name)).toEqual(['compute1', 'compute2']);
  expect(await groups()).toBe(before + 1);
  await expect(act(name, { scale_out: { count: 1 } })).rejects.toThrow(/No valid host/);
  await coppice.act('DELETE', `/v1/clusters/${name}`);
  expect(await groups()).toBe(before);
});

test("zones: new nodes are spread over Nova's zones by weight", async (context) => {
  const missing = missingServices(lab, ['compute', 'image', 'network']);
  context.skip(missing !== '', missing);
  const removals: (() => Promise<unknown>)[] = [];
  for (const [zone, host] of Object.entries({ az1: 'compute1', az2: 'compute2' })) {
    const aggregate = { name: zone, availability_zone: zone };
    const made = await cloud.send('compute', 'POST', '/v2.1/os-aggregates', { aggregate });
    const path = `/v2.1/os-aggregates/${(made.body as { aggregate: { id: number } }).aggregate.id}`;
    await cloud.send('compute', 'POST', `${path}/action`, { add_host: { host } });
    removals.push(async () => {
      await cloud.send('compute', 'POST', `${path}/action`, { remove_host: { host } });
      await cloud.send('compute', 'DELETE', path);
    });
  }
  try {
    const zones = [
      { name: 'az1', weight: 100 },
      { name: 'az2', weight: 300 },
    ];
    const spec = { type: 'senlin.policy.zone_placement', version: '1.0', properties: { zones } };
    const name = await clusterWith('zones', 4, spec, true);
    expect(await hostsOf(name)).toEqual(['compute1', 'compute2', 'compute2', 'compute2']);
    await act(name, { scale_in: { count: 1 } });
    expect(await hostsOf(name)).toEqual(['compute1', 'compute2', 'compute2']);
    await coppice.act('DELETE', `/v1/clusters/${name}`);
  } finally {
    for (const remove of removals) await remove();
  }
});

test('load balancing: the pool has the servers of the cluster, also after a recovery, and all of it goes', async (context) => {
  const missing = missingServices(lab, ['compute', 'image', 'network', 'load-balancer']);
  context.skip(missing !== '', missing);
  const balancers = () => listOf('load-balancer', '/v2/lbaas/loadbalancers', 'loadbalancers');
  const before = (await balancers()).length;
  const spec = {
    type: 'senlin.policy.loadbalance',
    version: '1.3',
    properties: { pool: { subnet: 'private', protocol_port: 8080 }, vip: { subnet: 'private' } },
  };
  const name = await clusterWith('balanced', 2, spec, false);
  const made = (await balancers()).find((one) => one.name.includes(name));
  const [pool] = made?.pools ?? [];
  const members = async (): Promise<string[]> => {
    const path = `/v2/lbaas/pools/${pool?.id}/members`;
    return (await listOf('load-balancer', path, 'members')).map(({ address }) => address).toSorted();
  };
  const addresses = async (): Promise<string[]> => {
    const nodes = await coppice.nodes(name);
    const servers = await Promise.all(nodes.map(({ physical_id: id }) => cloud.server(id ?? '')));
    return servers.map((server) => server?.addresses['private']?.[0]?.addr ?? '').toSorted();
  };
  const expectMembers = async (count: number): Promise<void> => {
    const wanted = await addresses();
    expect(wanted).toHaveLength(count);
    expect(await members()).toEqual(wanted);
  };
  await expectMembers(2);
  await act(name, { scale_out: { count: 1 } });
  await expectMembers(3);
  const [node] = (await coppice.nodes(name)) as [CoppiceNode];
  await cloud.serverGone(node.physical_id ?? '', true);
  await coppice.act('POST', `/v1/nodes/${node.name}/actions`, { recover: { operation: 'RECREATE' } });
  await expectMembers(3);
  await act(name, { scale_in: { count: 2 } });
  await expectMembers(1);
  await coppice.act('DELETE', `/v1/clusters/${name}`);
  const areGone = async (): Promise<boolean> => (await balancers()).length === before;
  await eventually('the load balancer is gone', areGone, patienceMs, 500);
});
