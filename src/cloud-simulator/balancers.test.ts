import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Json, JsonObject } from '../domain/json.ts';
import { ServiceClouds, type Cloud } from '../openstack/cloud.ts';
import { findSettings } from '../openstack/find-settings.ts';
import { startCloudSimulator, type CloudSimulator } from './cloud-simulator.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let cloud: Cloud;
const context = { signal: new AbortController().signal };

beforeEach(async () => {
  simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 0 } } });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  cloud = clouds.service;
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
});

async function ask(
  method: 'POST' | 'PUT' | 'DELETE' | 'GET',
  path: string,
  body?: JsonObject,
): Promise<Json> {
  const answer = await cloud.session.request(
    {
      service: 'load-balancer',
      version: 'v2',
      method,
      path: `/lbaas${path}`,
      ...(body === undefined ? {} : { body }),
    },
    context,
  );
  return answer.body;
}

/** The id of what was created, once nothing of the balancer is PENDING any more. */
async function created(path: string, kind: string, object: JsonObject): Promise<string> {
  const { id } = ((await ask('POST', path, { [kind]: object })) as Record<string, { id: string }>)[kind] ?? {
    id: '',
  };
  await settled();
  return id;
}

async function settled(): Promise<void> {
  await vi.waitFor(() =>
    expect(
      simulator.world.balancers.all('loadbalancer').filter(({ provisioning }) => provisioning !== 'ACTIVE'),
    ).toEqual([]),
  );
}

/** A balancer with a pool that has a health monitor. */
async function monitoredPool(): Promise<{ balancer: string; pool: string }> {
  const balancer = await created('/loadbalancers', 'loadbalancer', {
    name: 'front',
    vip_network_id: 'private',
  });
  const pool = await created('/pools', 'pool', {
    loadbalancer_id: balancer,
    protocol: 'HTTP',
    lb_algorithm: 'ROUND_ROBIN',
  });
  await created('/healthmonitors', 'healthmonitor', {
    pool_id: pool,
    type: 'HTTP',
    delay: 5,
    timeout: 3,
    max_retries: 2,
  });
  return { balancer, pool };
}

async function runningServer(): Promise<{ id: string; address: string }> {
  const server = { name: 'web-1', flavorRef: 'm1.tiny', imageRef: 'any', networks: 'auto' };
  const id = await cloud.nova.createServer(server, undefined, context);
  await vi.waitFor(() => expect(simulator.world.servers.find(id)?.vmState).toBe('active'));
  return { id, address: simulator.world.network.portsOf(id)[0]?.address ?? '' };
}

test('a member is ONLINE while the server with its address runs, and its pool and balancer follow', async () => {
  const { balancer, pool } = await monitoredPool();
  const { id, address } = await runningServer();
  const member = await cloud.octavia.createMember(pool, { address, protocol_port: 80 }, context);
  await settled();
  const statuses = async (): Promise<readonly string[]> => [
    ...(await cloud.octavia.listMembers(pool, context)).map((one) => one.operating_status),
    (await cloud.octavia.getLoadBalancer(balancer, context)).operating_status,
  ];
  expect(await statuses()).toEqual(['ONLINE', 'ONLINE']);
  const server = simulator.world.servers.find(id);
  if (server === undefined) throw new Error('the server is gone');
  simulator.world.servers.setState(server, 'stopped', null);
  expect(await statuses()).toEqual(['ERROR', 'ERROR']);
  simulator.world.servers.setState(server, 'active', null);
  await cloud.nova.act(id, { resize: { flavorRef: 'm1.small' } }, context);
  await vi.waitFor(() => expect(server.vmState).toBe('resized'));
  expect(await statuses()).toEqual(['ONLINE', 'ONLINE']);
  const host = simulator.world.hosts.find(server.hostName);
  if (host === undefined) throw new Error('the server has no host');
  simulator.world.hosts.change(host, { isUp: false });
  expect(await statuses()).toEqual(['ERROR', 'ERROR']);
  simulator.world.hosts.change(host, { isUp: true });
  simulator.world.servers.remove(server);
  expect(await statuses()).toEqual(['ERROR', 'ERROR']);
  await cloud.octavia.deleteMember(pool, member.id, context);
  await vi.waitFor(async () => expect(await cloud.octavia.listMembers(pool, context)).toEqual([]));
});

test('the status of a member can be set, and follows from its server again', async () => {
  const { pool } = await monitoredPool();
  const { address } = await runningServer();
  const { id } = await cloud.octavia.createMember(pool, { address, protocol_port: 80 }, context);
  await settled();
  const set = async (status: string | null): Promise<unknown> => {
    const answer = await fetch(`${simulator.url}/simulator/members/${id}`, {
      method: 'POST',
      body: JSON.stringify({ operating_status: status }),
      headers: { 'content-type': 'application/json' },
    });
    return ((await answer.json()) as JsonObject)['operating_status'];
  };
  expect(await set('DRAINING')).toBe('DRAINING');
  expect(await cloud.octavia.listMembers(pool, context)).toMatchObject([{ operating_status: 'DRAINING' }]);
  expect(await set(null)).toBe('ONLINE');
});

test('while a change is under way every other one of the balancer is refused', async () => {
  const { balancer, pool } = await monitoredPool();
  simulator.world.settings = {
    ...simulator.world.settings,
    latency: { answer_ms: 0, operation_ms: 3_600_000 },
  };
  await cloud.octavia.createMember(pool, { address: '10.0.0.1', protocol_port: 80 }, context);
  await expect(
    cloud.octavia.createMember(pool, { address: '10.0.0.2', protocol_port: 80 }, context),
  ).rejects.toMatchObject({ status: 409, reason: `Pool ${pool} is immutable and cannot be updated.` });
  await expect(ask('DELETE', `/loadbalancers/${balancer}?cascade=true`)).rejects.toMatchObject({
    status: 409,
    reason: `Invalid state PENDING_UPDATE of loadbalancer resource ${balancer}`,
  });
  expect(simulator.world.mutations.all.at(-1)).toMatchObject({ operation: 'create-member', ended_at: null });
});

test('a change that fails leaves its part in ERROR, and the balancer can be changed', async () => {
  const { pool } = await monitoredPool();
  simulator.world.faults.add({
    service: 'load-balancer',
    operation: 'create-member',
    kind: 'fail',
    count: 1,
    status: 500,
    message: '',
    delay_ms: 0,
  });
  await cloud.octavia.createMember(pool, { address: '10.0.0.1', protocol_port: 80 }, context);
  await settled();
  expect(await cloud.octavia.listMembers(pool, context)).toMatchObject([{ provisioning_status: 'ERROR' }]);
  await cloud.octavia.createMember(pool, { address: '10.0.0.2', protocol_port: 80 }, context);
});

test('a balancer that is deleted takes its parts and its address with it', async () => {
  const { balancer } = await monitoredPool();
  await expect(ask('DELETE', `/loadbalancers/${balancer}`)).rejects.toMatchObject({ status: 400 });
  await cloud.session.request(
    {
      service: 'load-balancer',
      version: 'v2',
      method: 'DELETE',
      path: `/lbaas/loadbalancers/${balancer}`,
      query: { cascade: 'True' },
    },
    context,
  );
  const { balancers, network } = simulator.world;
  await vi.waitFor(() => expect(balancers.all('loadbalancer')).toEqual([]));
  expect([balancers.all('pool'), balancers.all('healthmonitor'), [...network.ports]]).toEqual([[], [], []]);
});
