import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../cloud-simulator/cloud-simulator.ts';
import { faultSchema } from '../cloud-simulator/faults.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Node } from '../domain/model.ts';
import { ServiceClouds } from '../openstack/cloud.ts';
import { findSettings } from '../openstack/find-settings.ts';
import { profileTypes } from '../profiles/registry.ts';
import { TestServer, type Reply } from '../../test/support/test-server.ts';
import { eventually } from '../../test/support/eventually.ts';
import { manage } from '../clusters/managed-node.ts';
import { getNode, updateNode } from '../store/nodes.ts';
import { getProfile } from '../store/profiles.ts';
import { insertRetained } from '../store/retained.ts';
import type { Store, Tx } from '../store/store.ts';
import { adoptNode, previewAdoption } from './adopt-node.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let server: TestServer;
const context = { signal: new AbortController().signal };

beforeEach(async () => {
  simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 0 } } });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  const types = profileTypes({ dataDir: '/nonexistent', clouds });
  server = await TestServer.start({ tools: { profileTypes: types } });
});
afterEach(async () => {
  await server.stop();
  await clouds.close();
  await simulator.close();
});

/** A server that was created by other means. */
async function foreignServer(written: JsonObject = {}): Promise<string> {
  const { nova, glance, neutron } = clouds.service;
  const [image] = await glance.findImages('debian', context);
  const [network] = await neutron.find('networks', 'private', context);
  const body = {
    name: 'old-web',
    flavorRef: 'm1.small',
    networks: [{ uuid: network?.id ?? '' }],
    ...written,
  };
  const id = await nova.createServer({ imageRef: image?.id ?? '', ...body }, undefined, context);
  await eventually('the server runs', async () => (await nova.getServer(id, context)).status === 'ACTIVE');
  return id;
}

const template: JsonObject = {
  heat_template_version: '2018-08-31',
  parameters: {
    flavor: { type: 'string', default: 'm1.tiny' },
    secret: { type: 'string', default: '', hidden: true },
  },
  resources: {
    vm: { type: 'OS::Nova::Server', properties: { flavor: { get_param: 'flavor' }, image: 'debian' } },
  },
};

async function foreignStack(written: JsonObject = {}): Promise<string> {
  const { heat } = clouds.service;
  const body = { stack_name: 'old', template, parameters: { flavor: 'm1.small' }, tags: 'mine', ...written };
  const id = await heat.createStack(body, context);
  await eventually('the stack has ended', async () => {
    const { stack_status: status } = await heat.getStack('old', id, context);
    return !status.endsWith('_IN_PROGRESS');
  });
  return id;
}

function ask(path: 'adopt' | 'adopt-preview', body: JsonObject, minor = 14): Promise<Reply> {
  const whole = { type: 'os.nova.server-1.0', ...body };
  return server.ask('POST', `/v1/nodes/${path}`, { body: whole, minor });
}

const messageOf = ({ body }: Reply): string => (body as { error: { message: string } }).error.message;
const nodeIn = ({ body }: Reply) => (body as { node: JsonObject & { id: string } }).node;

async function stored(id: string): Promise<Node> {
  const node = await getNode(server.store.db, id);
  if (node === undefined) throw new Error('there is no such node');
  return node;
}

/** As an action treats it. */
async function managed(id: string) {
  const node = await stored(id);
  const profile = await getProfile(server.store.db, node.profileId);
  if (profile === undefined) throw new Error('there is no such profile');
  return manage(server.tools, node, undefined, profile);
}

