import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { neverAborted, NovaNodes } from '../../../test/support/nova-nodes.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { InPlaceUpdate, NodeFacts, PhysicalNode } from '../profile-type.ts';
import { planServerUpdate } from './update-server.ts';

describe('the plan', () => {
  const base = { flavor: 'm1.tiny', image: 'debian', admin_pass: 'old', networks: [{ network: 'private' }] };

  test.each([
    [{}, []],
    [{ flavor: 'm1.small' }, ['flavor']],
    [{ name: 'db' }, ['name']],
    [{ metadata: { a: 'b' }, admin_pass: 'new', name: 'db' }, ['name', 'admin_pass', 'metadata']],
    [{ image: 'ubuntu', name: 'db', admin_pass: 'new', flavor: 'm1.small' }, ['image', 'flavor']],
    [{ networks: [{ network: 'other' }], metadata: { a: 'b' } }, ['metadata', 'networks']],
    [{ context: { region_name: 'RegionOne' } }, []],
  ] as [JsonObject, string[]][])('of %j is in place: %j', (change, changes) => {
    expect(planServerUpdate(base, { ...base, ...change })).toEqual({
      way: 'IN_PLACE',
      changes,
      tentative: changes.includes('flavor') ? 'flavor' : null,
    });
  });

  test.each([
    [{ key_name: 'k' }, 'key_name cannot be changed in place'],
    [{ networks: [] }, 'networks cannot be changed in place'],
    [
      { availability_zone: 'z', user_data: 'x', name: 'db' },
      'availability_zone and user_data cannot be changed in place',
    ],
  ] as [JsonObject, string][])('of %j is to replace the server', (change, reason) => {
    expect(planServerUpdate(base, { ...base, ...change })).toEqual({ way: 'REPLACE', reason });
  });

  test('replaces a server that is to boot from a volume', () => {
    const { image: _, ...withoutImage } = base;
    expect(planServerUpdate(base, withoutImage)).toMatchObject({ way: 'REPLACE' });
  });

  test('refuses to take a password away, and names the field', () => {
    const { admin_pass: _, ...withoutPassword } = base;
    expect(planServerUpdate(base, withoutPassword)).toEqual({
      way: 'REFUSED',
      issues: [
        {
          field: 'admin_pass',
          expected: 'a password, as the profile before has',
          found: 'nothing',
          hint: 'a server keeps the password that it was given',
        },
      ],
    });
  });
});

