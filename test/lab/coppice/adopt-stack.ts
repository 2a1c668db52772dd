/** A stack that is there becomes a node by its tags alone; then it is updated, lost, and created again. */
import { expect } from 'vitest';
import type { CloudParts } from './cloud-parts.ts';
import type { CoppiceProcess } from './coppice-process.ts';

const NODE = 'adopted-stack';

const template = {
  heat_template_version: '2018-08-31',
  parameters: { tier: { type: 'string', default: 'front' } },
  resources: {
    vm: {
      type: 'OS::Nova::Server',
      properties: {
        image: 'cirros-fake',
        flavor: 'm1.tiny',
        networks: [{ network: 'private' }],
        metadata: { tier: { get_param: 'tier' } },
      },
    },
  },
};

export async function adoptAndUpdateStack(coppice: CoppiceProcess, cloud: CloudParts): Promise<void> {
  const { id } = await cloud.createStack('found-stack', { template, tags: 'blue,team=web' });
  const path = `found-stack/${id}`;
  const { vm = '' } = await cloud.resourcesOf(path);
  const node = await coppice.adopt('found-stack', 'os.heat.stack-1.0', NODE);
  expect(node).toMatchObject({ name: NODE, physical_id: id, status: 'ACTIVE' });
  const tags = ['blue', 'team=web', `cluster_node_id=${node.id}`];
  expect((await cloud.stackIs(path, 'UPDATE_COMPLETE')).tags).toEqual(tags);
  expect(await cloud.resourcesOf(path), 'another set of tags changes no resource').toEqual({ vm });

  await coppice.change(NODE, { parameters: { tier: 'back' } });
  const updated = await cloud.stackIs(path, 'UPDATE_COMPLETE');
  expect(updated.parameters).toMatchObject({ tier: 'back' });
  expect(updated.tags, 'what others have tagged stays').toEqual(expect.arrayContaining(tags));
  expect(await cloud.resourcesOf(path)).toEqual({ vm });
  expect((await cloud.server(vm))?.metadata).toMatchObject({ tier: 'back' });

  await cloud.deleteStack(path);
  await coppice.act('POST', `/v1/nodes/${NODE}/actions`, { recover: { operation: 'RECREATE' } });
  const { physical_id: second } = await coppice.node(NODE);
  expect(second).not.toBe(id);
  expect(await coppice.closedRecovery(node)).toMatchObject({ state: 'RECOVERED' });
  await coppice.act('DELETE', `/v1/nodes/${NODE}`);
}