describe('a server', () => {
  test('is shown as the profile that it would get, and stays as it is', async () => {
    const id = await foreignServer({
      metadata: { tier: 'front', cluster_node_id: 'of-a-senlin' },
      key_name: 'k',
    });
    const before = simulator.world.servers.find(id)?.metadata;
    const reply = await ask('adopt-preview', { identity: id, overrides: { flavor: 'm1.tiny' } });
    const [debian] = await clouds.service.glance.findImages('debian', context);
    expect(reply).toMatchObject({
      status: 200,
      body: {
        node_preview: {
          type: 'os.nova.server',
          version: '1.0',
          properties: {
            name: 'old-web',
            flavor: 'm1.tiny',
            image: debian?.id,
            networks: [{ network: 'private' }],
            metadata: { tier: 'front' },
            key_name: 'k',
            security_groups: ['default'],
            availability_zone: 'nova',
          },
        },
      },
    });
    expect(simulator.world.servers.find(id)?.metadata).toEqual(before);
  });

  test('becomes a node that is known by its metadata, and is removed with it', async () => {
    const id = await foreignServer({ metadata: { tier: 'front', cluster_id: 'of-a-senlin' } });
    const reply = await ask('adopt', { identity: id, name: 'web', role: 'master', metadata: { a: 'b' } });
    expect(reply.status).toBe(200);
    const node = nodeIn(reply);
    expect(node).toMatchObject({
      cluster_id: '',
      index: -1,
      metadata: { a: 'b' },
      name: 'web',
      physical_id: id,
      profile_name: 'prof-web',
      role: 'master',
      status: 'ACTIVE',
      status_reason: 'Node adopted successfully',
    });
    expect(simulator.world.servers.find(id)?.metadata).toEqual({
      tier: 'front',
      cluster_node_id: node.id,
      coppice_request: `adopt ${node.id}`,
    });
    expect((await stored(node.id)).data).toMatchObject({ address: expect.stringMatching(/^10\./) as string });
    const { type, facts } = await managed(node.id);
    // Also where its id is lost.
    await type.remove({ ...facts, physicalId: null }, { key: 'r', ...context });
    expect(simulator.world.servers.all).toEqual([]);
    const again = await type.create(facts, { key: 'c', ...context });
    expect(simulator.world.servers.find(again.physicalId)).toMatchObject({
      name: 'old-web',
      flavor: 'm1.small',
    });
  });

  test('that is a node already is refused, also one that only says so, and of another type', async () => {
    const id = await foreignServer();
    const { id: nodeId } = nodeIn(await ask('adopt', { identity: id, name: 'web' }));
    const again = await ask('adopt', { identity: id });
    expect([again.status, messageOf(again)]).toEqual([
      409,
      `${id} cannot be adopted: it is that of node web (${nodeId}) already.`,
    ]);
    expect((await ask('adopt-preview', { identity: id })).status).toBe(409);
    const copy = await foreignServer({ metadata: { cluster_node_id: nodeId } });
    expect((await ask('adopt', { identity: copy })).status).toBe(409);
  });

  test('of another project, or none at all, is not there', async () => {
    const id = await foreignServer();
    Object.assign(simulator.world.servers.find(id) ?? {}, { projectId: 'another' });
    for (const identity of [id, 'nonsense']) {
      const reply = await ask('adopt', { identity });
      expect([reply.status, messageOf(reply)]).toEqual([
        400,
        `identity: expected the id of a server of this project, found "${identity}"`,
      ]);
    }
  });

  test('that boots from a volume needs an image in the overrides', async () => {
    const device = {
      source_type: 'volume',
      destination_type: 'volume',
      uuid: 'v',
      boot_index: 0,
      volume_size: 1,
    };
    const id = await foreignServer({ imageRef: '', block_device_mapping_v2: [device] });
    expect(messageOf(await ask('adopt', { identity: id }))).toContain(
      'overrides: expected image, or block_device_mapping_v2, found neither (the server boots from a volume',
    );
    expect((await ask('adopt', { identity: id, overrides: { image: 'debian' } })).status).toBe(200);
  });

  test('in ERROR is refused, since Nova lets nothing be written into it', async () => {
    const id = await foreignServer();
    const broken = simulator.world.servers.find(id);
    if (broken !== undefined) simulator.world.servers.setState(broken, 'error', 'Disk is gone.');
    const refused = await ask('adopt', { identity: id });
    expect([refused.status, messageOf(refused)]).toEqual([
      400,
      `identity: expected a server that is ACTIVE, PAUSED, SUSPENDED, SHUTOFF: in other states Nova does not let Coppice write whose it is; found one that is ERROR (rebuild it, or: openstack server set --state active ${id})`,
    ]);
    expect((await ask('adopt-preview', { identity: id })).status).toBe(200);
  });

  test.each([
    [{ snapshot: true }, 'snapshot: expected false, found true (Coppice takes no snapshot'],
    [
      { type: 'os.nova.server-9.9' },
      'type: expected one of local.process-1.0, os.nova.server-1.0, os.heat.stack-1.0, ',
    ],
    [
      { type: 'local.process-1.0' },
      'Nodes of the type local.process-1.0 cannot be adopted: Coppice watches only',
    ],
    [{ overrides: { flavour: 'm1.tiny' } }, "Unrecognizable spec item 'flavour'"],
  ])('with %j is refused', async (asked, message) => {
    const id = await foreignServer();
    for (const path of ['adopt', 'adopt-preview'] as const) {
      const reply = await ask(path, { identity: id, ...asked });
      expect([reply.status, messageOf(reply)]).toEqual([400, expect.stringContaining(message)]);
    }
    expect(simulator.world.servers.find(id)?.metadata).toEqual({});
  });

  test('is not adopted below microversion 1.7, nor while Nova is away', async () => {
    const id = await foreignServer();
    expect((await ask('adopt', { identity: id }, 6)).status).toBe(400);
    simulator.world.faults.add(
      faultSchema.parse({ service: 'compute', operation: 'metadata', kind: 'error', status: 500, count: 0 }),
    );
    const reply = await ask('adopt', { identity: id });
    expect([reply.status, messageOf(reply)]).toEqual([
      500,
      expect.stringContaining('the server could not be marked as the one of its node'),
    ]);
    simulator.world.faults.clear();
    expect((await ask('adopt', { identity: id })).status).toBe(200);
  });
});

