/** What a driver of servers asks Glance, Neutron and Placement for. */
import type { LabAnswer, Sender, ServiceType } from '../lab.ts';
import { unknownId } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';

interface Options {
  readonly as?: Sender;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type Send = (name: string, method: string, path: string, options?: Options) => Promise<LabAnswer>;

function sendTo(recorder: Recorder, service: ServiceType): Send {
  return (name, method, path, { as = 'demo', ...rest } = {}) =>
    recorder.record(name, { service, as, method, path, ...rest });
}

function idOf(answer: LabAnswer, key: string): string {
  return (answer.body as Record<string, { id: string }>)[key]?.id ?? '';
}

/** The id of the first item of a list. */
function firstId(answer: LabAnswer, key: string): string {
  return (answer.body as Record<string, { id: string }[]>)[key]?.[0]?.id ?? '';
}

export async function recordGlance(recorder: Recorder): Promise<void> {
  const send = sendTo(recorder, 'image');
  await send('versions', 'GET', '/', { as: 'nobody' });
  await send('versions-path', 'GET', '/versions', { as: 'nobody' });
  await send('token-missing', 'GET', '/v2/images', { as: 'nobody' });
  await send('images', 'GET', '/v2/images');
  await send('images-page', 'GET', '/v2/images?limit=1');
  const byName = await send('images-by-name', 'GET', '/v2/images?name=cirros-fake');
  const id = firstId(byName, 'images');
  recorder.name('image', id);
  await send('images-by-unknown-name', 'GET', '/v2/images?name=unknown');
  await send('image', 'GET', `/v2/images/${id}`);
  await send('image-by-name', 'GET', '/v2/images/cirros-fake');
  await send('image-unknown', 'GET', `/v2/images/${unknownId}`);
  const body = { name: 'recorded', disk_format: 'raw', container_format: 'bare' };
  const made = await send('image-create', 'POST', '/v2/images', { body });
  const queued = (made.body as { id: string }).id;
  recorder.name('image_queued', queued);
  await send('image-queued', 'GET', `/v2/images/${queued}`);
  await send('image-delete', 'DELETE', `/v2/images/${queued}`);
  await send('image-delete-again', 'DELETE', `/v2/images/${queued}`);
  await send('image-delete-of-others', 'DELETE', `/v2/images/${id}`);
}

export async function recordNeutron(recorder: Recorder): Promise<void> {
  const send = sendTo(recorder, 'network');
  await send('versions', 'GET', '/', { as: 'nobody' });
  await send('version-2.0', 'GET', '/v2.0');
  await send('token-missing', 'GET', '/v2.0/networks', { as: 'nobody' });
  await send('extensions', 'GET', '/v2.0/extensions?fields=alias');
  await send('extension-unknown', 'GET', '/v2.0/extensions/unknown');
  // The lab has no extension of routers.
  await send('floating-ips-without-routers', 'GET', '/v2.0/floatingips');
  const network = firstId(await send('networks-by-name', 'GET', '/v2.0/networks?name=private'), 'networks');
  recorder.name('network', network);
  await send('networks', 'GET', '/v2.0/networks');
  await send('networks-by-unknown-name', 'GET', '/v2.0/networks?name=unknown');
  await send('network', 'GET', `/v2.0/networks/${network}`);
  await send('network-by-name', 'GET', '/v2.0/networks/private');
  await send('network-unknown', 'GET', `/v2.0/networks/${unknownId}`);
  const subnet = firstId(await send('subnets', 'GET', `/v2.0/subnets?network_id=${network}`), 'subnets');
  recorder.name('subnet', subnet);
  await send('subnet', 'GET', `/v2.0/subnets/${subnet}`);
  await send('subnet-unknown', 'GET', `/v2.0/subnets/${unknownId}`);
  await ports(recorder, send, network, subnet);
  await securityGroups(recorder, send);
}

async function ports(recorder: Recorder, send: Send, network: string, subnet: string): Promise<void> {
  const create = (name: string, port: object, as: Sender = 'demo') =>
    send(name, 'POST', '/v2.0/ports', { as, body: { port: { network_id: network, ...port } } });
  const port = idOf(await create('port-create', { name: 'recorded' }), 'port');
  recorder.name('port', port);
  const fixed_ips = [{ subnet_id: subnet, ip_address: '10.10.0.230' }];
  await create('port-create-with-address-by-demo', { fixed_ips });
  const fixed = idOf(await create('port-create-with-address', { fixed_ips }, 'admin'), 'port');
  recorder.name('port_with_address', fixed);
  await create('port-create-address-taken', { fixed_ips }, 'admin');
  await create('port-create-address-of-no-subnet', { fixed_ips: [{ ip_address: '192.0.2.1' }] }, 'admin');
  await send('port-of-others', 'GET', `/v2.0/ports/${fixed}`);
  await send('port-delete-by-admin', 'DELETE', `/v2.0/ports/${fixed}`, { as: 'admin' });
  await create('port-create-unknown-security-group', { security_groups: [unknownId] });
  await create('port-create-unknown-network', { network_id: unknownId });
  await create('port-create-malformed', { colour: 'green' });
  await send('port', 'GET', `/v2.0/ports/${port}`);
  await send('ports', 'GET', '/v2.0/ports?name=recorded');
  await send('ports-of-device', 'GET', `/v2.0/ports?device_id=${unknownId}`);
  await send('ports-by-admin', 'GET', '/v2.0/ports?name=recorded', { as: 'admin' });
  await send('port-update', 'PUT', `/v2.0/ports/${port}`, {
    body: { port: { name: 'recorded-2', security_groups: [] } },
  });
  await send('port-delete', 'DELETE', `/v2.0/ports/${port}`);
  await send('port-unknown', 'GET', `/v2.0/ports/${port}`);
  await send('port-delete-unknown', 'DELETE', `/v2.0/ports/${port}`);
  await send('network-delete-of-others', 'DELETE', `/v2.0/networks/${network}`);
}

async function securityGroups(recorder: Recorder, send: Send): Promise<void> {
  await send('security-groups', 'GET', '/v2.0/security-groups');
  await send('security-groups-by-name', 'GET', '/v2.0/security-groups?name=default');
  const body = { security_group: { name: 'recorded', description: '' } };
  const group = idOf(
    await send('security-group-create', 'POST', '/v2.0/security-groups', { body }),
    'security_group',
  );
  recorder.name('security_group', group);
  await send('security-group', 'GET', `/v2.0/security-groups/${group}`);
  await send('security-group-create-default', 'POST', '/v2.0/security-groups', {
    body: { security_group: { name: 'default' } },
  });
  await send('security-group-delete', 'DELETE', `/v2.0/security-groups/${group}`);
  await send('security-group-unknown', 'GET', `/v2.0/security-groups/${group}`);
}

export async function recordPlacement(recorder: Recorder): Promise<void> {
  const send = sendTo(recorder, 'placement');
  const headers = { 'OpenStack-API-Version': 'placement 1.39' };
  await send('versions', 'GET', '/', { as: 'nobody' });
  await send('token-missing', 'GET', '/resource_providers', { as: 'nobody' });
  const list = await send('resource-providers', 'GET', '/resource_providers', { as: 'admin', headers });
  const { resource_providers } = list.body as { resource_providers: { uuid: string; name: string }[] };
  for (const { uuid, name } of resource_providers) recorder.name(`provider_${name}`, uuid);
  const provider = `/resource_providers/${resource_providers[0]?.uuid ?? ''}`;
  await send('resource-provider', 'GET', provider, { as: 'admin', headers });
  await send('resource-provider-inventories', 'GET', `${provider}/inventories`, { as: 'admin', headers });
  await send('resource-provider-usages', 'GET', `${provider}/usages`, { as: 'admin', headers });
  await send('resource-provider-allocations', 'GET', `${provider}/allocations`, { as: 'admin', headers });
  await send('resource-provider-traits', 'GET', `${provider}/traits`, { as: 'admin', headers });
  await send('resource-provider-unknown', 'GET', `/resource_providers/${unknownId}`, {
    as: 'admin',
    headers,
  });
  await send('resource-providers-by-demo', 'GET', '/resource_providers', { headers });
  await send('allocations-unknown', 'GET', `/allocations/${unknownId}`, { as: 'admin', headers });
  await send(
    'allocation-candidates',
    'GET',
    '/allocation_candidates?resources=VCPU:1,MEMORY_MB:512,DISK_GB:1',
    {
      as: 'admin',
      headers,
    },
  );
}
