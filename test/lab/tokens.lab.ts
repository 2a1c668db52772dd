/** Tokens that live for seconds: what Coppice does goes on over their end, and nothing of it fails. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CloudParts } from './coppice/cloud-parts.ts';
import { CoppiceProcess } from './coppice/coppice-process.ts';
import { Lab } from './lab.ts';
import { missingServices } from './missing-services.ts';
import { labHosts } from './recoveries/lab-services.ts';
import { misfortunes, rebuildWithMisfortune } from './recoveries/rebuild-and-migrate.ts';
import { RecoveryWorld } from './recoveries/recovery-world.ts';
import { sendTo, WorkflowApi } from './recoveries/workflow-api.ts';

/** With shorter ones Nova's own work fails: it calls Neutron with the token of the request. */
const TOKEN_SECONDS = 30;
const needs = ['compute', 'image', 'network', 'workflowv2'] as const;
const lab = new Lab();

beforeAll(async () => {
  await lab.connect();
  await restartKeystone(TOKEN_SECONDS);
}, 120_000);
afterAll(async () => {
  await restartKeystone(3600);
}, 120_000);

async function restartKeystone(seconds: number): Promise<void> {
  process.env['LAB_TOKEN_SECONDS'] = String(seconds);
  await lab.script('lab', 'stop', 'keystone');
  await lab.script('lab', 'up', 'base');
  await lab.connect();
}

test.each(['none', 'keystone'] as const)(
  'servers are created, recovered with a workflow of Mistral, and deleted while tokens expire (auth: %s)',
  async (auth) => {
    expect(missingServices(lab, needs)).toBe('');
    const coppice = await CoppiceProcess.start(lab, { auth });
    const renew = setInterval(() => void lab.connect(), (TOKEN_SECONDS * 1000) / 3);
    try {
      const cloud = new CloudParts(lab);
      const headers = () => ({ 'x-auth-token': lab.login('admin').token });
      const workflows = new WorkflowApi(sendTo(() => lab.endpoints.get('workflowv2') ?? '', headers));
      const parts = { coppice, cloud, service: 'mistral', workflows, hosts: labHosts(cloud) } as const;
      const world = new RecoveryWorld(parts);
      // Longer than two tokens live.
      const until = Date.now() + 3 * TOKEN_SECONDS * 1000;
      const waits = misfortunes.find(({ execution }) => execution === 'SUCCESS');
      if (waits === undefined) throw new Error('no workflow waits');
      do await rebuildWithMisfortune(world, waits);
      while (Date.now() < until);
    } finally {
      clearInterval(renew);
      await coppice.stop();
    }
  },
);
