/** Actions of workflows on the real services of the lab, as its administrator. */
import { afterAll, test } from 'vitest';
import { CloudActionCalls } from '../support/cloud-actions.ts';
import { actionScenes, type CloudFacts } from '../support/cloud-action-scenes.ts';
import type { JsonObject } from '../../src/domain/json.ts';

/** The lab's machine is a busy one. */
const patienceMs = 120_000;

const env = {
  OS_AUTH_URL: process.env['OS_AUTH_URL'] ?? 'http://127.0.0.1:5000/v3',
  OS_USERNAME: 'admin',
  OS_PASSWORD: process.env['LAB_PASSWORD'] ?? 'lab',
  OS_PROJECT_NAME: 'admin',
  OS_USER_DOMAIN_ID: 'default',
  OS_PROJECT_DOMAIN_ID: 'default',
};
const calls = new CloudActionCalls(env, patienceMs);

afterAll(() => calls.close());

async function facts(): Promise<CloudFacts> {
  const [image] = await calls.list('glance.images_list', { filters: { name: 'cirros-fake' } });
  const { networks } = await calls.object('neutron.list_networks', { name: 'private' });
  const flavor = async (name: string): Promise<string> =>
    (await calls.object('nova.flavors_find', { name }))['id'] as string;
  return {
    image: image?.['id'] as string,
    flavor: await flavor('m1.tiny'),
    otherFlavor: await flavor('m1.small'),
    network: (networks as JsonObject[])[0]?.['id'] as string,
  };
}

/** Whether the catalog has such a service. */
async function has(type: string): Promise<boolean> {
  const services = await calls.list('keystone.services_list', { type });
  return services.length > 0;
}

test.for(actionScenes)('$name', async (scene, context) => {
  const { needs } = scene;
  if (needs !== undefined) context.skip(!(await has(needs)), `the lab has no ${needs}`);
  await scene.play(calls, await facts());
});
