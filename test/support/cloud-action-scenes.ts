/**
 * Calls of actions that any cloud has to answer: played on the simulated one, and on the lab's real services.
 * Each leaves the cloud as it was.
 */
import { expect } from 'vitest';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { CloudActionCalls } from './cloud-actions.ts';

/** What the cloud has. */
export interface CloudFacts {
  readonly image: string;
  readonly flavor: string;
  readonly otherFlavor: string;
  readonly network: string;
}

export interface ActionScene {
  readonly name: string;
  /** The type of a service that not every lab has. */
  readonly needs?: string;
  play(calls: CloudActionCalls, facts: CloudFacts): Promise<void>;
}

/** So that what is left behind, and what is found, is known as ours. */
const PREFIX = 'action-scene';

async function newServer(
  calls: CloudActionCalls,
  { image, flavor }: CloudFacts,
  name: string,
): Promise<string> {
  const { id } = await calls.object('nova.servers_create', {
    name: `${PREFIX}-${name}`,
    image,
    flavor,
    nics: 'none',
  });
  await calls.until('nova.servers_get', { server: id as string }, { status: 'ACTIVE' });
  return id as string;
}

async function gone(calls: CloudActionCalls, server: string): Promise<void> {
  await calls.call('nova.servers_delete', { server });
  await calls.eventually(
    'it is gone',
    async () => (await calls.list('nova.servers_findall', { id: server })).length === 0,
  );
}

/** It may work as well. */
async function refusedWith(call: Promise<Json>, text: string): Promise<void> {
  const outcome = await call.catch((error: unknown) => String(error));
  if (typeof outcome === 'string') expect(outcome).toContain(text);
}

const life: ActionScene = {
  name: 'the life of a server',
  async play(calls, facts) {
    const server = await newServer(calls, facts, 'life');
    const given = { server };
    const settled = async (status: string): Promise<JsonObject> =>
      await calls.until('nova.servers_get', given, { status, 'OS-EXT-STS:task_state': null });
    const step = async (name: string, status: string, more: JsonObject = {}): Promise<void> => {
      await calls.call(`nova.servers_${name}`, { ...given, ...more });
      await settled(status);
    };
    await step('stop', 'SHUTOFF');
    await step('start', 'ACTIVE');
    await step('reboot', 'ACTIVE', { reboot_type: 'HARD' });
    await step('pause', 'PAUSED');
    await step('unpause', 'ACTIVE');
    await step('suspend', 'SUSPENDED');
    await step('resume', 'ACTIVE');
    await step('rescue', 'RESCUE');
    await step('unrescue', 'ACTIVE');
    await step('shelve', 'SHELVED_OFFLOADED');
    await step('unshelve', 'ACTIVE');
    await step('resize', 'VERIFY_RESIZE', { flavor: facts.otherFlavor });
    await step('revert_resize', 'ACTIVE');
    await step('migrate', 'VERIFY_RESIZE');
    await step('confirm_resize', 'ACTIVE');
    await step('live_migrate', 'ACTIVE');
    await step('reset_state', 'ERROR');
    await step('reset_state', 'ACTIVE', { state: 'active' });
    await step('rebuild', 'ACTIVE', { image: facts.image, name: `${PREFIX}-rebuilt` });
    await step('lock', 'ACTIVE', { reason: 'maintenance' });
    expect(await calls.object('nova.servers_get', given)).toMatchObject({
      name: `${PREFIX}-rebuilt`,
      locked: true,
      locked_reason: 'maintenance',
    });
    await step('unlock', 'ACTIVE');
    await gone(calls, server);
  },
};

