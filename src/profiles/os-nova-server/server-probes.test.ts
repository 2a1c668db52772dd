import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../cloud-simulator/cloud-simulator.ts';
import { faultSchema, type Fault } from '../../cloud-simulator/faults.ts';
import type { SimulatedHost } from '../../cloud-simulator/hosts.ts';
import type { SimulatedServer } from '../../cloud-simulator/simulated-server.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { ServiceClouds } from '../../openstack/cloud.ts';
import { findSettings } from '../../openstack/find-settings.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { simulatedServer, serverNode } from '../../../test/support/simulated-server.ts';
import type { SharedProbes } from '../profile-type.ts';
import { hostVerdict } from './probe-host.ts';
import type { ComputeHosts } from './shared-host-reads.ts';
import { serverProbes } from './server-probes.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let probes: SharedProbes;

beforeEach(async () => {
  simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 0 } } });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  probes = serverProbes(clouds, Date.now);
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
});

const never = new AbortController().signal;

async function servers(count: number): Promise<SimulatedServer[]> {
  const all = Array.from({ length: count }, (_, index) => simulatedServer(simulator.world, `web-${index}`));
  await eventually('all are built', () => all.every(({ vmState }) => vmState === 'active'));
  return all;
}

function pages(size: number): void {
  simulator.world.settings = { ...simulator.world.settings, page_size: size };
}

function fault(given: Partial<Fault>): void {
  simulator.world.faults.add(faultSchema.parse({ service: 'compute', ...given }));
}

function probe(all: readonly { readonly id: string }[]): Promise<Verdict[]> {
  return Promise.all(all.map(({ id }) => probes.status(serverNode(id), never)));
}

const requests = (operation: string): number => simulator.world.requests.get(`compute ${operation}`) ?? 0;

