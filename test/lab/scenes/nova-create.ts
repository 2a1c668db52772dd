/** POST /servers: what is accepted, what each refusal looks like, and a server that no host can take. */
import type { LabAnswer } from '../lab.ts';
import { first } from '../compute.ts';
import { unknownId } from '../recorder.ts';
import type { Compute, ComputeOptions } from '../compute.ts';

const unlimited = 1_000_000;

type Create = (name: string, server: object, options?: ComputeOptions, beside?: object) => Promise<LabAnswer>;

export async function recordCreate(nova: Compute): Promise<void> {
  await nova.deleteServers();
  const minimal = await nova.minimalServer('recorded');
  const create: Create = async (name, server, options = {}, beside = {}) => {
    const body = { server: { ...minimal, ...server }, ...beside };
    const answer = await nova.record(`server-create-${name}`, 'POST', '/servers', { ...options, body });
    const { server: made } = (answer.body ?? {}) as { server?: { id: string } };
    if (made !== undefined) nova.recorder.name(`server_${name}`, made.id);
    return answer;
  };
  for (const part of [accepted, networks, refused]) {
    await part(nova, create);
    await nova.deleteServers();
  }
  await noValidHost(nova, create);
  await quota(nova, create);
}

async function accepted(nova: Compute, create: Create): Promise<void> {
  const made = await create('minimal', {});
  const { id } = (made.body as { server: { id: string } }).server;
  await nova.record('server-BUILD', 'GET', `/servers/${id}`);
  await nova.follow(id, 'ACTIVE');
  const newer = await create('minimal-2.90', {}, { microversion: '2.90' });
  await nova.follow((newer.body as { server: { id: string } }).server.id, 'ACTIVE', 'create');
  await nova.send('POST', '/os-keypairs', {
    body: {
      keypair: {
        name: 'recorded-create',
        public_key:
          'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl recorded',
      },
    },
  });
  await create('everything', {
    metadata: { cluster: 'web', index: '1' },
    user_data: Buffer.from('#!/bin/sh\necho recorded\n').toString('base64'),
    key_name: 'recorded-create',
    security_groups: [{ name: 'default' }],
    config_drive: true,
    availability_zone: 'nova',
    description: 'a server with everything',
    tags: ['recorded'],
    adminPass: 'recorded',
    'OS-DCF:diskConfig': 'AUTO',
  });
  await create('keeps-admin-pass-out', { config_drive: 'True' });
  await create('several', { min_count: 2, max_count: 2, return_reservation_id: true });
  const group = await nova.send('POST', '/os-server-groups', {
    body: { server_group: { name: 'recorded-create', policy: 'soft-anti-affinity' } },
  });
  const groupId = (group.body as { server_group: { id: string } }).server_group.id;
  nova.recorder.name('server_group', groupId);
  await create('hints', {}, {}, { 'os:scheduler_hints': { group: groupId } });
  await nova.send('DELETE', `/os-server-groups/${groupId}`);
  await create('block-device-image', {
    block_device_mapping_v2: [
      {
        boot_index: 0,
        uuid: await nova.imageId(),
        source_type: 'image',
        destination_type: 'local',
        delete_on_termination: true,
      },
    ],
  });
  await create(
    'personality-2.1',
    {
      networks: undefined,
      personality: [{ path: '/etc/motd', contents: Buffer.from('recorded').toString('base64') }],
    },
    { microversion: '' },
  );
  await create('host-by-admin', { host: 'compute2' }, { as: 'admin' });
  await create('zone-and-host-by-admin', { availability_zone: 'nova:compute1' }, { as: 'admin' });
}

async function networks(nova: Compute, create: Create): Promise<void> {
  const { lab } = nova.recorder;
  const neutron = (method: string, path: string, body?: unknown) =>
    lab.send({ service: 'network', as: 'demo', method, path, ...(body === undefined ? {} : { body }) });
  const { body } = await neutron('GET', '/v2.0/networks?name=private');
  const network = first((body as { networks: { id: string }[] }).networks, 'network private').id;
  nova.recorder.name('network', network);
  const made = await create('network', { networks: [{ uuid: network }] });
  const { id } = (made.body as { server: { id: string } }).server;
  await nova.follow(id, 'ACTIVE', 'create on a network');
  await nova.record('server-with-addresses', 'GET', `/servers/${id}`);
  await nova.record('server-ips', 'GET', `/servers/${id}/ips`);
  await nova.record('server-security-groups', 'GET', `/servers/${id}/os-security-groups`);
  await nova.action('server-security-group-add', id, { addSecurityGroup: { name: 'default' } });
  await nova.action('server-security-group-add-unknown', id, { addSecurityGroup: { name: 'unknown' } });
  await nova.action('server-security-group-remove', id, { removeSecurityGroup: { name: 'default' } });
  const port = await neutron('POST', '/v2.0/ports', { port: { network_id: network, name: 'recorded' } });
  const portId = (port.body as { port: { id: string } }).port.id;
  nova.recorder.name('port', portId);
  const withPort = await create('port', { networks: [{ port: portId }] });
  await nova.follow((withPort.body as { server: { id: string } }).server.id, 'ACTIVE');
  await create('port-in-use', { networks: [{ port: portId }] });
  await create('port-unknown', { networks: [{ port: unknownId }] });
  await create('fixed-ip', { networks: [{ uuid: network, fixed_ip: '10.10.0.222' }] });
  await create('fixed-ip-of-no-subnet', { networks: [{ uuid: network, fixed_ip: '192.0.2.1' }] });
  await create('network-unknown', { networks: [{ uuid: unknownId }] });
  await create('network-malformed', { networks: [{ uuid: 'private' }] });
  await create('networks-auto', { networks: 'auto' });
  await create('networks-missing', { networks: undefined });
  await create('networks-missing-2.1', { networks: undefined }, { microversion: '' });
  await create('security-group-unknown', {
    networks: [{ uuid: network }],
    security_groups: [{ name: 'unknown' }],
  });
}

