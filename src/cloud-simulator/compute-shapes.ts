/** Servers, hosts and flavors as Nova sends them, by microversion. */
import type { Json, JsonObject } from '../domain/json.ts';
import type { Host } from './host.ts';
import type { Network } from './network.ts';
import { powerStates, statuses, taskStatuses } from './server-states.ts';
import type { InstanceActionRecord, SimulatedServer } from './servers.ts';

export interface ShapeContext {
  /** Of the request: 79 for 2.79. */
  readonly minor: number;
  readonly isAdmin: boolean;
  readonly computeUrl: string;
  readonly network: Network;
  readonly hostOf: (name: string | null) => Host | undefined;
  readonly isDown: (host: Host) => boolean;
}

export function describeServer(server: SimulatedServer, context: ShapeContext): JsonObject {
  const { minor, isAdmin, computeUrl, network, hostOf, isDown } = context;
  const host = hostOf(server.hostName);
  const { fault } = server;
  return {
    id: server.id,
    name: server.name,
    status: statusOf(server),
    tenant_id: server.projectId,
    user_id: server.userId,
    metadata: server.metadata,
    hostId:
      host === undefined ? '' : `${host.hypervisorId}${server.projectId}`.replaceAll('-', '').slice(0, 56),
    image:
      server.imageId === null
        ? ''
        : { id: server.imageId, links: [bookmark(computeUrl, 'images', server.imageId)] },
    flavor: describeServerFlavor(server.flavor, context),
    created: seconds(server.createdAt),
    updated: seconds(server.updatedAt),
    addresses: addressesOf(server, network),
    accessIPv4: '',
    accessIPv6: '',
    links: linksOf(computeUrl, server.id),
    'OS-DCF:diskConfig': 'MANUAL',
    ...(['ACTIVE', 'BUILD', 'REBUILD'].includes(statusOf(server))
      ? { progress: server.vmState === 'building' ? 0 : 100 }
      : {}),
    'OS-EXT-AZ:availability_zone': server.hostName === null ? '' : server.zone,
    config_drive: server.configDrive,
    key_name: server.keyName,
    'OS-SRV-USG:launched_at':
      server.launchedAt === null ? null : `${new Date(server.launchedAt).toISOString().slice(0, 23)}000`,
    'OS-SRV-USG:terminated_at': null,
    ...(isAdmin ? describePlace(server, context) : {}),
    'OS-EXT-STS:task_state': server.taskState,
    'OS-EXT-STS:vm_state': server.vmState,
    'OS-EXT-STS:power_state': powerStates[server.vmState],
    'os-extended-volumes:volumes_attached': server.volumes.map((id) => ({
      id,
      delete_on_termination: false,
    })),
    ...(server.securityGroups.length === 0
      ? {}
      : { security_groups: server.securityGroups.map((name) => ({ name })) }),
    ...(minor >= 9 ? { locked: server.isLocked } : {}),
    ...(minor >= 19 ? { description: null } : {}),
    ...(minor >= 26 ? { tags: [] } : {}),
    ...(minor >= 63 ? { trusted_image_certificates: null } : {}),
    ...(minor >= 71 ? { server_groups: [] } : {}),
    ...(minor >= 73 ? { locked_reason: null } : {}),
    ...(!isAdmin && minor >= 90 ? { 'OS-EXT-SRV-ATTR:hostname': server.name } : {}),
    ...(isAdmin && minor >= 16 ? { host_status: hostStatus(host, isDown) } : {}),
    ...(fault === null || server.vmState !== 'error'
      ? {}
      : { fault: { code: fault.code, created: seconds(fault.created), message: fault.message } }),
  };
}

export function describeServerBriefly(
  { id, name }: SimulatedServer,
  { computeUrl }: ShapeContext,
): JsonObject {
  return { id, name, links: linksOf(computeUrl, id) };
}

function describePlace(server: SimulatedServer, { minor }: ShapeContext): JsonObject {
  const { hostName, name, id } = server;
  return {
    'OS-EXT-SRV-ATTR:host': hostName,
    'OS-EXT-SRV-ATTR:hypervisor_hostname': hostName,
    'OS-EXT-SRV-ATTR:instance_name': `instance-${id.slice(0, 8)}`,
    ...(minor >= 3
      ? {
          'OS-EXT-SRV-ATTR:hostname': name,
          'OS-EXT-SRV-ATTR:kernel_id': '',
          'OS-EXT-SRV-ATTR:launch_index': 0,
          'OS-EXT-SRV-ATTR:ramdisk_id': '',
          'OS-EXT-SRV-ATTR:reservation_id': `r-${id.slice(0, 8)}`,
          'OS-EXT-SRV-ATTR:root_device_name': null,
          'OS-EXT-SRV-ATTR:user_data': null,
        }
      : {}),
  };
}

