import { afterEach, beforeEach, expect, test } from 'vitest';
import { OpenStackStandIn } from './openstack-stand-in.ts';
import { type Recovered, RecoveryScene, serverId } from './recovery-scene.ts';
import { readSample } from './sample.ts';
import { StandIn } from './stand-in.ts';

let nova: OpenStackStandIn;
let store: StandIn;
let scene: RecoveryScene;

beforeEach(async () => {
  nova = await OpenStackStandIn.start();
  nova.add(serverId, 'compute1', 'ERROR');
  store = await StandIn.start(({ headers }) => ({
    status: headers.authorization === 'Bearer store-token' ? 201 : 401,
  }));
  scene = await RecoveryScene.start();
});

afterEach(async () => {
  await scene.stop();
  await store.stop();
  await nova.service.stop();
});

async function recover(): Promise<Recovered> {
  const sample = readSample('diagnostics-before-rebuild', {
    'http://controller:5000': nova.service.url,
    'http://controller:8774': nova.service.url,
    'http://store:8080': store.url,
  });
  return await scene.recover(sample, 'SERVER_ERROR', {
    openstack_credential_id: 'coppice',
    openstack_credential_secret: nova.secret,
    store_token: 'store-token',
  });
}

test('what the server can tell is saved, then it is rebuilt', async () => {
  const { recovery, outline, steps } = await recover();
  expect(outline).toEqual(['diagnostics WORKFLOW SUCCEEDED', 'actions[1] REBUILD SUCCEEDED']);
  expect(recovery.state).toBe('RECOVERED');
  const [saved] = store.asked;
  const cluster = recovery.clusterId;
  const path = `/diagnostics/${cluster}/${serverId}/${steps[0]?.executionId}.json`;
  expect(steps[0]?.output).toEqual({ report: `${store.url}${path}`, missing: [] });
  expect(saved).toMatchObject({
    method: 'PUT',
    path,
    body: {
      cluster_id: cluster,
      server_id: serverId,
      console: 'Kernel panic',
      measurements: { cpu0_time: 17 },
      history: [{ action: 'create' }],
      healing: { node: { name: 'web-1' }, failure: { class: 'SERVER_ERROR' } },
    },
  });
});

test('the report does not hold the secrets of the cluster', async () => {
  await recover();
  expect(JSON.stringify(store.asked[0]?.body)).not.toMatch(/store-token|a secret/);
});

test('what cannot be got is named as missing', async () => {
  nova.service.outages.set(`GET /v2.1/servers/${serverId}/diagnostics`, 409);
  const { outline, steps } = await recover();
  expect(outline[0]).toBe('diagnostics WORKFLOW SUCCEEDED');
  expect(steps[0]?.output).toMatchObject({ missing: ['measurements'] });
  expect(store.asked[0]?.body).toMatchObject({ measurements: null, console: 'Kernel panic' });
});

test('a store that is down fails the step, and does not keep the server from being rebuilt', async () => {
  nova.service.outages.set('POST /v3/auth/tokens', 500);
  const { recovery, outline } = await recover();
  expect(outline).toEqual(['diagnostics WORKFLOW FAILED', 'actions[1] REBUILD SUCCEEDED']);
  expect(recovery.state).toBe('RECOVERED');
});
