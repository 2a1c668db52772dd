/** Servers, hosts and flavors as Nova sends them, by microversion. */
import { utcSeconds } from '../domain/time-text.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Flavor } from './flavors.ts';
import { type SimulatedHost, isDown } from './hosts.ts';
import type { Network } from './network.ts';
import { powerStates, statuses, taskStatuses } from './server-states.ts';
import type { InstanceActionRecord, SimulatedServer } from './simulated-server.ts';

export interface ShapeContext {
  /** Of the request: 79 for 2.79. */
  readonly minor: number;
  readonly isAdmin: boolean;
  /** false: it is one of a list, which is described without its groups. */
  readonly isOne?: boolean;
  readonly computeUrl: string;
  readonly network: Network;
  readonly flavorOf: (id: string) => Flavor;
  readonly hostOf: (name: string | null) => SimulatedHost | undefined;
  readonly now: number;
}

export function describeServer(server: SimulatedServer, context: ShapeContext): JsonObject {
  const { minor, isAdmin, computeUrl, network, hostOf } = context;
  const host = hostOf(server.hostName);
  const { fault } = server;
  return {
    id: server.id,
    name: server.name,
    status: statusOf(server),
    tenant_id: server.projectId,
    user_id: server.userId,
    metadata: server.metadata,
    hostId: hostIdOf(server, host),
    image:
      server.imageId === null
        ? ''
        : { id: server.imageId, links: [bookmark(computeUrl, 'images', server.imageId)] },
    flavor: describeServerFlavor(server.flavor, context),
    created: utcSeconds(server.createdAt),
    updated: utcSeconds(server.updatedAt),
    addresses: addressesOf(server, network),
    accessIPv4: '',
    accessIPv6: '',
    links: linksOf(computeUrl, server.id),
    'OS-DCF:diskConfig': 'MANUAL',
    ...(PROGRESS.has(statusOf(server)) ? { progress: server.vmState === 'building' ? 0 : 100 } : {}),
    'OS-EXT-AZ:availability_zone': server.hostName === null ? '' : server.zone,
    config_drive: server.configDrive,
    key_name: server.keyName,
    'OS-SRV-USG:launched_at': server.launchedAt === null ? null : databaseTime(server.launchedAt),
    'OS-SRV-USG:terminated_at': server.deletedAt === null ? null : databaseTime(server.deletedAt),
    ...(isAdmin ? describePlace(server, context) : {}),
    'OS-EXT-STS:task_state': server.taskState,
    'OS-EXT-STS:vm_state': server.vmState,
    'OS-EXT-STS:power_state': powerStates[server.vmState],
    'os-extended-volumes:volumes_attached': server.volumes.map((id) => ({
      id,
      delete_on_termination: false,
    })),
    // They are those of the ports.
    ...(network.portsOf(server.id).length === 0
      ? {}
      : { security_groups: server.securityGroups.map((name) => ({ name })) }),
    ...(minor >= 9 ? { locked: server.isLocked } : {}),
    ...(minor >= 19 ? { description: server.description } : {}),
    ...(minor >= 26 ? { tags: server.tags } : {}),
    ...(minor >= 63 ? { trusted_image_certificates: null } : {}),
    ...(minor >= 71 && context.isOne !== false ? { server_groups: [] } : {}),
    ...(minor >= 73 ? { locked_reason: server.isLocked ? server.lockedReason : null } : {}),
    ...(!isAdmin && minor >= 90 ? { 'OS-EXT-SRV-ATTR:hostname': server.name } : {}),
    ...(isAdmin && minor >= 16 ? { host_status: hostStatus(host) } : {}),
    ...(fault === null || server.vmState !== 'error' || fault.shownFrom > context.now
      ? {}
      : {
          fault: {
            code: fault.code,
            created: utcSeconds(fault.created),
            message: fault.message,
            ...(isAdmin ? { details: '' } : {}),
          },
        }),
  };
}