export function statusOf({ vmState, taskState }: SimulatedServer): string {
  const task = vmState === 'active' || vmState === 'stopped' ? taskStatuses[taskState ?? ''] : undefined;
  return task ?? statuses[vmState];
}

function hostStatus(host: Host | undefined, isDown: (host: Host) => boolean): string {
  if (host === undefined) return '';
  if (host.isForcedDown) return 'DOWN';
  if (isDown(host)) return 'UNKNOWN';
  return host.isDisabled ? 'MAINTENANCE' : 'UP';
}

function addressesOf(server: SimulatedServer, network: Network): JsonObject {
  const addresses: Record<string, Json[]> = {};
  for (const port of network.portsOf(server.id)) {
    const name = network.networks.get(port.networkId)?.name ?? port.networkId;
    (addresses[name] ??= []).push({
      addr: port.address,
      version: 4,
      'OS-EXT-IPS:type': 'fixed',
      'OS-EXT-IPS-MAC:mac_addr': port.macAddress,
    });
  }
  return addresses;
}

function describeServerFlavor(flavor: string, { minor, computeUrl }: ShapeContext): JsonObject {
  if (minor < 47) return { id: flavor, links: [bookmark(computeUrl, 'flavors', flavor)] };
  return { vcpus: 1, ram: 512, disk: 1, ephemeral: 0, swap: 0, original_name: flavor, extra_specs: {} };
}

export function describeFlavor(
  id: string,
  { minor, computeUrl }: Pick<ShapeContext, 'minor' | 'computeUrl'>,
): JsonObject {
  return {
    id,
    name: id,
    ram: 512,
    disk: 1,
    swap: minor >= 75 ? 0 : '',
    vcpus: 1,
    'OS-FLV-EXT-DATA:ephemeral': 0,
    'OS-FLV-DISABLED:disabled': false,
    'os-flavor-access:is_public': true,
    rxtx_factor: 1,
    links: linksOf(computeUrl, id, 'flavors'),
    ...(minor >= 55 ? { description: null } : {}),
    ...(minor >= 61 ? { extra_specs: {} } : {}),
  };
}

export function describeHostService(host: Host, isDown: (host: Host) => boolean, now: number): JsonObject {
  return {
    id: host.serviceId,
    binary: 'nova-compute',
    host: host.name,
    zone: host.zone,
    status: host.isDisabled ? 'disabled' : 'enabled',
    state: isDown(host) ? 'down' : 'up',
    updated_at: `${new Date(now).toISOString().slice(0, 23)}000`,
    disabled_reason: host.disabledReason,
    forced_down: host.isForcedDown,
  };
}

export function describeHypervisor(host: Host, isDown: (host: Host) => boolean): JsonObject {
  return {
    id: host.hypervisorId,
    hypervisor_hostname: host.name,
    state: isDown(host) ? 'down' : 'up',
    status: host.isDisabled ? 'disabled' : 'enabled',
    hypervisor_type: 'fake',
    hypervisor_version: 1000,
    host_ip: '127.0.0.1',
    servers: [],
    uptime: null,
    service: { id: host.serviceId, host: host.name, disabled_reason: host.disabledReason },
  };
}

export function describeInstanceAction(server: SimulatedServer, record: InstanceActionRecord): JsonObject {
  return {
    action: record.action,
    instance_uuid: server.id,
    request_id: record.requestId,
    user_id: server.userId,
    project_id: server.projectId,
    start_time: `${new Date(record.startedAt).toISOString().slice(0, 23)}000`,
    message: record.message,
    updated_at: `${new Date(record.endedAt ?? record.startedAt).toISOString().slice(0, 23)}000`,
  };
}

export function linksOf(computeUrl: string, id: string, kind = 'servers'): Json {
  return [{ rel: 'self', href: `${computeUrl}/v2.1/${kind}/${id}` }, bookmark(computeUrl, kind, id)];
}

function bookmark(computeUrl: string, kind: string, id: string): JsonObject {
  return { rel: 'bookmark', href: `${computeUrl}/${kind}/${id}` };
}

function seconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
