/** A host that has died, and that Nova has seen down: its servers, and what can be done to them. */
import type { Compute } from '../compute.ts';
import { computeServiceOf, waitForService } from './nova-hosts.ts';

const asAdmin = { as: 'admin' } as const;
const host = 'compute2';

export async function recordDeadHost(nova: Compute): Promise<void> {
  await nova.deleteServers(['admin']);
  const one = await nova.createServer('host-down-1', { host }, 'admin');
  const two = await nova.createServer('host-down-2', { host }, 'admin');
  const forced = await nova.createServer('host-down-forced', { host }, 'admin');
  const { id: service } = await computeServiceOf(nova, host);
  await nova.recorder.lab.script('lab', 'stop', `nova-${host}`);
  await waitForService(nova, host, 'down');
  await shown(nova, one);
  await nova.action('stop-host-down', one, { 'os-stop': null }, asAdmin);
  await nova.record('server-stopping-host-down', 'GET', `/servers/${one}`, asAdmin);
  await nova.action('start-while-stopping', one, { 'os-start': null }, asAdmin);
  await nova.action('reboot-hard-host-down', two, { reboot: { type: 'HARD' } }, asAdmin);
  await nova.action('evacuate-in-task', two, { evacuate: {} }, asAdmin);
  await nova.record('server-delete-host-down', 'DELETE', `/servers/${two}`, asAdmin);
  await nova.follow(two, 'DELETED', 'delete with the host down');
  const path = `/os-services/${service}`;
  await nova.record('service-force-down-dead', 'PUT', path, { as: 'admin', body: { forced_down: true } });
  await nova.record('server-delete-host-forced-down', 'DELETE', `/servers/${forced}`, asAdmin);
  await nova.follow(forced, 'DELETED', 'delete with the host forced down');
  await nova.send('PUT', path, { as: 'admin', body: { forced_down: false } });
  await nova.recorder.lab.script('lab', 'up', 'nova');
  await waitForService(nova, host, 'up');
  await nova.record('services-up-again', 'GET', `/os-services?host=${host}`, asAdmin);
  await nova.deleteServers(['admin']);
}

async function shown(nova: Compute, server: string): Promise<void> {
  await nova.record('services-down', 'GET', `/os-services?host=${host}`, asAdmin);
  await nova.record(
    'hypervisors-down',
    'GET',
    `/os-hypervisors/detail?hypervisor_hostname_pattern=${host}`,
    asAdmin,
  );
  await nova.record('zones-detail-down', 'GET', '/os-availability-zone/detail', asAdmin);
  await nova.record('server-host-down', 'GET', `/servers/${server}`, asAdmin);
  await nova.record('servers-detail-host-down', 'GET', '/servers/detail', asAdmin);
}
