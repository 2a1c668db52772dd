/** A Coppice process with a cluster in two regions of a cloud, from its creation to its deletion. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { CoppiceProcess, type CoppiceNode } from '../lab/coppice/coppice-process.ts';
import { Lab } from '../lab/lab.ts';
import { eventually } from '../support/eventually.ts';

const password = 'lab';
const patienceMs = 60_000;
let simulator: CloudSimulator;
let coppice: CoppiceProcess;

beforeAll(async () => {
  const settings = {
    regions: ['RegionOne', 'RegionTwo'],
    latency: { answer_ms: 0, operation_ms: 20 },
    routers: false,
  };
  simulator = await startCloudSimulator({ settings, password });
  const lab = new Lab({ authUrl: `${simulator.url}/identity/v3`, password });
  await lab.connect();
  coppice = await CoppiceProcess.start(lab);
}, 60_000);
afterAll(async () => {
  await coppice.stop();
  await simulator.close();
});

/** The simulator's own API. */
async function simulate(path: string, body: JsonObject): Promise<void> {
  const answer = await fetch(simulator.adminUrl + path, { method: 'POST', body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

function servers(): Record<string, number> {
  return Object.fromEntries(
    simulator.world.regions.map((one) => [one.region, one.servers.all.length] as const),
  );
}

async function createPolicy(name: string, type: string, version: string, properties: JsonObject) {
  const spec = { type, version, properties };
  await coppice.send('POST', '/v1/policies', { policy: { name, spec } });
  await actOn({ policy_attach: { policy_id: name } });
}

async function actOn(body: JsonObject): Promise<void> {
  await coppice.act('POST', '/v1/clusters/web/actions', body);
}

/** The first of those in a region. */
async function nodeIn(region: string): Promise<CoppiceNode> {
  const found = (await coppice.nodes('web')).find((node) => node.region === region);
  if (found === undefined) throw new Error(`no node is in ${region}`);
  return found;
}

async function healthByRegion(): Promise<string[]> {
  return (await coppice.nodes('web')).map(({ region, health }) => `${region} ${health}`).toSorted();
}

test('nodes are placed, watched, recovered and removed in their regions, and an outage of one hides its own alone', async () => {
  const properties = { flavor: 'm1.tiny', image: 'cirros-fake', networks: [{ network: 'private' }] };
  const profile_id = await coppice.createProfile('server', {
    type: 'os.nova.server',
    version: '1.0',
    properties,
  });
  await coppice.act('POST', '/v1/clusters', {
    cluster: { name: 'web', profile_id, desired_capacity: 0, min_size: 0 },
  });
  await createPolicy('regions', 'senlin.policy.region_placement', '1.0', {
    regions: ['RegionOne', 'RegionTwo'],
  });
  await createPolicy('health', 'senlin.policy.health', '1.3', {
    detection: { interval: 1, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
    recovery: { actions: [{ name: 'RECREATE' }] },
  });

  const planned = await coppice.send('POST', '/v1/clusters/web/actions?dry_run=true', {
    scale_out: { count: 4 },
  });
  expect(JSON.stringify(planned)).toContain('2 nodes in region RegionOne, 2 nodes in region RegionTwo');
  await actOn({ scale_out: { count: 4 } });
  expect(servers()).toEqual({ RegionOne: 2, RegionTwo: 2 });
  await coppice.allHealthy('web');

  await simulate('/regions/RegionTwo', { up: false });
  const halved = [
    ...Array<string>(2).fill('RegionOne HEALTHY'),
    ...Array<string>(2).fill('RegionTwo UNKNOWN'),
  ];
  await eventually(
    'only the nodes of the region are unknown',
    async () => (await healthByRegion()).join() === halved.join(),
    patienceMs,
    100,
  );
  await eventually(
    'the outage is named with its region',
    async () =>
      /compute in RegionTwo at .* has been away/.test(
        JSON.stringify(await coppice.send('GET', '/v1/clusters/web/health')),
      ),
    patienceMs,
    100,
  );
  const seen = await nodeIn('RegionOne');
  await simulate(`/regions/RegionOne/servers/${seen.physical_id}`, { status: 'DELETED' });
  expect(await coppice.closedRecovery(seen)).toMatchObject({ state: 'RECOVERED' });

  await simulate('/regions/RegionTwo', { up: true });
  await coppice.allHealthy('web');
  const lost = await nodeIn('RegionTwo');
  await simulate(`/regions/RegionTwo/servers/${lost.physical_id}`, { status: 'DELETED' });
  expect(await coppice.closedRecovery(lost)).toMatchObject({ state: 'RECOVERED' });
  expect(await coppice.node(lost.name)).toMatchObject({ region: 'RegionTwo' });
  expect(servers()).toEqual({ RegionOne: 2, RegionTwo: 2 });

  await coppice.allHealthy('web');
  await actOn({ scale_in: { count: 2 } });
  expect(servers()).toEqual({ RegionOne: 1, RegionTwo: 1 });
  await coppice.act('DELETE', '/v1/clusters/web');
  expect(servers()).toEqual({ RegionOne: 0, RegionTwo: 0 });
  for (const { network } of simulator.world.regions) expect(network.ports.size).toBe(0);
}, 240_000);
