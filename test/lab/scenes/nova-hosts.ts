/** Hosts: services, hypervisors, zones; migration; a host that is forced down. */
import type { Compute } from '../compute.ts';
import { first } from '../compute.ts';
import { unknownId } from '../recorder.ts';

const asAdmin = { as: 'admin' } as const;

interface ComputeService {
  readonly id: string;
  readonly host: string;
  readonly binary: string;
  readonly state: string;
}

export async function recordHosts(nova: Compute): Promise<void> {
  await nova.deleteServers(['admin']);
  await healthyHosts(nova);
  await migrations(nova);
  await nova.deleteServers(['admin']);
  await forcedDown(nova);
  await nova.deleteServers(['admin']);
}

/** The nova-compute of a host. */
export async function computeServiceOf(nova: Compute, host: string): Promise<ComputeService> {
  const { body } = await nova.send('GET', `/os-services?binary=nova-compute&host=${host}`, asAdmin);
  const service = first((body as { services: ComputeService[] }).services, `nova-compute on ${host}`);
  nova.recorder.name(`service_${host}`, service.id);
  return service;
}

async function healthyHosts(nova: Compute): Promise<void> {
  const id = await nova.createServer('on-compute1', { host: 'compute1' }, 'admin');
  const service = await computeServiceOf(nova, 'compute1');
  await nova.record('services', 'GET', '/os-services', asAdmin);
  await nova.record('services-2.1', 'GET', '/os-services', { as: 'admin', microversion: '' });
  await nova.record('services-of-compute', 'GET', '/os-services?binary=nova-compute', asAdmin);
  await nova.record('services-of-host', 'GET', '/os-services?host=compute1', asAdmin);
  await nova.record('services-by-demo', 'GET', '/os-services');
  await nova.record('service-disable', 'PUT', `/os-services/${service.id}`, {
    as: 'admin',
    body: { status: 'disabled', disabled_reason: 'recorded' },
  });
  await nova.record('services-disabled', 'GET', '/os-services?host=compute1', asAdmin);
  await nova.record('service-enable', 'PUT', `/os-services/${service.id}`, {
    as: 'admin',
    body: { status: 'enabled' },
  });
  await nova.record('service-unknown', 'PUT', `/os-services/${unknownId}`, {
    as: 'admin',
    body: { forced_down: true },
  });
  await nova.record('service-update-by-demo', 'PUT', `/os-services/${service.id}`, {
    body: { forced_down: true },
  });
  const list = await nova.record('hypervisors', 'GET', '/os-hypervisors', asAdmin);
  const { hypervisors } = list.body as { hypervisors: { id: string; hypervisor_hostname: string }[] };
  for (const { id, hypervisor_hostname } of hypervisors)
    nova.recorder.name(`hypervisor_${hypervisor_hostname}`, id);
  const hypervisor = first(hypervisors, 'hypervisor').id;
  await nova.record('hypervisors-with-servers', 'GET', '/os-hypervisors?with_servers=true', asAdmin);
  for (const microversion of ['', '2.53', '2.79', '2.90']) {
    const version = microversion === '' ? '2.1' : microversion;
    await nova.record(`hypervisors-detail-${version}`, 'GET', '/os-hypervisors/detail', {
      as: 'admin',
      microversion,
    });
  }
  await nova.record(
    'hypervisors-detail-with-servers',
    'GET',
    '/os-hypervisors/detail?with_servers=true&limit=1',
    asAdmin,
  );
  await nova.record(
    'hypervisors-by-name',
    'GET',
    '/os-hypervisors?hypervisor_hostname_pattern=compute1',
    asAdmin,
  );
  await nova.record(
    'hypervisors-by-unknown-name',
    'GET',
    '/os-hypervisors?hypervisor_hostname_pattern=unknown',
    asAdmin,
  );
  await nova.record('hypervisors-by-demo', 'GET', '/os-hypervisors');
  await nova.record('hypervisor', 'GET', `/os-hypervisors/${hypervisor}`, asAdmin);
  await nova.record('hypervisor-unknown', 'GET', `/os-hypervisors/${unknownId}`, asAdmin);
  await nova.record('zones', 'GET', '/os-availability-zone');
  await nova.record('zones-detail', 'GET', '/os-availability-zone/detail', asAdmin);
  await nova.record('zones-detail-by-demo', 'GET', '/os-availability-zone/detail');
  await nova.record('aggregates', 'GET', '/os-aggregates', asAdmin);
  await nova.record('evacuate-host-up', 'POST', `/servers/${id}/action`, {
    as: 'admin',
    body: { evacuate: {} },
  });
}