/** Statuses with which Nova shows a progress. */
const PROGRESS: ReadonlySet<string> = new Set(
  'ACTIVE BUILD REBUILD RESIZE VERIFY_RESIZE MIGRATING'.split(' '),
);

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
    'OS-EXT-SRV-ATTR:instance_name': instanceName(id),
    ...(minor >= 3
      ? {
          'OS-EXT-SRV-ATTR:hostname': name,
          'OS-EXT-SRV-ATTR:kernel_id': '',
          'OS-EXT-SRV-ATTR:launch_index': 0,
          'OS-EXT-SRV-ATTR:ramdisk_id': '',
          'OS-EXT-SRV-ATTR:reservation_id': `r-${id.slice(0, 8)}`,
          'OS-EXT-SRV-ATTR:root_device_name': server.launchedAt === null ? null : '/dev/vda',
          'OS-EXT-SRV-ATTR:user_data': null,
        }
      : {}),
  };
}

export function statusOf({ vmState, taskState }: SimulatedServer): string {
  const task = taskStatuses[taskState ?? ''];
  return task !== undefined && task.of.includes(vmState) ? task.status : statuses[vmState];
}

function hostStatus(host: SimulatedHost | undefined): string {
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

function describeServerFlavor(flavor: string, { minor, computeUrl, flavorOf }: ShapeContext): JsonObject {
  if (minor < 47) return { id: flavor, links: [bookmark(computeUrl, 'flavors', flavor)] };
  const { vcpus, ram, disk } = flavorOf(flavor);
  return { vcpus, ram, disk, ephemeral: 0, swap: 0, original_name: flavor, extra_specs: {} };
}

export function describeFlavor(
  { id, vcpus, ram, disk }: Flavor,
  { minor, computeUrl }: Pick<ShapeContext, 'minor' | 'computeUrl'>,
): JsonObject {
  return {
    id,
    name: id,
    ram,
    disk,
    swap: minor >= 75 ? 0 : '',
    vcpus,
    'OS-FLV-EXT-DATA:ephemeral': 0,
    'OS-FLV-DISABLED:disabled': false,
    'os-flavor-access:is_public': true,
    rxtx_factor: 1,
    links: linksOf(computeUrl, id, 'flavors'),
    ...(minor >= 55 ? { description: null } : {}),
    ...(minor >= 61 ? { extra_specs: {} } : {}),
  };
}

export function describeHostService(
  host: SimulatedHost,
  context: {
    readonly now: number;
    readonly minor: number;
    readonly number: number;
  },
): JsonObject {
  const { now, minor, number } = context;
  return {
    id: minor >= 53 ? host.serviceId : number,
    binary: 'nova-compute',
    host: host.name,
    zone: host.zone,
    status: host.isDisabled ? 'disabled' : 'enabled',
    state: isDown(host) ? 'down' : 'up',
    updated_at: databaseTime(host.diedAt ?? now),
    disabled_reason: host.disabledReason,
    ...(minor >= 11 ? { forced_down: host.isForcedDown } : {}),
  };
}

export interface HypervisorContext {
  readonly isDetailed: boolean;
  readonly withServers: boolean;
  readonly servers: readonly SimulatedServer[];
  readonly flavorOf: (id: string) => Flavor;
  readonly minor: number;
  /** Its id before 2.53. */
  readonly number: number;
}

export function describeHypervisor(host: SimulatedHost, context: HypervisorContext): JsonObject {
  const { isDetailed, withServers, servers, minor, number } = context;
  return {
    id: minor >= 53 ? host.hypervisorId : number,
    hypervisor_hostname: host.name,
    state: isDown(host) ? 'down' : 'up',
    status: host.isDisabled ? 'disabled' : 'enabled',
    ...(isDetailed
      ? {
          hypervisor_type: 'fake',
          hypervisor_version: 1000,
          host_ip: '127.0.0.1',
          service: {
            id: minor >= 53 ? host.serviceId : number,
            host: host.name,
            disabled_reason: host.disabledReason,
          },
          // From 2.88 on Placement has them.
          ...(minor >= 88 ? { uptime: null } : describeCapacity(context)),
        }
      : {}),
    ...(withServers && minor >= 53
      ? { servers: servers.map(({ id }) => ({ uuid: id, name: instanceName(id) })) }
      : {}),
  };
}

const capacity = { vcpus: 1000, ram: 800_000, disk: 600_000 };
const cpu = {
  arch: 'x86_64',
  model: 'Nehalem',
  vendor: 'Intel',
  features: ['pge', 'clflush'],
  topology: { cores: 1, threads: 1, sockets: 4 },
};

function describeCapacity({ servers, flavorOf, minor }: HypervisorContext): JsonObject {
  const flavors = servers.map(({ flavor }) => flavorOf(flavor));
  const sum = (of: (flavor: Flavor) => number): number => flavors.reduce((total, one) => total + of(one), 0);
  const [vcpus, ram, disk] = [sum((one) => one.vcpus), sum((one) => one.ram), sum((one) => one.disk)];
  return {
    vcpus: capacity.vcpus,
    memory_mb: capacity.ram,
    local_gb: capacity.disk,
    vcpus_used: vcpus,
    memory_mb_used: ram,
    local_gb_used: disk,
    free_ram_mb: capacity.ram - ram,
    free_disk_gb: capacity.disk - disk,
    current_workload: servers.filter(({ taskState }) => taskState !== null).length,
    running_vms: servers.length,
    disk_available_least: 0,
    cpu_info: minor >= 28 ? cpu : JSON.stringify(cpu),
  };
}

/** @param context null: without the hosts of the zones. */
export function describeZones(
  hosts: readonly SimulatedHost[],
  context: { readonly now: number } | null,
): Json {
  const zones = [...new Set(hosts.map(({ zone }) => zone))];
  const service = (host: SimulatedHost, { now }: NonNullable<typeof context>) => ({
    'nova-compute': {
      available: !isDown(host),
      active: !host.isDisabled,
      updated_at: databaseTime(host.diedAt ?? now),
    },
  });
  return zones.map((zoneName) => {
    const own = hosts.filter(({ zone }) => zone === zoneName);
    return {
      zoneName,
      zoneState: { available: true },
      hosts:
        context === null ? null : Object.fromEntries(own.map((host) => [host.name, service(host, context)])),
    };
  });
}

export function describeInstanceAction(
  server: SimulatedServer,
  record: InstanceActionRecord,
  minor: number,
): JsonObject {
  return {
    action: record.action,
    instance_uuid: server.id,
    request_id: record.requestId,
    user_id: record.userId,
    project_id: server.projectId,
    start_time: databaseTime(record.startedAt),
    message: record.message,
    ...(minor >= 58 ? { updated_at: databaseTime(record.endedAt ?? record.startedAt) } : {}),
  };
}

/** One event an action: what the compute service did. */
export function describeInstanceActionEvents(
  server: SimulatedServer,
  { startedAt, endedAt, result, action, details }: InstanceActionRecord,
  { minor, isAdmin, hostOf }: ShapeContext,
): Json {
  return [
    {
      event: `compute_${action}_instance`,
      start_time: databaseTime(startedAt),
      finish_time: endedAt === null ? null : databaseTime(endedAt),
      result,
      ...(isAdmin ? { traceback: null, host: server.hostName } : {}),
      ...(minor >= 62 ? { hostId: hostIdOf(server, hostOf(server.hostName)) } : {}),
      ...(minor >= 84 ? { details } : {}),
    },
  ];
}

/** The same for servers of one project on one host, so that users see that much and no more. */
function hostIdOf({ projectId }: SimulatedServer, host: SimulatedHost | undefined): string {
  return host === undefined ? '' : `${host.hypervisorId}${projectId}`.replaceAll('-', '').slice(0, 56);
}

export function linksOf(computeUrl: string, id: string, kind = 'servers'): Json {
  return [{ rel: 'self', href: `${computeUrl}/v2.1/${kind}/${id}` }, bookmark(computeUrl, kind, id)];
}

function bookmark(computeUrl: string, kind: string, id: string): JsonObject {
  return { rel: 'bookmark', href: `${computeUrl}/${kind}/${id}` };
}

/** As Nova writes times of its database. */
export function databaseTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 23)}000`;
}

function instanceName(id: string): string {
  return `instance-${id.slice(0, 8)}`;
}
