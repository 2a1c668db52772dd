import { afterEach, beforeEach, expect, test } from 'vitest';
import { OpenStackStandIn } from './openstack-stand-in.ts';
import { type Recovered, RecoveryScene, serverId } from './recovery-scene.ts';
import { readSample } from './sample.ts';

let nova: OpenStackStandIn;
let scene: RecoveryScene;

beforeEach(async () => {
  nova = await OpenStackStandIn.start();
  scene = await RecoveryScene.start();
  nova.onArrival((id) => id === serverId && scene.recoverServer());
  for (const id of [serverId, 'neighbour-1', 'neighbour-2']) nova.add(id, 'compute1');
  nova.add('elsewhere', 'compute2');
  nova.hosts.set('compute1', 'down');
});

afterEach(async () => {
  await scene.stop();
  await nova.service.stop();
});

async function recover(failure: 'HOST_DOWN' | 'SERVER_ERROR' = 'HOST_DOWN'): Promise<Recovered> {
  const sample = readSample('host-evacuation', {
    'http://controller:5000': nova.service.url,
    'http://controller:8774': nova.service.url,
  });
  const metadata = { openstack_credential_id: 'coppice', openstack_credential_secret: nova.secret };
  return await scene.recover(sample, failure, metadata);
}

test('all servers of a dead host are evacuated, and the node is healthy again', async () => {
  const { recovery, outline, steps } = await recover();
  expect(outline).toEqual(['check WORKFLOW SUCCEEDED', 'evacuation WORKFLOW SUCCEEDED']);
  expect(recovery.state).toBe('RECOVERED');
  const moved = { [serverId]: 'compute2', 'neighbour-1': 'compute2', 'neighbour-2': 'compute2' };
  expect(steps[1]?.output).toEqual({ host: 'compute1', moved });
  expect(scene.cloud.calls).toEqual([]);
});

test('the host is fenced, with the reason, before the first server leaves it', async () => {
  await recover();
  const fencing = nova.service.asked.find(({ method }) => method === 'PUT');
  expect(fencing).toMatchObject({
    path: '/v2.1/os-services/compute1',
    body: { status: 'disabled', forced_down: true, disabled_reason: 'coppice: it does not answer' },
  });
  const { calls } = nova.service;
  const firstMove = calls.findIndex((call) => call.endsWith('/action'));
  expect(calls.indexOf('PUT /v2.1/os-services/compute1')).toBeLessThan(firstMove);
});

test('nothing is evacuated from a host whose compute service is up', async () => {
  nova.hosts.set('compute1', 'up');
  const { recovery, outline, steps } = await recover();
  expect(outline).toEqual(['check WORKFLOW FAILED']);
  expect(steps[0]?.reason).toContain('Nothing is evacuated from a host that may still run its servers.');
  expect(recovery.state).toBe('EXHAUSTED');
  expect(nova.service.calls.some((call) => call.startsWith('PUT') || call.endsWith('/action'))).toBe(false);
});

test('one server that does not arrive fails the step; the others have moved all the same', async () => {
  nova.fates.set('neighbour-1', 'breaks');
  const { recovery, outline, steps } = await recover();
  expect(outline).toEqual(['check WORKFLOW SUCCEEDED', 'evacuation WORKFLOW FAILED']);
  expect(recovery.state).toBe('EXHAUSTED');
  expect(nova.servers.get('neighbour-2')?.host).toBe('compute2');
  const { output } = await scene.execution(steps[1]);
  expect(output['servers']).toContain('name of neighbour-1');
});

test('a server that another recovery moves already is awaited', async () => {
  nova.servers.set('neighbour-1', { ...nova.add('neighbour-1', 'compute1'), looksLeft: 3 });
  const { recovery, steps } = await recover();
  expect(recovery.state).toBe('RECOVERED');
  expect(steps[1]?.output).toMatchObject({ moved: { 'neighbour-1': 'compute2' } });
});

test('an evacuation that Nova refuses fails at once, without waiting for an arrival', async () => {
  nova.service.outages.set(`POST /v2.1/servers/${serverId}/action`, 403);
  const { steps } = await recover();
  expect(steps[1]).toMatchObject({ state: 'FAILED' });
  const looks = nova.service.calls.filter((call) => call === `GET /v2.1/servers/${serverId}`);
  // The request of the preceding check.
  expect(looks).toHaveLength(1);
});

test('a failure that is the server’s own is rebuilt, and no host is touched', async () => {
  const { recovery, outline } = await recover('SERVER_ERROR');
  expect(outline.slice(2)).toEqual(['actions[2] REBUILD SUCCEEDED']);
  expect(recovery.state).toBe('RECOVERED');
  expect(nova.service.calls).toEqual([]);
});