async function migrations(nova: Compute): Promise<void> {
  const id = await nova.createServer('migrated', { host: 'compute1' }, 'admin');
  const live = { 'os-migrateLive': { host: null, block_migration: 'auto' } };
  await nova.action('live-migrate', id, live, asAdmin);
  await nova.follow(id, 'ACTIVE', 'live-migrate', (server) => server['OS-EXT-SRV-ATTR:host'] === 'compute2');
  await nova.action(
    'live-migrate-to-own-host',
    id,
    {
      'os-migrateLive': { host: 'compute2', block_migration: 'auto' },
    },
    asAdmin,
  );
  await nova.action(
    'live-migrate-to-unknown-host',
    id,
    {
      'os-migrateLive': { host: 'compute99', block_migration: 'auto' },
    },
    asAdmin,
  );
  const migrated = await nova.action('migrate', id, { migrate: null }, asAdmin);
  // Zed never ends a live migration to the server's own host: nothing more can be seen of this server then.
  if (migrated.status === 409) return;
  await nova.follow(id, 'VERIFY_RESIZE', 'migrate');
  await nova.action('migrate-confirm', id, { confirmResize: null }, asAdmin);
  await nova.follow(id, 'ACTIVE', 'migrate-confirm');
  await nova.record('migrations', 'GET', `/os-migrations?instance_uuid=${id}`, asAdmin);
  await nova.record('migrations-by-demo', 'GET', '/os-migrations');
  await nova.send('POST', `/servers/${id}/action`, { as: 'admin', body: { 'os-stop': null } });
  await nova.follow(id, 'SHUTOFF');
  await nova.action('live-migrate-SHUTOFF', id, live, asAdmin);
  await nova.action('migrate-to-host-SHUTOFF', id, { migrate: { host: 'compute2' } }, asAdmin);
  await nova.follow(id, 'VERIFY_RESIZE', 'migrate-SHUTOFF');
}

async function forcedDown(nova: Compute): Promise<void> {
  const host = 'compute1';
  const running = await nova.createServer('running', { host }, 'admin');
  const stopped = await nova.createServer('stopped', { host }, 'admin');
  const failed = await nova.createServer('failed', { host }, 'admin');
  await nova.send('POST', `/servers/${stopped}/action`, { as: 'admin', body: { 'os-stop': null } });
  await nova.follow(stopped, 'SHUTOFF');
  await nova.send('POST', `/servers/${failed}/action`, {
    as: 'admin',
    body: { 'os-resetState': { state: 'error' } },
  });
  const service = await computeServiceOf(nova, host);
  const path = `/os-services/${service.id}`;
  await nova.record('service-force-down', 'PUT', path, { as: 'admin', body: { forced_down: true } });
  await nova.record('services-forced-down', 'GET', `/os-services?host=${host}`, asAdmin);
  await nova.record('server-on-forced-down-host', 'GET', `/servers/${running}`, asAdmin);
  await nova.record(
    'hypervisors-forced-down',
    'GET',
    '/os-hypervisors?hypervisor_hostname_pattern=compute1',
    asAdmin,
  );
  await nova.action('evacuate-to-unknown-host', running, { evacuate: { host: 'compute99' } }, asAdmin);
  const moved = (server: { 'OS-EXT-SRV-ATTR:host'?: string | null }) =>
    server['OS-EXT-SRV-ATTR:host'] === 'compute2';
  await nova.action('evacuate', running, { evacuate: {} }, asAdmin);
  await nova.follow(running, 'ACTIVE', 'evacuate', moved);
  await nova.action(
    'evacuate-2.1',
    stopped,
    { evacuate: { onSharedStorage: false } },
    { as: 'admin', microversion: '' },
  );
  await nova.follow(stopped, 'SHUTOFF', 'evacuate-SHUTOFF', moved);
  await nova.action('evacuate-to-host', failed, { evacuate: { host: 'compute2' } }, asAdmin);
  await nova.follow(failed, 'ACTIVE', 'evacuate-ERROR', moved);
  await nova.record('server-evacuated', 'GET', `/servers/${running}`, asAdmin);
  await nova.record('server-evacuated-actions', 'GET', `/servers/${running}/os-instance-actions`, asAdmin);
  await nova.record('migrations-of-evacuated', 'GET', `/os-migrations?instance_uuid=${running}`, asAdmin);
  await nova.record('service-force-up-too-early', 'PUT', path, { as: 'admin', body: { forced_down: false } });
  await nova.recorder.lab.script('lab', 'stop', `nova-${host}`);
  await nova.recorder.lab.script('lab', 'up', 'nova');
  await nova.recorder.until(
    nova.request('PUT', path, { as: 'admin', body: { forced_down: false } }),
    ({ status }) => status === 200,
  );
  await waitForService(nova, host, 'up');
  await nova.record('service-force-up', 'PUT', path, { as: 'admin', body: { forced_down: false } });
}

/** Waits until Nova sees all services of a host in the state. */
export async function waitForService(nova: Compute, host: string, state: string): Promise<void> {
  await nova.recorder.until(nova.request('GET', `/os-services?host=${host}`, asAdmin), ({ body }) =>
    (body as { services: ComputeService[] }).services.every((service) => service.state === state),
  );
}
