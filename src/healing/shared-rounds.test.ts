import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { eventually } from '../../test/support/eventually.ts';
import { joined } from '../../test/support/membership.ts';
import { http } from '../../test/support/probe.ts';
import { newCluster, newNode, newPolicy, newProfile } from '../../test/support/recovery-rows.ts';
import { simulatedServer } from '../../test/support/simulated-server.ts';
import { startCloudSimulator, type CloudSimulator } from '../cloud-simulator/cloud-simulator.ts';
import type { Node } from '../domain/model.ts';
import { ServiceClouds } from '../openstack/cloud.ts';
import { findSettings } from '../openstack/find-settings.ts';
import { novaServer } from '../profiles/os-nova-server/os-nova-server.ts';
import { registryOf } from '../profiles/registry.ts';
import { insertBinding } from '../store/cluster-policies.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertNodes } from '../store/nodes.ts';
import { insertPolicy } from '../store/policies.ts';
import { insertProfile } from '../store/profiles.ts';
import { Healer } from './healer.ts';

const SERVERS = 1000;
const PAGE = 100;

let opened: TestStore;
let simulator: CloudSimulator;
let clouds: ServiceClouds;

beforeEach(async () => {
  opened = await openTestStore();
  simulator = await startCloudSimulator({
    settings: { latency: { answer_ms: 0, operation_ms: 0 }, page_size: PAGE },
  });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
  await opened.close();
});

/** Clusters of servers under one policy, with as many nodes as there are servers. */
async function clustersOf(count: number): Promise<string[]> {
  const profile = {
    ...newProfile('os.nova.server-1.0'),
    spec: { type: 'os.nova.server', version: '1.0', properties: { flavor: 'm1.tiny', image: 'debian' } },
  };
  const detection = { interval: 5, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] };
  const policy = newPolicy(detection, {});
  const clusters = Array.from({ length: count }, () => newCluster(profile.id));
  const nodes: Node[] = Array.from({ length: SERVERS }, (_, index) => {
    const server = simulatedServer(simulator.world, `web-${index}`);
    const cluster = clusters[index % count]?.id ?? '';
    return newNode(randomUUID(), cluster, profile.id, { physicalId: server.id, status: 'ACTIVE' });
  });
  const { servers } = simulator.world;
  await eventually('all are built', () => servers.all.every(({ vmState }) => vmState === 'active'));
  await opened.store.write(async (tx) => {
    await insertProfile(tx, profile);
    await insertPolicy(tx, policy);
    for (const cluster of clusters) {
      await insertCluster(tx, cluster);
      await insertBinding(tx, {
        id: randomUUID(),
        clusterId: cluster.id,
        policyId: policy.id,
        enabled: true,
        priority: 600,
        data: null,
        lastOp: null,
      });
    }
    await insertNodes(tx, nodes);
  });
  return nodes.map(({ id }) => id);
}

test('a round over 1,000 servers of several clusters costs as many requests as their listing has pages', async () => {
  const nodes = await clustersOf(3);
  const { store } = opened;
  const membership = await joined(store);
  const errors: object[] = [];
  const healer = new Healer({
    store,
    membership,
    http,
    profileTypes: registryOf([novaServer({ clouds })]),
    log: { info: () => {}, error: (details) => void errors.push(details) },
  });
  await healer.start();
  const seen = (): boolean => nodes.every((id) => healer.lastRecord(id) !== undefined);
  await eventually('all are seen', seen, 60_000);
  const { requests } = simulator.world;
  // Where this machine is slow another round has begun meanwhile: it costs no more than the first.
  const listed = requests.get('compute list') ?? 0;
  const states = new Set(nodes.map((id) => healer.lastRecord(id)?.state));
  await healer.stop();
  await membership.leave();
  expect(states).toEqual(new Set(['HEALTHY']));
  expect(requests.get('compute show')).toBeUndefined();
  expect(listed).toBeGreaterThanOrEqual(SERVERS / PAGE);
  expect(listed).toBeLessThanOrEqual((SERVERS / PAGE) * 2);
  expect(errors).toEqual([]);
}, 120_000);
