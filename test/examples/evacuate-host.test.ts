/** The sample against the simulated cloud: EVACUATE is Coppice's own, and only a cloud can carry it out. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { faultSchema } from '../../src/cloud-simulator/faults.ts';
import type { SimulatedServer } from '../../src/cloud-simulator/simulated-server.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { ServiceClouds } from '../../src/openstack/cloud.ts';
import { findSettings } from '../../src/openstack/find-settings.ts';
import { novaServer } from '../../src/profiles/os-nova-server/os-nova-server.ts';
import { eventually } from '../support/eventually.ts';
import { simulatedServer } from '../support/simulated-server.ts';
import { type Recovered, RecoveryScene } from './recovery-scene.ts';
import { readSample } from './sample.ts';

const secret = 'a secret';
const hosts = ['compute1', 'compute2'].map((name) => ({ name, zone: 'nova' }));

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let scene: RecoveryScene;
let server: SimulatedServer;
let credentialId: string;

beforeEach(async () => {
  simulator = await startCloudSimulator({
    settings: { hosts, latency: { answer_ms: 0, operation_ms: 20 } },
  });
  const { world } = simulator;
  const { admin, project } = world;
  const credential = { name: 'coppice', description: null, userId: admin.id, projectId: project.id };
  credentialId = world.identity.addApplicationCredential(
    { ...credential, roles: admin.roles, expiresAt: null },
    secret,
  ).id;
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  const profile = { type: novaServer({ clouds }), properties: { flavor: 'm1.tiny', image: 'debian' } };
  scene = await RecoveryScene.start(profile, clouds);
  server = simulatedServer(world, 'web-1', project.id, 'compute1');
  await eventually('the server is built', async () => server.vmState === 'active');
});

afterEach(async () => {
  await scene.stop();
  await clouds.close();
  await simulator.close();
});

function setHost(name: string, isUp: boolean): void {
  const { hosts } = simulator.world;
  const host = hosts.find(name);
  if (host === undefined) throw new Error(`there is no host ${name}`);
  hosts.change(host, { isUp });
}

const files = ['workflow.yaml', 'workflow-std-http.yaml'];

/** @param without an action of the policy. */
async function recover(file: string, without?: string): Promise<Recovered> {
  const addresses = {
    'http://controller:5000': `${simulator.url}/identity`,
    'http://controller:8774': `${simulator.url}/compute`,
  };
  const hasAddresses = file === 'workflow-std-http.yaml';
  const { workflows, policy } = readSample('evacuate-host', hasAddresses ? addresses : {}, file);
  const recovery = policy.properties['recovery'] as { actions: JsonObject[] };
  const actions = recovery.actions
    .filter(({ name }) => name !== without)
    .map((action) => (action['backoff'] === undefined ? action : { ...action, backoff: { delay: 0 } }));
  const properties = { ...policy.properties, recovery: { ...recovery, actions } };
  const sample = { workflows, policy: { ...policy, properties } };
  const metadata = { openstack_credential_id: credentialId, openstack_credential_secret: secret };
  return await scene.recover(sample, 'HOST_DOWN', metadata, server.id);
}

function evacuations(): number {
  return simulator.world.mutations.all.filter(({ operation }) => operation === 'evacuate').length;
}

describe.each(files)('with the workflows of %s', (file) => {
  test('a server whose host has died is checked, evacuated and confirmed, and healthy again', async () => {
    setHost('compute1', false);
    const { recovery, outline, steps } = await recover(file);
    expect(outline).toEqual([
      'actions[0] REBUILD SKIPPED',
      'actions[1] RECREATE SKIPPED',
      'check WORKFLOW SUCCEEDED',
      'actions[3] EVACUATE SUCCEEDED',
      'confirm WORKFLOW SUCCEEDED',
    ]);
    expect(recovery.state).toBe('RECOVERED');
    expect(steps[2]?.output).toEqual({ host: 'compute1', targets: ['compute2'] });
    expect(steps[4]?.output).toEqual({ from: 'compute1', to: 'compute2', status: 'ACTIVE' });
    expect(server.hostName).toBe('compute2');
    expect(evacuations()).toBe(1);
  });

  test('where no other host could take it, nothing is evacuated and no host is forced down', async () => {
    setHost('compute1', false);
    setHost('compute2', false);
    const { recovery, outline, steps } = await recover(file);
    expect(outline.slice(2)).toEqual(['check WORKFLOW FAILED']);
    expect(steps[2]?.reason).toContain('No other host is up and enabled.');
    expect(recovery.state).toBe('EXHAUSTED');
    expect(evacuations()).toBe(0);
    expect(simulator.world.hosts.all.map(({ isForcedDown }) => isForcedDown)).toEqual([false, false]);
  });

  test('an evacuation that Nova fails is tried three times, and not confirmed', async () => {
    setHost('compute1', false);
    const fault = { service: 'compute', operation: 'evacuate', kind: 'error', count: 0, status: 500 };
    simulator.world.faults.add(faultSchema.parse(fault));
    const { recovery, outline } = await recover(file);
    const failed = 'actions[3] EVACUATE FAILED';
    expect(outline.slice(2)).toEqual(['check WORKFLOW SUCCEEDED', failed, failed, failed]);
    expect(recovery.state).toBe('EXHAUSTED');
  });

  test('a server that is still on its host is not confirmed', async () => {
    setHost('compute1', false);
    const { recovery, outline, steps } = await recover(file, 'EVACUATE');
    expect(outline.slice(2)).toEqual(['check WORKFLOW SUCCEEDED', 'confirm WORKFLOW FAILED']);
    expect(steps.at(-1)?.reason).toContain('The server is on the host that it was to leave.');
    expect(recovery.state).toBe('EXHAUSTED');
  });
});
