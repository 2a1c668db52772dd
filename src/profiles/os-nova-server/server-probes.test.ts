import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../cloud-simulator/cloud-simulator.ts';
import { faultSchema, type Fault } from '../../cloud-simulator/faults.ts';
import type { SimulatedServer } from '../../cloud-simulator/servers.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { ServiceClouds } from '../../openstack/cloud.ts';
import { findSettings } from '../../openstack/find-settings.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { simulatedServer, serverNode } from '../../../test/support/simulated-server.ts';
import type { SharedProbes } from '../profile-type.ts';
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