const parts: ActionScene = {
  name: 'what hangs on a server',
  async play(calls, facts) {
    const server = await newServer(calls, facts, 'parts');
    const given = { server };
    expect(await calls.object('nova.servers_update', { server, description: 'ours' })).toMatchObject({
      description: 'ours',
    });
    await calls.call('nova.servers_set_meta', { server, metadata: { a: '1', b: '2' } });
    await calls.call('nova.servers_set_meta_item', { server, key: 'c', value: '3' });
    await calls.call('nova.servers_delete_meta', { server, keys: ['a'] });
    const { metadata } = await calls.object('nova.servers_get', given);
    expect(metadata).toMatchObject({ b: '2', c: '3' });
    expect(metadata).not.toHaveProperty('a');
    expect(await calls.object('nova.servers_ips', given)).toEqual({});
    expect(await calls.call('nova.servers_get_console_output', { server, length: 3 })).toEqual(
      expect.any(String),
    );
    const added = await calls.object('nova.servers_interface_attach', { server, net_id: facts.network });
    expect(added).toMatchObject({ net_id: facts.network });
    const ports = await calls.list('nova.servers_interface_list', given);
    expect(ports.map(({ port_id: id }) => id)).toEqual([added['port_id']]);
    expect(await calls.list('nova.servers_list_security_group', given)).toEqual([
      expect.objectContaining({ name: 'default' }),
    ]);
    await calls.call('nova.servers_interface_detach', { server, port_id: added['port_id'] as Json });
    await calls.eventually(
      'the port is off',
      async () => (await calls.list('nova.servers_interface_list', given)).length === 0,
    );
    expect(await calls.list('nova.volumes_get_server_volumes', { server_id: server })).toEqual([]);
    expect(await calls.list('nova.server_migrations_list', given)).toEqual([]);
    expect(
      await calls.list('nova.servers_list', { search_opts: { name: `^${PREFIX}-parts$` } }),
    ).toHaveLength(1);
    const byName = await calls.object('nova.servers_find', { name: `${PREFIX}-parts` });
    expect(byName['id']).toBe(server);
    const image = await calls.call('nova.servers_create_image', { server, image_name: `${PREFIX}-image` });
    expect(await calls.object('glance.images_get', { image_id: image })).toMatchObject({
      name: `${PREFIX}-image`,
    });
    await calls.eventually('the image can be deleted', async () => {
      await calls.call('glance.images_delete', { image_id: image });
      return true;
    });
    await gone(calls, server);
  },
};

const hosts: ActionScene = {
  name: 'hosts, for administrators',
  async play(calls) {
    const [service] = await calls.list('nova.services_list', { binary: 'nova-compute' });
    const { id = null, host = null } = service ?? {};
    expect(await calls.object('nova.services_find', { id })).toMatchObject({ host });
    const disabled = await calls.object('nova.services_disable_log_reason', {
      service_uuid: id,
      reason: 'scene',
    });
    expect(disabled).toMatchObject({ id, status: 'disabled', disabled_reason: 'scene' });
    expect(await calls.object('nova.services_enable', { host })).toMatchObject({ id, status: 'enabled' });
    const [hypervisor] = await calls.list('nova.hypervisors_list');
    const { id: hypervisorId = null, hypervisor_hostname: name = null } = hypervisor ?? {};
    expect(await calls.object('nova.hypervisors_get', { hypervisor: hypervisorId })).toMatchObject({
      id: hypervisorId,
    });
    const matching = await calls.list('nova.hypervisors_search', { hypervisor_match: name, servers: true });
    expect(matching.map(({ id: one }) => one)).toEqual([hypervisorId]);
    expect(await calls.object('nova.hypervisors_find', { hypervisor_hostname: name })).toMatchObject({
      id: hypervisorId,
    });
    expect(await calls.object('nova.hypervisors_statistics')).toHaveProperty('count');
    // Not every driver has it.
    await refusedWith(calls.call('nova.hypervisors_uptime', { hypervisor: hypervisorId }), 'HTTP 501');
    const zones = await calls.list('nova.availability_zones_list', { detailed: false });
    expect(zones.map(({ zoneName }) => zoneName)).toContain('nova');
    expect((await calls.list('nova.availability_zones_list')).length).toBeGreaterThanOrEqual(zones.length);
  },
};

const aggregates: ActionScene = {
  name: 'aggregates',
  async play(calls) {
    const [service] = await calls.list('nova.services_list', { binary: 'nova-compute' });
    const { host = null } = service ?? {};
    const made = await calls.object('nova.aggregates_create', {
      name: `${PREFIX}-set`,
      availability_zone: null,
    });
    const aggregate = made['id'] as Json;
    expect(await calls.object('nova.aggregates_add_host', { aggregate, host })).toMatchObject({
      hosts: [host],
    });
    await calls.call('nova.aggregates_set_metadata', { aggregate, metadata: { rack: 'r1' } });
    expect(await calls.object('nova.aggregates_get', { aggregate })).toMatchObject({
      metadata: { rack: 'r1' },
    });
    expect(await calls.object('nova.aggregates_find', { name: `${PREFIX}-set` })).toMatchObject({
      id: aggregate,
    });
    await calls.call('nova.aggregates_update', { aggregate, values: { name: `${PREFIX}-other` } });
    await calls.call('nova.aggregates_remove_host', { aggregate, host });
    await calls.call('nova.aggregates_delete', { aggregate });
    const left = await calls.list('nova.aggregates_list');
    expect(left.map(({ name }) => name)).not.toContain(`${PREFIX}-other`);
  },
};

