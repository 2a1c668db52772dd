/**
 * The recoveries that `npm run test:lab` plays on a real OpenStack, on the simulator: with the embedded
 * runner, and with a second Coppice in the place of a Mistral; left alone, and with Coppice killed.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { eventually } from '../support/eventually.ts';
import { CloudParts } from '../lab/coppice/cloud-parts.ts';
import { CoppiceProcess } from '../lab/coppice/coppice-process.ts';
import { Lab } from '../lab/lab.ts';
import { evacuate, evacuated } from '../lab/recoveries/evacuate.ts';
import {
  migrated,
  misfortunes,
  rebuildAndMigrate,
  rebuildWithMisfortune,
} from '../lab/recoveries/rebuild-and-migrate.ts';
import { type Disturb, type HostSwitch, RecoveryWorld } from '../lab/recoveries/recovery-world.ts';
import { sendTo, WorkflowApi } from '../lab/recoveries/workflow-api.ts';

const password = 'lab';
const timeoutMs = 120_000;
const services = ['embedded', 'mistral'] as const;
let simulator: CloudSimulator;
let lab: Lab;
let mistral: CoppiceProcess;
let coppice: CoppiceProcess;

beforeAll(async () => {
  simulator = await startCloudSimulator({
    settings: { latency: { answer_ms: 0, operation_ms: 100 }, service_down_time: 1, routers: false },
    password,
  });
  lab = new Lab({ authUrl: `${simulator.url}/identity/v3`, password });
  await lab.connect();
  mistral = await CoppiceProcess.start(lab, { cloud: 'none' });
  coppice = await CoppiceProcess.start(lab, { mistralUrl: mistral.url });
}, 60_000);
afterAll(async () => {
  await coppice.stop();
  await mistral.stop();
  await simulator.close();
});

const hosts: HostSwitch = {
  stop: (name) => Promise.resolve(changeHost(name, { isUp: false })),
  start: (name) => Promise.resolve(changeHost(name, { isUp: true, isForcedDown: false })),
};

function changeHost(name: string, change: { readonly isUp: boolean; readonly isForcedDown?: false }): void {
  const host = simulator.world.hosts.find(name);
  if (host === undefined) throw new Error(`there is no host ${name}`);
  simulator.world.hosts.change(host, change);
}

function worldOf(service: (typeof services)[number], disturb?: Disturb): RecoveryWorld {
  const url = () => (service === 'embedded' ? coppice.url : mistral.url);
  const workflows = new WorkflowApi(sendTo(url, () => ({})));
  const parts = { coppice, cloud: new CloudParts(lab), service, workflows, hosts };
  return new RecoveryWorld(disturb === undefined ? parts : { ...parts, disturb });
}

describe.each(services)('with workflows on %s', (service) => {
  let kills = 0;
  const kill: Disturb = async () => {
    kills += 1;
    await coppice.killAndStart();
  };

  test.each([
    ['servers whose host has died are checked, evacuated and confirmed', false],
    ['an evacuation in which Coppice is killed at each step ends as if nothing had been', true],
  ])(
    '%s',
    async (_name, isKilled) => {
      kills = 0;
      const outlines = await evacuate(isKilled ? worldOf(service, kill) : worldOf(service));
      for (const outline of outlines) expect(outline).toEqual(evacuated);
      if (isKilled) expect(kills).toBeGreaterThan(evacuated.length);
    },
    timeoutMs,
  );

  test.each([
    ['a server in ERROR is rebuilt, and moved by node_migration', false],
    ['a rebuild and a migration in which Coppice is killed at each step end as if nothing had been', true],
  ])(
    '%s',
    async (_name, isKilled) => {
      kills = 0;
      const outline = await rebuildAndMigrate(isKilled ? worldOf(service, kill) : worldOf(service));
      expect(outline).toEqual(migrated);
      if (isKilled) expect(kills).toBeGreaterThan(migrated.length);
    },
    timeoutMs,
  );

  test.each(misfortunes)(
    'a workflow after REBUILD that $name',
    async (misfortune) => {
      await rebuildWithMisfortune(worldOf(service), misfortune);
    },
    timeoutMs,
  );
});

test(
  'while Glance is away RECREATE keeps the server, is no try, and goes on when Glance is back',
  async () => {
    const world = worldOf('embedded');
    const cluster = await world.cluster('glance', 1, {
      detection: { interval: 1, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
      recovery: { actions: [{ name: 'RECREATE', timeout: 60 }], retry: { episodes: 1, delay: 1 } },
    });
    const [node] = cluster.nodes;
    if (node === undefined || node.physical_id === null) throw new Error('the node has no server');
    simulator.world.faults.setAway('image', true);
    await world.cloud.actOnServer(node.physical_id, { 'os-resetState': { state: 'error' } });
    await eventually(
      'the recovery is held',
      async () => {
        const { health } = await coppice.send('GET', `/v1/nodes/${node.name}/health`);
        return /image: GET .* 503/.test(JSON.stringify(health));
      },
      timeoutMs,
      100,
    );
    expect((await world.cloud.server(node.physical_id))?.status).toBe('ERROR');
    simulator.world.faults.setAway('image', false);
    expect((await world.followRecovery(node)).state).toBe('RECOVERED');
    await world.expectOneServerEach(cluster);
    await world.remove(cluster);
  },
  timeoutMs,
);
