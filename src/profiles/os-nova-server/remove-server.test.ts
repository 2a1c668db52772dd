/** Removing a server whose host has died, on a simulated cloud whose Nova does not see that at once. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../cloud-simulator/cloud-simulator.ts';
import { faultSchema } from '../../cloud-simulator/faults.ts';
import { ServiceClouds } from '../../openstack/cloud.ts';
import { findSettings } from '../../openstack/find-settings.ts';
import type { NodeFacts, ProfileType, Removal, RemoveRequest } from '../profile-type.ts';
import { novaServer } from './os-nova-server.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let type: ProfileType;
let node: NodeFacts;
let waitedFor: string[];

beforeEach(async () => {
  waitedFor = [];
  simulator = await startCloudSimulator({
    settings: { latency: { answer_ms: 0, operation_ms: 0 }, service_down_time: 3600 },
  });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  type = novaServer({ clouds });
  const check = type.check({ flavor: 'm1.tiny', image: 'debian' });
  if (!check.ok) throw new Error(JSON.stringify(check.issues));
  const facts: NodeFacts = {
    id: '00000000-0000-4000-8000-000000000001',
    name: 'web-1',
    index: 1,
    role: '',
    clusterId: null,
    clusterName: null,
    metadata: {},
    physicalId: null,
    data: {},
    properties: check.properties,
    session: { project: 'p', user: 'u', domain: null },
  };
  const made = await type.create(facts, { key: 'create', signal: new AbortController().signal });
  node = { ...facts, ...made };
  setHost({ isUp: false });
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
});

function setHost(change: { isUp?: boolean; isForcedDown?: boolean }): void {
  const host = simulator.world.hosts.find('compute1');
  if (host === undefined) throw new Error('there is no host compute1');
  simulator.world.hosts.change(host, change);
}

function remove(request: Partial<RemoveRequest> = {}): Promise<Removal | void> {
  const signal = new AbortController().signal;
  const waitsFor = (what: string): void => void waitedFor.push(what);
  return type.remove(node, { key: 'remove', signal, waitsFor, ...request });
}

const isThere = (): boolean => simulator.world.servers.find(node.physicalId ?? '') !== undefined;
const stillThere = (): string =>
  `server ${node.physicalId} is still there: its host compute1 does not carry out the deletion, and Nova takes compute1 as up; ` +
  'where it is certain that compute1 is off: openstack compute service set --down compute1 nova-compute';

test('says which server, which host and what helps while Nova waits for a host that it takes as up', async () => {
  const controller = new AbortController();
  const removed = remove({ signal: controller.signal });
  await vi.waitFor(() => expect(waitedFor).toContain(stillThere()));
  controller.abort(new Error('out of time'));
  await expect(removed).rejects.toThrow('out of time');
  expect(isThere()).toBe(true);
});

test('goes on by itself when Nova knows that the host is down', async () => {
  const removed = remove();
  await vi.waitFor(() => expect(waitedFor).toContain(stillThere()));
  setHost({ isForcedDown: true });
  await removed;
  expect(isThere()).toBe(false);
});

test('goes on when the host is back', async () => {
  const removed = remove();
  await vi.waitFor(() => expect(waitedFor).toContain(stillThere()));
  setHost({ isUp: true });
  await removed;
  expect(isThere()).toBe(false);
});

test('forces down a host that is known to be down where it is fenced, and says so', async () => {
  const removed = remove({ fence: true });
  await vi.waitFor(() => expect(waitedFor).toContain(stillThere()));
  expect(simulator.world.hosts.find('compute1')?.isForcedDown).toBe(false);
  simulator.world.settings = { ...simulator.world.settings, service_down_time: 0 };
  expect(await removed).toEqual({
    note: 'host compute1 stays forced down in Nova; once it is repaired: openstack compute service set --up compute1 nova-compute',
  });
  expect(simulator.world.hosts.find('compute1')?.isForcedDown).toBe(true);
  expect(isThere()).toBe(false);
});

test('deletes nothing behind the back of a host that could not be forced down', async () => {
  simulator.world.settings = { ...simulator.world.settings, service_down_time: 0 };
  const fault = { service: 'compute', operation: 'service', kind: 'error', status: 403, count: 0 };
  simulator.world.faults.add(faultSchema.parse(fault));
  await expect(remove({ fence: true })).rejects.toThrow(
    'the server could not be deleted: its host compute1 could not be forced down',
  );
  expect(isThere()).toBe(true);
});

test('without fencing no host is forced down', async () => {
  simulator.world.settings = { ...simulator.world.settings, service_down_time: 0 };
  expect(await remove()).toEqual({});
  expect(simulator.world.hosts.find('compute1')?.isForcedDown).toBe(false);
});