describe('a stack', () => {
  const type = 'os.heat.stack-1.0';

  test('becomes a node with what it was made from, and keeps the tags of its user', async () => {
    const id = await foreignStack({ timeout_mins: 7 });
    const preview = await ask('adopt-preview', { identity: id, type });
    expect(preview.body).toMatchObject({
      node_preview: { properties: { template, parameters: { flavor: 'm1.small' }, timeout: 7 } },
    });
    const node = nodeIn(await ask('adopt', { identity: 'old', type, name: 'web' }));
    expect(node).toMatchObject({ physical_id: id, status: 'ACTIVE' });
    const stack = await clouds.service.heat.getStack('old', id, context);
    expect(stack.tags).toEqual(['mine', `cluster_node_id=${node.id}`]);
    const { type: profileType, facts } = await managed(node.id);
    await profileType.remove({ ...facts, physicalId: null }, { key: 'r', ...context });
    expect(await clouds.service.heat.findStack('old', context)).toBeUndefined();
  });

  test('whose parameter Heat does not show needs all of them in the overrides', async () => {
    const id = await foreignStack({ parameters: { secret: '******' } });
    expect(messageOf(await ask('adopt', { identity: id, type }))).toContain(
      'overrides.parameters: expected all parameters, with secret, found nothing (Heat does not show its value)',
    );
    expect(
      (await ask('adopt', { identity: id, type, overrides: { parameters: { secret: 'x' } } })).status,
    ).toBe(200);
  });

  test('that has failed is refused, and not updated', async () => {
    simulator.world.faults.add(
      faultSchema.parse({ service: 'orchestration', operation: 'create', kind: 'fail' }),
    );
    const id = await foreignStack();
    expect(messageOf(await ask('adopt', { identity: id, type }))).toBe(
      'identity: expected a stack that is complete, found "CREATE_FAILED"',
    );
    expect(messageOf(await ask('adopt', { identity: 'none', type }))).toContain(
      'identity: expected the id or name',
    );
  });
});

