/** The scenes that real services play as well (test/lab/cloud-actions.lab.ts), on simulated ones. */
import { afterAll, beforeAll, test } from 'vitest';
import { startCloudActions, type SimulatedActions } from '../../support/cloud-actions.ts';
import { actionScenes } from '../../support/cloud-action-scenes.ts';
import type { JsonObject } from '../../../src/domain/json.ts';

let started: SimulatedActions;

beforeAll(async () => {
  started = await startCloudActions();
});
afterAll(() => started.close());

test.for(actionScenes)('$name', async (scene) => {
  const { calls } = started;
  const { networks } = await calls.object('neutron.list_networks', { name: 'private' });
  const [image] = await calls.list('glance.images_list');
  await scene.play(calls, {
    image: (image?.['id'] ?? '0c1f9a0e-9d0b-4a7e-8f65-5f5a4a1d6a11') as string,
    flavor: 'm1.tiny',
    otherFlavor: 'm1.small',
    network: (networks as JsonObject[])[0]?.['id'] as string,
  });
});