describe('the host of a server', () => {
  const probeHosts = (all: readonly { readonly id: string }[]): Promise<Verdict[]> =>
    Promise.all(all.map(({ id }) => probes.host?.(serverNode(id), never) ?? Promise.reject(new Error('no'))));
  const hostNamed = (name: string): SimulatedHost => {
    const host = simulator.world.hosts.find(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  };

  test('costs one request of services and one of hypervisors, for all servers', async () => {
    const all = await servers(100);
    const verdicts = await probeHosts(all);
    expect(new Set(verdicts.map(({ reason }) => reason))).toEqual(
      new Set(['host compute1 is up', 'host compute2 is up']),
    );
    expect([requests('services'), requests('hypervisors'), requests('list')]).toEqual([1, 1, 1]);
  });

  test('that is down makes its servers unhealthy, and no others', async () => {
    const all = await servers(10);
    simulator.world.hosts.change(hostNamed('compute1'), { isUp: false });
    for (const [index, verdict] of (await probeHosts(all)).entries())
      expect(verdict).toMatchObject(
        all[index]?.hostName === 'compute1'
          ? {
              health: 'unhealthy',
              failure: 'HOST_DOWN',
              reason: expect.stringMatching(
                new RegExp(`^host compute1 of server ${all[index].id} is down: its last report came at `),
              ) as string,
            }
          : { health: 'healthy' },
      );
  });

  test.each([
    [{ isForcedDown: true }, 'unhealthy', /^host compute1 of server \S+ was forced down in Nova$/],
    [{ isDisabled: true }, 'healthy', /^host compute1 is up$/],
  ] as const)('that is %j is %s', async (change, health, reason) => {
    const [server] = await servers(1);
    if (server === undefined) throw new Error('no server');
    simulator.world.hosts.change(hostNamed('compute1'), change);
    const [verdict] = await probeHosts([server]);
    expect(verdict?.health).toBe(health);
    expect(verdict?.reason).toMatch(reason);
  });

  test('is the one on which the server is now', async () => {
    const [server] = await servers(1);
    if (server === undefined) throw new Error('no server');
    simulator.world.hosts.change(hostNamed('compute1'), { isUp: false });
    server.hostName = 'compute2';
    const moved = serverNode(server.id, { data: { host: 'compute1' } });
    expect(await probes.host?.(moved, never)).toEqual({ health: 'healthy', reason: 'host compute2 is up' });
  });

  test('is unknown where the credential may not see hosts, and the reason says what is missing', async () => {
    const [server] = await servers(1);
    fault({ operation: 'services', kind: 'error', status: 403, message: 'Policy does not allow it.' });
    expect(await probeHosts(server === undefined ? [] : [server])).toMatchObject([
      {
        health: 'unknown',
        reason: expect.stringMatching(
          /^Nova does not show its hosts to Coppice's credential, which needs the role of an administrator: compute: GET \/os-services: 403 Policy does not allow it\./,
        ) as string,
      },
    ]);
  });

  test('is unknown while Nova is away', async () => {
    const all = await servers(10);
    simulator.world.faults.setAway('compute', true);
    expect(new Set((await probeHosts(all)).map(({ health }) => health))).toEqual(new Set(['unknown']));
  });

  test.each([
    [
      { host: null, status: 'ERROR' },
      { health: 'unhealthy', failure: 'SERVER_ERROR' },
    ],
    [
      { host: null, status: 'SHELVED_OFFLOADED' },
      { health: 'unhealthy', failure: 'SERVER_STOPPED' },
    ],
    [
      { host: null, status: 'BUILD' },
      { health: 'unknown', reason: 'server s1 is on no host (BUILD)' },
    ],
    [
      { host: 'compute9', status: 'ACTIVE' },
      { health: 'unknown', reason: 'Nova has no compute service on host compute9 of server s1' },
    ],
    [
      { status: 'ACTIVE' },
      {
        health: 'unknown',
        reason:
          "Nova does not show the host of server s1 to Coppice's credential, which needs the role of an administrator",
      },
    ],
  ])('of %j is %j', (given, verdict) => {
    const server = { id: 's1', updated: '', addresses: [], ...given };
    const none: ComputeHosts = { services: new Map(), hypervisors: new Map() };
    expect(hostVerdict(server, none, 0)).toMatchObject(verdict);
  });
});

describe('probes of many servers', () => {
  test('cost as many requests as the listing has pages', async () => {
    pages(100);
    const all = await servers(1000);
    const verdicts = await probe(all);
    expect(new Set(verdicts.map(({ health }) => health))).toEqual(new Set(['healthy']));
    expect([requests('list'), requests('show')]).toEqual([10, 0]);
  });

  test('say of each server what a probe of it alone says', async () => {
    pages(4);
    const all = await servers(12);
    const [error, stopped] = all;
    if (error === undefined || stopped === undefined) throw new Error('no server');
    simulator.world.servers.setState(error, 'error', 'broken');
    simulator.world.servers.setState(stopped, 'stopped', null);
    const verdicts = await probe(all);
    expect(verdicts.slice(0, 3)).toMatchObject([
      { health: 'unhealthy', failure: 'SERVER_ERROR', reason: expect.stringContaining(error.id) as string },
      { health: 'unhealthy', failure: 'SERVER_STOPPED', reason: `server ${stopped.id} is SHUTOFF` },
      { health: 'healthy' },
    ]);
  });

  test('of which few are wanted ask for each, whatever the project has', async () => {
    pages(100);
    const all = await servers(1000);
    await probe(all.slice(0, 3));
    expect([requests('list'), requests('show')]).toEqual([0, 3]);
    // By now it is known how many pages there are.
    await probe(all);
    await probe(all.slice(0, 10));
    expect([requests('list'), requests('show')]).toEqual([10, 13]);
  });

  test('ask once for a server that is not listed, before it is called deleted', async () => {
    const all = await servers(20);
    const [gone] = all;
    if (gone === undefined) throw new Error('no server');
    simulator.world.servers.remove(gone);
    const verdicts = await probe(all);
    expect(verdicts[0]).toMatchObject({ health: 'unhealthy', failure: 'SERVER_DELETED' });
    expect(verdicts.filter(({ health }) => health === 'healthy')).toHaveLength(19);
    expect([requests('list'), requests('show')]).toEqual([1, 1]);
  });

  test('see a server that the listing has missed', async () => {
    pages(10);
    const all = await servers(20);
    const other = simulator.world.identity.addProject('other');
    const elsewhere = simulatedServer(simulator.world, 'web-elsewhere', other.id);
    const verdicts = await probe([...all, elsewhere]);
    expect(new Set(verdicts.map(({ health }) => health))).toEqual(new Set(['healthy']));
    expect([requests('list'), requests('show')]).toEqual([2, 1]);
  });

  test.each([500, 503, 401, 429, 403])('are unknown where Nova answers %i', async (status) => {
    const all = await servers(10);
    fault({ kind: 'error', status, count: 0 });
    const verdicts = await probe(all);
    expect(new Set(verdicts.map(({ health }) => health))).toEqual(new Set(['unknown']));
    expect(verdicts[0]?.reason).toMatch(new RegExp(`^cannot see server ${all[0]?.id}: compute: GET `));
  });

  test('are unknown, all of them, where a later page fails', async () => {
    pages(5);
    const all = await servers(20);
    const [gone] = all;
    if (gone === undefined) throw new Error('no server');
    simulator.world.servers.remove(gone);
    await probe(all);
    simulator.world.requests.clear();
    const probing = probe(all);
    // The first two pages are answered.
    fault({ operation: 'list', kind: 'slow', delay_ms: 0, count: 2 });
    fault({ operation: 'list', kind: 'error', status: 503 });
    expect(new Set((await probing).map(({ health }) => health))).toEqual(new Set(['unknown']));
    expect([requests('list'), requests('show')]).toEqual([3, 0]);
  });

  test('end when they are not wanted any more, though Nova hangs', async () => {
    const all = await servers(10);
    fault({ kind: 'hang', count: 0 });
    const controller = new AbortController();
    const probing = Promise.allSettled(all.map(({ id }) => probes.status(serverNode(id), controller.signal)));
    controller.abort(new Error('the rounds stop'));
    expect(await probing).toContainEqual(expect.objectContaining({ status: 'rejected' }));
  });
});
