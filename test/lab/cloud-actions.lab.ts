/** Actions of workflows on the real services of the lab, as its administrator. */
import { afterAll, expect, test } from 'vitest';
import { ServiceClouds } from '../../src/openstack/cloud.ts';
import { findSettings } from '../../src/openstack/find-settings.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { hasEnded } from '../../src/workflow/workflow-service.ts';
import { openTestStore } from '../support/backends.ts';
import { joined } from '../support/membership.ts';
import { testSession } from '../support/session.ts';
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

const definitions = `version: '2.0'
move:
  input: [image, flavor]
  output: {before: <% $.before %>, after: <% $.after %>}
  tasks:
    create:
      action: nova.servers_create name="action-scene-move" image=<% $.image %> flavor=<% $.flavor %> nics="none"
      publish: {id: <% task().result.id %>}
      on-success: wait
    wait:
      action: nova.servers_find id=<% $.id %> status="ACTIVE"
      retry: {count: 120, delay: 1}
      publish: {before: <% task().result.get('OS-EXT-SRV-ATTR:host') %>}
      on-success: move
    move:
      action: nova.servers_live_migrate server=<% $.id %>
      on-success: moved
    moved:
      action: nova.servers_get server=<% $.id %>
      retry:
        count: 120
        delay: 1
        continue-on: <% task().result.get('OS-EXT-SRV-ATTR:host') = $.before or task().result.status != 'ACTIVE' %>
      publish: {after: <% task().result.get('OS-EXT-SRV-ATTR:host') %>}
      on-complete: delete
    delete:
      action: nova.servers_delete server=<% $.id %>
`;

test('a workflow moves a server to another host', async () => {
  const opened = await openTestStore();
  const clouds = new ServiceClouds(findSettings({ env }));
  const membership = await joined(opened.store);
  const workflows = embeddedWorkflows({ store: opened.store, membership, clouds });
  try {
    await workflows.runner.start();
    await workflows.createDefinition(definitions, testSession);
    const { image, flavor } = await facts();
    const start = { env: {}, description: '', session: testSession, workflowName: 'move' };
    const { id } = await workflows.start({ id: crypto.randomUUID(), input: { image, flavor }, ...start });
    const ended = await calls.eventually('the end', async () => {
      const found = await workflows.get(id, testSession);
      return found !== undefined && hasEnded(found.state) && found;
    });
    expect(ended).toMatchObject({ state: 'SUCCESS', stateInfo: null });
    expect(new Set([ended.output['before'], ended.output['after']])).toEqual(
      new Set(['compute1', 'compute2']),
    );
  } finally {
    await workflows.runner.stop();
    await clouds.close();
    await opened.close();
  }
});

test.for(actionScenes)('$name', async (scene, context) => {
  const { needs } = scene;
  if (needs !== undefined) context.skip(!(await has(needs)), `the lab has no ${needs}`);
  await scene.play(calls, await facts());
});