describe.each(['os.nova.server-1.0', 'os.heat.stack-1.0'])('what another project has of %s', (type) => {
  const owner = { project: 'red', user: 'r', domain: null, roles: ['member' as const] };
  const stranger = { project: 'blue', user: 'b', domain: null, roles: ['member' as const] };
  const make = () => (type.startsWith('os.nova') ? foreignServer() : foreignStack());
  const request = { type, overrides: {}, snapshot: false, role: '', metadata: {}, name: undefined };

  async function refusals(identity: string): Promise<string[]> {
    const preview = previewAdoption(server.tools, stranger, { ...request, identity });
    const adoption = adoptNode(server.tools, stranger, { ...request, identity });
    const settled = await Promise.allSettled([preview, adoption]);
    return settled.map((each) =>
      each.status === 'fulfilled' ? 'done' : String(each.reason).replace(identity, 'ID'),
    );
  }

  test('is refused in the words for one that is not there', async () => {
    const missing = await refusals('d0b8a5a6-5a0e-4b36-8f0e-3c1f0f3d8f01');
    expect(missing[0]).toContain('of this project, found "ID"');
    const id = await make();
    await adoptNode(server.tools, owner, { ...request, identity: id });
    expect(await refusals(id)).toEqual(missing);
    if (type.startsWith('os.heat')) expect(await refusals('old')).toEqual(missing);
    const admin = { ...stranger, roles: ['admin' as const] };
    const told = previewAdoption(server.tools, admin, { ...request, identity: id });
    await expect(told).rejects.toThrow(/it is that of node node-\w+ /);
  });

  test('is so in a state as well that cannot be adopted, and where it is kept after a recovery', async () => {
    const missing = await refusals('d0b8a5a6-5a0e-4b36-8f0e-3c1f0f3d8f01');
    const id = await make();
    const node = await adoptNode(server.tools, owner, { ...request, identity: id });
    const failed = type.startsWith('os.nova')
      ? simulator.world.servers.find(id)
      : [...simulator.world.stacks.all].find((stack) => stack.id === id);
    Object.assign(failed ?? {}, type.startsWith('os.nova') ? { status: 'ERROR' } : { status: 'FAILED' });
    expect(await refusals(id)).toEqual(missing);
    await server.store.write(async (tx) => {
      const { project, user, domain } = owner;
      await insertRetained(tx, {
        project,
        user,
        domain,
        id: 'kept',
        clusterId: null,
        nodeId: node.id,
        nodeName: node.name,
        profileType: type,
        recoveryId: 'r',
        physicalId: id,
        data: {},
        stoppedAt: 1,
        until: 2,
      });
      await updateNode(tx, node.id, { physicalId: null });
    });
    expect(await refusals(id)).toEqual(missing);
  });
});

test.each(['os.nova.server-1.0', 'os.heat.stack-1.0'])(
  'killed between what it writes to the cloud and its rows, an adoption of %s ends when it is repeated',
  async (type) => {
    const isServer = type.startsWith('os.nova');
    const identity = isServer ? await foreignServer() : await foreignStack();
    const request = { identity, type, overrides: {}, snapshot: false, name: 'web', role: '', metadata: {} };
    const dying: Store = Object.create(server.store, {
      write: { value: (_work: (tx: Tx) => Promise<unknown>) => Promise.reject(new Error('killed')) },
    }) as Store;
    const caller = { project: 'local', user: 'local', domain: null, roles: ['admin' as const] };
    await expect(adoptNode({ ...server.tools, store: dying }, caller, request)).rejects.toThrow('killed');
    const [one, two] = await Promise.allSettled([
      adoptNode(server.tools, caller, request),
      adoptNode(server.tools, caller, request),
    ]);
    const adopted = [one, two].flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(adopted).toHaveLength(1);
    const marked = isServer
      ? simulator.world.servers.find(identity)?.metadata['cluster_node_id']
      : (await clouds.service.heat.getStack('old', identity, context)).tags?.[1]?.split('=')[1];
    expect(marked).toBe(adopted[0]?.id);
    expect(await stored(adopted[0]?.id ?? '')).toMatchObject({ status: 'ACTIVE', physicalId: identity });
  },
);
