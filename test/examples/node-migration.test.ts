import { afterEach, beforeEach, expect, test } from 'vitest';
import { OpenStackStandIn } from './openstack-stand-in.ts';
import { type Recovered, RecoveryScene, serverId } from './recovery-scene.ts';
import { readSample } from './sample.ts';
import { StandIn } from './stand-in.ts';

let nova: OpenStackStandIn;
let scene: RecoveryScene;
/** What the servers serve: whether they are healthy is what the fake cloud says. */
let application: StandIn;

beforeEach(async () => {
  nova = await OpenStackStandIn.start();
  scene = await RecoveryScene.start();
  application = await StandIn.start(() => ({ status: 200 }));
  nova.onArrival(() => scene.recoverServer());
});

afterEach(async () => {
  await scene.stop();
  await nova.service.stop();
  await application.stop();
});

interface Migration {
  timeout: number;
  readonly params: { readonly inputs: { host?: string } };
}

async function recover(
  failure: 'HOST_DOWN' | 'URL_UNREACHABLE',
  secret = nova.secret,
  host?: string,
): Promise<Recovered> {
  const sample = readSample('node-migration', {
    'http://controller:5000': nova.service.url,
    'http://controller:8774': nova.service.url,
    'http://{address}/': application.url,
  });
  const metadata = { openstack_credential_id: 'coppice', openstack_credential_secret: secret };
  const [, migration] = (sample.policy.properties as unknown as { recovery: { actions: Migration[] } })
    .recovery.actions;
  if (host !== undefined && migration !== undefined) {
    migration.params.inputs.host = host;
    // The server is not healthy afterwards: its verification does not wait long.
    migration.timeout = 2;
  }
  return await scene.recover(sample, failure, metadata);
}

test('a server whose host is down is evacuated, and has arrived when the recovery says so', async () => {
  nova.add(serverId, 'compute1');
  nova.hosts.set('compute1', 'down');
  const { recovery, outline, steps } = await recover('HOST_DOWN');
  expect(outline).toEqual(['actions[0] REBOOT SKIPPED', 'migration WORKFLOW SUCCEEDED']);
  expect(recovery.state).toBe('RECOVERED');
  expect(steps[1]?.output).toEqual({ from: 'compute1', to: 'compute2', how: 'evacuation' });
  expect(scene.cloud.calls).toEqual([]);
});

test('a server whose host works is moved while it runs, after a restart that did not help', async () => {
  nova.add(serverId, 'compute1');
  scene.cloud.fail('reboot web-1');
  const { recovery, outline, steps } = await recover('URL_UNREACHABLE');
  expect(outline).toEqual(['actions[0] REBOOT FAILED', 'migration WORKFLOW SUCCEEDED']);
  expect(steps[1]?.output).toMatchObject({ how: 'live migration', to: 'compute2' });
  expect(recovery.state).toBe('RECOVERED');
});

test('a move that leaves the server in ERROR is a failed step, and the node is recreated', async () => {
  nova.add(serverId, 'compute1');
  nova.hosts.set('compute1', 'down');
  nova.fates.set(serverId, 'breaks');
  const { recovery, outline, steps } = await recover('HOST_DOWN');
  expect(outline.slice(1)).toEqual(['migration WORKFLOW FAILED', 'actions[2] RECREATE SUCCEEDED']);
  expect(steps[1]?.reason).toContain('The move has left the server in ERROR.');
  expect((await scene.execution(steps[1])).output).toMatchObject({ from: 'compute1', how: 'evacuation' });
  expect(recovery.state).toBe('RECOVERED');
  expect(scene.cloud.calls).toEqual(['remove web-1', 'create web-1']);
});

test('a server that never arrives is given up after so many looks', async () => {
  nova.add(serverId, 'compute1');
  nova.hosts.set('compute1', 'down');
  nova.fates.set(serverId, 'never arrives');
  const { steps } = await recover('HOST_DOWN');
  expect(steps[1]).toMatchObject({ state: 'FAILED' });
  expect(steps[1]?.reason).toContain('The server has not arrived on another host.');
});

test('a server that an earlier run has moved to the wanted host stays there', async () => {
  nova.add(serverId, 'compute1');
  scene.cloud.fail('reboot web-1');
  const { outline, steps } = await recover('URL_UNREACHABLE', nova.secret, 'compute1');
  expect(outline).toContain('migration WORKFLOW SUCCEEDED');
  expect(steps[1]?.output).toEqual({ from: 'compute1', to: 'compute1', how: 'it was there' });
  expect(nova.service.calls.some((call) => call.endsWith('/action'))).toBe(false);
});

test('a server that is on the wanted host, which is down, is not moved', async () => {
  nova.add(serverId, 'compute1');
  nova.hosts.set('compute1', 'down');
  const { steps } = await recover('HOST_DOWN', nova.secret, 'compute1');
  expect(steps[1]?.reason).toContain('already on the host that it is to go to, and does not run there');
});

test('where no other host is up nothing is moved', async () => {
  nova.add(serverId, 'compute1');
  for (const host of ['compute1', 'compute2']) nova.hosts.set(host, 'down');
  const { steps } = await recover('HOST_DOWN');
  expect(steps[1]?.reason).toContain('No host that it could go to is up and enabled.');
  expect(nova.service.calls.some((call) => call.endsWith('/action'))).toBe(false);
});

test('a server that cannot be moved is left alone, and the reason is told', async () => {
  nova.add(serverId, 'compute1', 'SHUTOFF');
  scene.cloud.fail('reboot web-1');
  const { steps } = await recover('URL_UNREACHABLE');
  expect(steps[1]?.reason).toContain('a server that is not ACTIVE cannot be moved off it');
  expect(nova.service.calls.some((call) => call.endsWith('/action'))).toBe(false);
});

test('a secret that is wrong is refused before anything is asked of Nova, and is not told', async () => {
  nova.add(serverId, 'compute1');
  const { steps } = await recover('HOST_DOWN', 'some other secret');
  expect(steps[1]).toMatchObject({ state: 'FAILED' });
  expect(new Set(nova.service.calls)).toEqual(new Set(['POST /v3/auth/tokens']));
  expect(JSON.stringify(steps)).not.toContain('some other secret');
});