async function refused(nova: Compute, create: Create): Promise<void> {
  await create('image-unknown', { imageRef: unknownId });
  await create('image-malformed', { imageRef: 'cirros-fake' });
  await create('image-missing', { imageRef: undefined });
  await create('flavor-unknown', { flavorRef: unknownId });
  await create('flavor-missing', { flavorRef: undefined });
  await create('key-unknown', { key_name: 'unknown' });
  await create('zone-unknown', { availability_zone: 'unknown' });
  await create('name-missing', { name: undefined });
  await create('name-empty', { name: '' });
  await create('name-too-long', { name: 'x'.repeat(256) });
  await create('property-unknown', { colour: 'green' });
  await create('user-data-malformed', { user_data: '#!/bin/sh' });
  await create('metadata-too-long', { metadata: { key: 'x'.repeat(256) } });
  await create('metadata-not-a-text', { metadata: { key: 1 } });
  await create('personality', { personality: [{ path: '/etc/motd', contents: 'cmVjb3JkZWQ=' }] });
  await create('hints-unknown-group', {}, {}, { 'os:scheduler_hints': { group: unknownId } });
  await create('host-by-demo', { host: 'compute2' });
  await create('host-unknown', { host: 'compute99' }, { as: 'admin' });
  await create('volume-unknown', {
    imageRef: undefined,
    block_device_mapping_v2: [
      { boot_index: 0, uuid: unknownId, source_type: 'volume', destination_type: 'volume' },
    ],
  });
  await create('image-to-volume', {
    imageRef: undefined,
    block_device_mapping_v2: [
      {
        boot_index: 0,
        uuid: await nova.imageId(),
        source_type: 'image',
        destination_type: 'volume',
        volume_size: 1,
      },
    ],
  });
  await create('block-device-malformed', {
    block_device_mapping_v2: [{ boot_index: 0, source_type: 'tape' }],
  });
  await nova.send('DELETE', '/os-keypairs/recorded-create');
}

async function noValidHost(nova: Compute, create: Create): Promise<void> {
  await nova.send('POST', '/flavors', {
    as: 'admin',
    body: { flavor: { name: 'recorded-huge', vcpus: 1, ram: unlimited, disk: 1 } },
  });
  const huge = await nova.flavorId('recorded-huge');
  const { projectId } = nova.recorder.lab.login('demo');
  await nova.send('PUT', `/os-quota-sets/${projectId}`, {
    as: 'admin',
    body: { quota_set: { ram: -1, cores: -1, instances: -1 } },
  });
  const made = await create('too-large', { flavorRef: huge });
  const { id } = (made.body as { server: { id: string } }).server;
  await nova.follow(id, 'ERROR', 'create that no host can take');
  await nova.record('server-ERROR', 'GET', `/servers/${id}`);
  await nova.record('server-ERROR-by-admin', 'GET', `/servers/${id}`, { as: 'admin' });
  await nova.record('server-ERROR-2.1', 'GET', `/servers/${id}`, { microversion: '' });
  await nova.action('server-never-built-rebuild', id, { rebuild: { imageRef: await nova.imageId() } });
  await nova.action('server-never-built-reboot', id, { reboot: { type: 'HARD' } });
  await nova.action('server-never-built-start', id, { 'os-start': null });
  await nova.action('server-never-built-evacuate', id, { evacuate: {} }, { as: 'admin' });
  await nova.record('server-never-built-actions', 'GET', `/servers/${id}/os-instance-actions`);
  await nova.record('server-never-built-delete', 'DELETE', `/servers/${id}`);
  await nova.follow(id, 'DELETED', 'delete of a server that was never built');
  await nova.send('DELETE', `/flavors/${huge}`, { as: 'admin' });
  await nova.send('DELETE', `/os-quota-sets/${projectId}`, { as: 'admin' });
}

async function quota(nova: Compute, create: Create): Promise<void> {
  const { projectId } = nova.recorder.lab.login('demo');
  const set = (quota_set: object) =>
    nova.send('PUT', `/os-quota-sets/${projectId}`, { as: 'admin', body: { quota_set } });
  await set({ instances: 0 });
  await create('over-quota-of-servers', {});
  await set({ instances: 10, cores: 0 });
  await create('over-quota-of-cores', {});
  await set({ cores: 20, ram: 100 });
  await create('over-quota-of-ram', {});
  await nova.send('DELETE', `/os-quota-sets/${projectId}`, { as: 'admin' });
}
