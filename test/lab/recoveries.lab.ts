/**
 * Recoveries on a real OpenStack in which workflows take part: on its Mistral, and on Coppice's own runner;
 * left alone, and with Coppice or a service of the cloud killed in the middle.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CloudParts } from './coppice/cloud-parts.ts';
import { CoppiceProcess } from './coppice/coppice-process.ts';
import { Lab } from './lab.ts';
import { missingServices } from './missing-services.ts';
import { evacuate, evacuated } from './recoveries/evacuate.ts';
import { labHosts, labServices } from './recoveries/lab-services.ts';
import {
  migrated,
  misfortunes,
  rebuildAndMigrate,
  rebuildWithMisfortune,
} from './recoveries/rebuild-and-migrate.ts';
import { type Disturb, RecoveryWorld } from './recoveries/recovery-world.ts';
import { sendTo, WorkflowApi } from './recoveries/workflow-api.ts';

const lab = new Lab();
const services = ['embedded', 'mistral'] as const;
/** How long a service of the cloud is away. */
const AWAY_MS = 10_000;
let coppice: CoppiceProcess;

beforeAll(async () => {
  await lab.connect();
  // With trusts: what is done in the middle is done in the name of the user.
  coppice = await CoppiceProcess.start(lab, { auth: 'keystone' });
});
afterAll(() => coppice.stop());

beforeEach((context) => {
  const missing = missingServices(lab, ['compute', 'image', 'network', 'workflowv2']);
  context.skip(missing !== '', missing);
});

function worldOf(service: (typeof services)[number], disturb?: Disturb): RecoveryWorld {
  const cloud = new CloudParts(lab);
  const url = () => (service === 'embedded' ? coppice.url : (lab.endpoints.get('workflowv2') ?? ''));
  const headers = () => ({ 'x-auth-token': lab.login('admin').token });
  const workflows = new WorkflowApi(sendTo(url, headers));
  const parts = { coppice, cloud, service, workflows, hosts: labHosts(cloud) };
  return new RecoveryWorld(disturb === undefined ? parts : { ...parts, disturb });
}

async function trusts(): Promise<number> {
  const { userId } = lab.login('admin');
  const path = `/v3/OS-TRUST/trusts?trustor_user_id=${userId}`;
  const { body } = await lab.send({ as: 'admin', service: 'identity', method: 'GET', path });
  return (body as { trusts: unknown[] }).trusts.length;
}

describe.each(services)('with workflows on %s', (service) => {
  test('servers whose host has died are checked, evacuated and confirmed', async () => {
    for (const outline of await evacuate(worldOf(service))) expect(outline).toEqual(evacuated);
  });

  test('a server in ERROR is rebuilt, and moved by node_migration', async () => {
    expect(await rebuildAndMigrate(worldOf(service))).toEqual(migrated);
  });

  test.for(misfortunes)('a workflow after REBUILD that $name', async (misfortune) => {
    await rebuildWithMisfortune(worldOf(service), misfortune);
  });
});

describe.each(services)('with workflows on %s, and Coppice killed at each step', (service) => {
  let kills = 0;
  const kill: Disturb = async () => {
    kills += 1;
    await coppice.killAndStart();
  };
  beforeEach(() => {
    kills = 0;
  });

  test('an evacuation ends as if nothing had been', async () => {
    const before = await trusts();
    for (const outline of await evacuate(worldOf(service, kill))) expect(outline).toEqual(evacuated);
    expect(kills).toBeGreaterThan(evacuated.length);
    expect(await trusts(), 'trusts').toBe(before);
  });

  test('a rebuild and a migration end as if nothing had been', async () => {
    const before = await trusts();
    expect(await rebuildAndMigrate(worldOf(service, kill))).toEqual(migrated);
    expect(kills).toBeGreaterThan(migrated.length);
    expect(await trusts(), 'trusts').toBe(before);
  });

  test.for(misfortunes)('a workflow after REBUILD that $name', async (misfortune) => {
    await rebuildWithMisfortune(worldOf(service, kill), misfortune);
    expect(kills).toBeGreaterThan(1);
  });
});

describe.each(labServices)('while $name is killed and comes back', (killed) => {
  test.each([
    ['REBUILD', 'actions[0] REBUILD RUNNING'],
    ['the workflow', 'migration WORKFLOW RUNNING'],
  ])('during %s', async (_name, moment) => {
    let isDone = false;
    const disturb: Disturb = async (change) => {
      if (change !== moment || isDone) return;
      isDone = true;
      await killed.kill();
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
      await killed.start(lab);
    };
    const before = await trusts();
    const outline = await rebuildAndMigrate(worldOf('mistral', disturb));
    expect(outline.filter((line) => line.endsWith('SUCCEEDED'))).toEqual(migrated);
    expect(isDone, moment).toBe(true);
    expect(await trusts(), 'trusts').toBe(before);
  });
});
