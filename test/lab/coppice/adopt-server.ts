/** A server that is there becomes a node; then it gets new profiles, one change at a time, and stays. */
import { expect } from 'vitest';
import type { CloudParts, CloudServer } from './cloud-parts.ts';
import type { CoppiceProcess } from './coppice-process.ts';

const NODE = 'adopted-web';

export async function adoptAndUpdateServer(coppice: CoppiceProcess, cloud: CloudParts): Promise<void> {
  const otherImage = await cloud.image('cirros-other');
  await cloud.network('second');
  const before = await cloud.createServer('found-web', { team: 'blue' });
  const { id } = before;
  await adopt(coppice, cloud, before);
  const server = async (): Promise<CloudServer> => cloud.serverIs(id, 'ACTIVE');

  await coppice.change(NODE, { name: 'renamed-web' });
  expect((await server()).name).toBe('renamed-web');

  await cloud.send('compute', 'POST', `/v2.1/servers/${id}/metadata`, { metadata: { of: 'an operator' } });
  await coppice.change(NODE, { metadata: { team: 'green', tier: 'front' } });
  expect((await server()).metadata).toMatchObject({ team: 'green', tier: 'front', of: 'an operator' });

  await coppice.change(NODE, { image: 'cirros-other' });
  expect((await server()).image).toMatchObject({ id: otherImage });
  expect((await cloud.actionsOf(id)).filter((action) => action === 'rebuild')).toHaveLength(1);

  await coppice.change(NODE, { networks: [{ network: 'private' }, { network: 'second' }] });
  expect(Object.keys((await server()).addresses).toSorted()).toEqual(['private', 'second']);
  await coppice.change(NODE, { networks: [{ network: 'second' }] });
  expect(Object.keys((await server()).addresses)).toEqual(['second']);

  await coppice.change(NODE, { flavor: 'm1.small' });
  const resized = await server();
  expect(resized.flavor.original_name).toBe('m1.small');
  expect(await cloud.actionsOf(id)).toEqual(expect.arrayContaining(['resize', 'confirmResize']));
  // All of it was done to the one server.
  expect(resized).toMatchObject({ name: 'renamed-web', metadata: { team: 'green', of: 'an operator' } });
  expect((await coppice.node(NODE)).physical_id).toBe(id);

  await coppice.act('DELETE', `/v1/nodes/${NODE}`);
  await cloud.serverGone(id);
}

async function adopt(coppice: CoppiceProcess, cloud: CloudParts, { id }: CloudServer): Promise<void> {
  const type = 'os.nova.server-1.0';
  const { node_preview: preview } = await coppice.send('POST', '/v1/nodes/adopt-preview', {
    identity: id,
    type,
  });
  const properties = { flavor: 'm1.tiny', networks: [{ network: 'private' }], metadata: { team: 'blue' } };
  expect(preview).toMatchObject({ properties: { name: 'found-web', ...properties } });
  expect((await cloud.server(id))?.metadata, 'a preview changes nothing').toEqual({ team: 'blue' });
  const node = await coppice.adopt(id, type, NODE);
  expect(node).toMatchObject({ name: NODE, physical_id: id, status: 'ACTIVE' });
  expect((await cloud.server(id))?.metadata).toMatchObject({ team: 'blue', cluster_node_id: node.id });
  const again = coppice.adopt(id, type, 'another');
  await expect(again, 'what is a node already is refused').rejects.toThrow(/409|already/i);
}