const lookups: ActionScene = {
  name: 'flavors, keys, groups, quotas',
  async play(calls, { flavor }) {
    expect((await calls.list('nova.flavors_list', { detailed: false })).length).toBeGreaterThan(0);
    const shown = await calls.object('nova.flavors_get', { flavor });
    expect(await calls.object('nova.flavors_find', { name: shown['name'] as Json })).toMatchObject({
      id: flavor,
    });
    const made = await calls.object('nova.flavors_create', {
      name: `${PREFIX}-flavor`,
      ram: 64,
      vcpus: 1,
      disk: 0,
    });
    await calls.call('nova.flavors_delete', { flavor: made['id'] as Json });
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq1dAlp2Q4j3lYvU8jc9wQ3oJHTQpYjzF0YPeBqXKZk scene';
    await calls.call('nova.keypairs_create', { name: `${PREFIX}-key`, public_key: key });
    expect((await calls.list('nova.keypairs_list')).map(({ name }) => name)).toContain(`${PREFIX}-key`);
    expect(await calls.object('nova.keypairs_get', { keypair: `${PREFIX}-key` })).toMatchObject({
      public_key: key,
    });
    await calls.call('nova.keypairs_delete', { key: `${PREFIX}-key` });
    const group = await calls.object('nova.server_groups_create', {
      name: `${PREFIX}-group`,
      policy: 'anti-affinity',
    });
    expect(await calls.object('nova.server_groups_get', { id: group['id'] as Json })).toMatchObject({
      policy: 'anti-affinity',
    });
    expect(await calls.object('nova.server_groups_find', { name: `${PREFIX}-group` })).toMatchObject({
      id: group['id'],
    });
    expect((await calls.list('nova.server_groups_list')).map(({ id }) => id)).toContain(group['id']);
    await calls.call('nova.server_groups_delete', { id: group['id'] as Json });
    expect(await calls.object('nova.limits_get')).toMatchObject({
      absolute: { maxTotalCores: expect.any(Number) },
    });
  },
};

const template = {
  heat_template_version: '2018-08-31',
  resources: { word: { type: 'OS::Heat::RandomString', properties: { length: 4 } } },
  outputs: { word: { value: { get_attr: ['word', 'value'] } } },
};

const stacks: ActionScene = {
  name: 'a stack',
  needs: 'orchestration',
  async play(calls) {
    const name = `${PREFIX}-stack`;
    await calls.call('heat.stacks_validate', { template });
    const id = crypto.randomUUID();
    const made = await calls.object('heat.stacks_create', { stack_name: name, template }, { id });
    expect(await calls.object('heat.stacks_create', { stack_name: name, template }, { id })).toMatchObject({
      stack: { id: (made['stack'] as JsonObject)['id'] },
    });
    await calls.until('heat.stacks_get', { stack_id: name }, { stack_status: 'CREATE_COMPLETE' });
    const stack = (made['stack'] as JsonObject)['id'] as Json;
    expect(await calls.object('heat.stacks_get', { stack_id: stack })).toMatchObject({ stack_name: name });
    expect((await calls.list('heat.stacks_list', { filters: { name } })).map((one) => one['id'])).toEqual([
      stack,
    ]);
    expect(await calls.list('heat.resources_list', { stack_id: name })).toHaveLength(1);
    expect(await calls.object('heat.resources_get', { stack_id: name, resource_name: 'word' })).toMatchObject(
      { resource_name: 'word' },
    );
    expect((await calls.list('heat.events_list', { stack_id: name })).length).toBeGreaterThan(0);
    expect(await calls.object('heat.stacks_template', { stack_id: name })).toMatchObject({
      heat_template_version: '2018-08-31',
    });
    expect(await calls.object('heat.stacks_environment', { stack_id: name })).toEqual(expect.any(Object));
    await calls.call('heat.stacks_update', { stack_id: name, existing: true });
    await calls.until('heat.stacks_get', { stack_id: name }, { stack_status: 'UPDATE_COMPLETE' });
    await calls.call('heat.actions_check', { stack_id: name });
    await calls.until('heat.stacks_get', { stack_id: name }, { stack_status: 'CHECK_COMPLETE' });
    await calls.call('heat.stacks_delete', { stack_id: name });
    await calls.eventually('it is gone', async () => {
      const left = await calls.list('heat.stacks_list', { filters: { name } });
      return left.length === 0;
    });
    await expect(calls.call('heat.stacks_get', { stack_id: `${PREFIX}-none` })).rejects.toThrow(
      `HeatAction.stacks.get failed: ERROR: The Stack (${PREFIX}-none) could not be found.`,
    );
  },
};