describe('a change', () => {
  let nodes: NovaNodes;

  beforeEach(async () => {
    nodes = await NovaNodes.start();
  });
  afterEach(() => nodes.stop());

  function updateOf(): InPlaceUpdate {
    const { update } = nodes.type;
    if (update === undefined) throw new Error('the type updates nothing');
    return update;
  }

  function change(node: NodeFacts, to: JsonObject, name: string, key = 'u'): Promise<PhysicalNode> {
    const request = { key, signal: neverAborted };
    return updateOf().change(node, nodes.properties(to), name, request);
  }

  test('of the name renames the server, and back to the name of the node', async () => {
    const node = await nodes.created({ name: 'first' });
    await change(node, { name: 'second' }, 'name');
    expect(nodes.serverOf(node).name).toBe('second');
    await change(node, {}, 'name');
    expect(nodes.serverOf(node).name).toBe('web-1');
  });

  test('of the metadata keeps whose the server is, and what others have written', async () => {
    const node = await nodes.created({ metadata: { gone: '1', stays: '1' } });
    const server = nodes.serverOf(node);
    server.metadata = { ...server.metadata, foreign: 'x' };
    await change(node, { metadata: { stays: '2', new: '3', cluster_node_id: 'stolen' } }, 'metadata');
    expect(server.metadata).toEqual({
      cluster_id: node.clusterId,
      cluster_node_id: node.id,
      cluster_node_index: '1',
      coppice_request: 'create',
      foreign: 'x',
      stays: '2',
      new: '3',
    });
  });

  test('of the password is carried out', async () => {
    const node = await nodes.created({ admin_pass: 'old' });
    await change(node, { admin_pass: 'new' }, 'admin_pass');
    expect(nodes.serverOf(node).adminPass).toBe('new');
  });

  test('of the image rebuilds the server with its name and password', async () => {
    const node = await nodes.created({ admin_pass: 'old' });
    await change(node, { image: 'ubuntu', name: 'db', admin_pass: 'new' }, 'image');
    const { image } = await nodes.clouds.service.nova.getServer(node.physicalId ?? '', {
      signal: neverAborted,
    });
    const [ubuntu] = await nodes.clouds.service.glance.findImages('ubuntu', { signal: neverAborted });
    expect(image).toMatchObject({ id: ubuntu?.id });
    expect(nodes.serverOf(node)).toMatchObject({ name: 'db', adminPass: 'new', vmState: 'active' });
    expect(nodes.mutations).toEqual(['create', 'rebuild']);
  });

  test('of the image to another name of the same one rebuilds nothing', async () => {
    const node = await nodes.created();
    const [debian] = await nodes.clouds.service.glance.findImages('debian', { signal: neverAborted });
    await change(node, { image: debian?.id ?? '', name: 'db' }, 'image');
    expect(nodes.mutations).toEqual(['create']);
    expect(nodes.serverOf(node).name).toBe('db');
  });

  test('of the image of a server that is stopped leaves it stopped', async () => {
    const node = await nodes.created();
    nodes.simulator.world.servers.setState(nodes.serverOf(node), 'stopped', null);
    await change(node, { image: 'ubuntu' }, 'image');
    expect(nodes.serverOf(node)).toMatchObject({ vmState: 'stopped', taskState: null });
  });

  test('of the flavor is confirmed by confirm', async () => {
    const node = await nodes.created();
    await change(node, { flavor: 'm1.small' }, 'flavor');
    expect(nodes.serverOf(node)).toMatchObject({ vmState: 'resized', flavor: 'm1.small' });
    await updateOf().confirm?.(node, { key: 'u', signal: neverAborted });
    await updateOf().confirm?.(node, { key: 'u', signal: neverAborted });
    expect(nodes.serverOf(node)).toMatchObject({ vmState: 'active', flavor: 'm1.small' });
    expect(nodes.mutations).toEqual(['create', 'resize', 'confirmResize']);
  });

  test('of the flavor is awaited while Nova confirms it, and shows no task', async () => {
    const node = await nodes.created();
    await change(node, { flavor: 'm1.small' }, 'flavor');
    nodes.setOperationMs(200);
    await updateOf().confirm?.(node, { key: 'u', signal: neverAborted });
    expect(nodes.serverOf(node)).toMatchObject({ vmState: 'active', flavor: 'm1.small' });
  });

  test('of the flavor is taken back by revert, once', async () => {
    const node = await nodes.created();
    await change(node, { flavor: 'm1.small' }, 'flavor');
    for (const _ of [1, 2]) await updateOf().revert?.(node, { key: 'u', signal: neverAborted });
    expect(nodes.serverOf(node)).toMatchObject({ vmState: 'active', flavor: 'm1.tiny' });
    expect(nodes.mutations).toEqual(['create', 'resize', 'revertResize']);
  });

  test('of the flavor leaves the resize of another alone', async () => {
    const node = await nodes.created();
    await change(node, { flavor: 'm1.small' }, 'flavor', 'another update');
    await expect(change(node, { flavor: 'm1.large' }, 'flavor')).rejects.toThrow(
      /^the server could not be resized: compute: POST .*Cannot 'resize' instance .* while it is in vm_state resized/,
    );
    expect(await updateOf().revert?.(node, { key: 'u', signal: neverAborted })).toBeNull();
    await updateOf().confirm?.(node, { key: 'u', signal: neverAborted });
    expect(nodes.serverOf(node).vmState).toBe('resized');
  });

  test('of the flavor to the one that it has changes nothing', async () => {
    const node = await nodes.created();
    await change(node, { flavor: 'm1.tiny' }, 'flavor');
    expect(nodes.mutations).toEqual(['create']);
  });

  test('of the flavor for which there is no host fails with the reason of Nova, and the server stays', async () => {
    const node = await nodes.created();
    nodes.simulator.world.flavors.add({ id: 'huge', vcpus: 64, ram: 900_000, disk: 1 });
    await expect(change(node, { flavor: 'huge' }, 'flavor')).rejects.toThrow(
      `the server could not be resized: server ${node.physicalId} is ACTIVE: No valid host was found.`,
    );
    expect(nodes.serverOf(node)).toMatchObject({ vmState: 'active', flavor: 'm1.tiny' });
  });

  test('that breaks the server fails with the reason of Nova', async () => {
    const node = await nodes.created();
    nodes.fault({ operation: 'resize', kind: 'fail', message: 'Disk is full.' });
    await expect(change(node, { flavor: 'm1.small' }, 'flavor')).rejects.toThrow(
      `the server could not be resized: server ${node.physicalId} is ERROR: Disk is full.`,
    );
    expect(await updateOf().revert?.(node, { key: 'u', signal: neverAborted })).toBeNull();
  });

  test.each([
    ['image', { image: 'ubuntu' }, 'rebuild'],
    ['flavor', { flavor: 'm1.small' }, 'resize'],
    ['admin_pass', { admin_pass: 'new' }, 'changePassword'],
  ] as [string, JsonObject, string][])(
    'of %s whose answer is lost is carried out once',
    async (name, to, what) => {
      const node = await nodes.created();
      nodes.fault({ operation: what, kind: 'lost-answer' });
      await change(node, to, name);
      expect(nodes.mutations).toEqual(['create', what]);
    },
  );

  test.each([
    ['image', { image: 'ubuntu' }, 'rebuild'],
    ['flavor', { flavor: 'm1.small' }, 'resize'],
  ] as [string, JsonObject, string][])(
    'of %s that a killed process began is found and awaited',
    async (name, to, what) => {
      const node = await nodes.created();
      nodes.setOperationMs(200);
      const first = change(node, to, name);
      await vi.waitFor(() => expect(nodes.mutations).toEqual(['create', what]));
      const [one, two] = await Promise.all([first, change(node, to, name)]);
      expect(one).toEqual(two);
      expect(nodes.mutations).toEqual(['create', what]);
    },
  );

  test('that is aborted from the start waits for what was begun, and begins nothing', async () => {
    const node = await nodes.created();
    const aborted = { key: 'u', signal: AbortSignal.abort(new Error('cancelled')) };
    const to = nodes.properties({ flavor: 'm1.small' });
    await expect(updateOf().change(node, to, 'flavor', aborted)).rejects.toThrow('cancelled');
    expect(nodes.mutations).toEqual(['create']);
    nodes.setOperationMs(200);
    const first = change(node, { flavor: 'm1.small' }, 'flavor');
    await vi.waitFor(() => expect(nodes.mutations).toEqual(['create', 'resize']));
    await expect(updateOf().change(node, to, 'flavor', aborted)).rejects.toThrow('cancelled');
    expect(nodes.serverOf(node).vmState).toBe('resized');
    await first;
  });
});
