import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { joined } from '../../test/support/membership.ts';
import { http } from '../../test/support/probe.ts';
import { TestServer } from '../../test/support/test-server.ts';
import { startCloudSimulator, type CloudSimulator } from '../cloud-simulator/cloud-simulator.ts';
import type { SimulatedHost } from '../cloud-simulator/hosts.ts';
import { ServiceClouds } from '../openstack/cloud.ts';
import { findSettings } from '../openstack/find-settings.ts';
import { novaServer } from '../profiles/os-nova-server/os-nova-server.ts';
import { registryOf } from '../profiles/registry.ts';
import { recoveryDecisions } from '../store/recovery-decisions.ts';
import { listRecoveries } from '../store/recoveries.ts';
import { Healer } from './healer.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let server: TestServer;
let healer: Healer;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  const hosts = [
    { name: 'compute1', zone: 'az1' },
    { name: 'compute2', zone: 'az2' },
  ];
  simulator = await startCloudSimulator({
    settings: { hosts, latency: { answer_ms: 0, operation_ms: 300 } },
  });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  const profileTypes = registryOf([novaServer({ clouds })]);
  server = await TestServer.start({ tools: { profileTypes } });
  await server.startEngine();
  const membership = await joined(server.store);
  const log = { info: () => {}, error: () => {} };
  healer = new Healer({ store: server.store, membership, http, profileTypes, log });
  await healer.start();
  stops.push(() => healer.stop());
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await server.stop();
  await clouds.close();
  await simulator.close();
});

async function post(url: string, body: object): Promise<void> {
  const reply = await server.ask('POST', url, { body });
  if (reply.status >= 300) throw new Error(`${url}: ${reply.status} ${reply.text}`);
}

/** A cluster of two servers, one on each host, whose host is probed. */
async function cluster(): Promise<SimulatedHost> {
  const spec = (type: string, version: string, properties: object): object => ({ type, version, properties });
  const profile = spec('os.nova.server', '1.0', { flavor: 'm1.tiny', image: 'cirros-fake' });
  await post('/v1/profiles', { profile: { name: 'vm', spec: profile } });
  const policy = spec('senlin.policy.health', '1.3', {
    detection: {
      interval: 1,
      node_update_timeout: 60,
      detection_modes: [{ type: 'NODE_STATUS_POLLING' }, { type: 'HYPERVISOR_STATUS_POLLING' }],
    },
    recovery: {
      fencing: ['COMPUTE'],
      actions: [{ name: 'EVACUATE', timeout: 60, when: { failure: ['HOST_DOWN'] } }],
    },
  });
  await post('/v1/policies', { policy: { name: 'health', spec: policy } });
  await post('/v1/clusters', { cluster: { name: 'web', profile_id: 'vm', desired_capacity: 2 } });
  const { servers, hosts } = simulator.world;
  const built = (): boolean => servers.all.filter(({ vmState }) => vmState === 'active').length === 2;
  await eventually('two servers are built', built, 30_000);
  await eventually('the cluster is active', async () => {
    const { body } = await server.ask('GET', '/v1/clusters/web');
    return (body as { cluster: { status: string } }).cluster.status === 'ACTIVE';
  });
  await post('/v1/clusters/web/actions', { policy_attach: { policy_id: 'health', enabled: true } });
  // Until then a failure would not count: they might still be coming up.
  await eventually(
    'both nodes are healthy',
    async () => {
      const { body } = await server.ask('GET', '/v1/nodes');
      const { nodes } = body as { nodes: { id: string }[] };
      return nodes.every(({ id }) => healer.lastRecord(id)?.state === 'HEALTHY');
    },
    30_000,
  );
  const host = hosts.find('compute1');
  if (host === undefined) throw new Error('no host');
  return host;
}

test('a host dies and comes back in the middle: its server is evacuated, and runs once', async () => {
  const host = await cluster();
  const { servers, hosts, mutations } = simulator.world;
  const before = servers.all.map(({ id }) => id);
  hosts.change(host, { isUp: false });
  await eventually('the evacuation has begun', () => mutations.all.some(isEvacuation), 60_000);
  hosts.change(host, { isUp: true });
  const recovery = await eventually(
    'the recovery is closed',
    async () => (await listRecoveries(server.store.db, {})).find(({ state }) => state !== 'OPEN'),
    60_000,
  );
  expect(recovery).toMatchObject({
    state: 'RECOVERED',
    failure: {
      class: 'HOST_DOWN',
      reason: expect.stringContaining('host compute1 of server ') as string,
    },
  });
  expect(servers.all.map(({ id, hostName, vmState }) => [id, hostName, vmState])).toEqual(
    before.map((id) => [id, 'compute2', 'active']),
  );
  expect(mutations.all.filter(isEvacuation)).toHaveLength(1);
  const { body } = await server.ask('GET', '/v1/nodes');
  expect((body as { nodes: object[] }).nodes).toMatchObject([{ zone: 'az2' }, { zone: 'az2' }]);
  // It stays cut off until an operator has looked at it.
  expect(host).toMatchObject({ isUp: true, isForcedDown: true });
}, 180_000);

test('no other host takes the server: it is no try, and it is evacuated once one does', async () => {
  const host = await cluster();
  const { servers, hosts, mutations } = simulator.world;
  const other = hosts.find('compute2');
  if (other === undefined) throw new Error('no host');
  hosts.change(other, { isDisabled: true });
  hosts.change(host, { isUp: false });
  const recoveries = async () => await listRecoveries(server.store.db, {});
  const decisions = await eventually(
    'the recovery is held again',
    async () => {
      const [recovery] = await recoveries();
      const made = recovery === undefined ? [] : await recoveryDecisions(server.store.db, recovery.id);
      return made.filter(({ decision }) => decision === 'release').length > 1 && made;
    },
    60_000,
  );
  expect(decisions.at(-1)?.reason).toMatch(
    /^held: EVACUATE: the server could not be evacuated: no other compute host is up: host compute2 is disabled; probing again in /,
  );
  expect((await recoveries()).map(({ state }) => state)).toEqual(['OPEN']);
  expect(mutations.all.filter(isEvacuation)).toEqual([]);
  hosts.change(other, { isDisabled: false });
  await eventually('it is recovered', async () => (await recoveries())[0]?.state === 'RECOVERED', 60_000);
  expect(servers.all.map(({ hostName }) => hostName)).toEqual(['compute2', 'compute2']);
  expect(await recoveries()).toHaveLength(1);
}, 180_000);

function isEvacuation({ operation }: { readonly operation: string }): boolean {
  return operation === 'evacuate';
}