const images: ActionScene = {
  name: 'an image',
  async play(calls) {
    const id = crypto.randomUUID();
    const given = { name: `${PREFIX}-image`, disk_format: 'raw', container_format: 'bare' };
    const made = await calls.object('glance.images_create', given, { id });
    expect(made).toMatchObject({ id, name: given.name, status: 'queued' });
    expect(await calls.object('glance.images_create', given, { id })).toMatchObject({ id });
    expect(
      (await calls.list('glance.images_list', { filters: { name: given.name } })).map((one) => one['id']),
    ).toEqual([id]);
    expect(await calls.object('glance.images_update', { image_id: id, tier: 'front' })).toMatchObject({
      tier: 'front',
    });
    const updated = await calls.object('glance.images_update', {
      image_id: id,
      name: 'other',
      remove_props: ['tier'],
    });
    expect(updated).toMatchObject({ name: 'other' });
    expect(updated).not.toHaveProperty('tier');
    await calls.call('glance.images_delete', { image_id: id });
    await expect(calls.call('glance.images_get', { image_id: 'none' })).rejects.toThrow(
      /GlanceAction\.images\.get failed: HTTP 404 /,
    );
  },
};

const networks: ActionScene = {
  name: 'a port and a security group',
  async play(calls, { network }) {
    expect(await calls.object('neutron.show_network', { network })).toMatchObject({
      network: { id: network },
    });
    expect(await calls.object('neutron.list_networks', { id: network })).toMatchObject({
      networks: [{ id: network }],
    });
    expect(await calls.object('neutron.list_subnets', { network_id: network })).toHaveProperty('subnets');
    const id = crypto.randomUUID();
    const body = { port: { network_id: network, name: `${PREFIX}-port` } };
    const made = await calls.object('neutron.create_port', { body }, { id });
    const port = (made['port'] as JsonObject)['id'] as Json;
    expect(await calls.object('neutron.create_port', { body }, { id })).toMatchObject({ port: { id: port } });
    expect(await calls.object('neutron.list_ports', { name: `${PREFIX}-port` })).toMatchObject({
      ports: [{ id: port }],
    });
    await calls.call('neutron.update_port', { port, body: { port: { name: `${PREFIX}-other` } } });
    expect(await calls.object('neutron.show_port', { port })).toMatchObject({
      port: { name: `${PREFIX}-other` },
    });
    await calls.call('neutron.delete_port', { port });
    await expect(calls.call('neutron.show_port', { port })).rejects.toThrow(
      new RegExp(
        `NeutronAction\\.show_port failed: Port ${JSON.stringify(port).slice(1, -1)} could not be found\\..*Neutron server returns request_ids`,
        's',
      ),
    );
    const group = await calls.object('neutron.create_security_group', {
      body: { security_group: { name: `${PREFIX}-group` } },
    });
    const groupId = (group['security_group'] as JsonObject)['id'] as Json;
    expect(await calls.object('neutron.show_security_group', { security_group: groupId })).toMatchObject({
      security_group: { name: `${PREFIX}-group` },
    });
    await calls.call('neutron.delete_security_group', { security_group: groupId });
    expect(await calls.object('neutron.list_extensions')).toHaveProperty('extensions');
  },
};

const identities: ActionScene = {
  name: 'projects and users',
  async play(calls) {
    const [project] = await calls.list('keystone.projects_list', { name: 'demo' });
    expect(await calls.object('keystone.projects_get', { project: project?.['id'] ?? null })).toMatchObject({
      name: 'demo',
    });
    expect(await calls.object('keystone.projects_find', { name: 'demo' })).toMatchObject({
      id: project?.['id'],
    });
    expect((await calls.list('keystone.users_list', { name: 'demo' })).length).toBe(1);
    expect((await calls.list('keystone.roles_list')).map(({ name }) => name)).toContain('member');
  },
};

export const actionScenes: readonly ActionScene[] = [
  life,
  parts,
  hosts,
  aggregates,
  lookups,
  stacks,
  images,
  networks,
  identities,
];
