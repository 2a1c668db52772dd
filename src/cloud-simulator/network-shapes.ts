/** Networks, subnets, security groups, ports and floating IPs as Neutron sends them. */
import { utcSeconds } from '../domain/time-text.ts';
import type { JsonObject } from '../domain/json.ts';
import type { SimulatorCall } from './endpoint.ts';
import {
  uuidOf,
  type FloatingAddress,
  type SecurityGroup,
  type SimulatedNetwork,
  type SimulatedPort,
} from './network.ts';
import type { World } from './world.ts';

/** Neutron counts the changes of each object. */
function timesOf(at: number): JsonObject {
  const time = utcSeconds(at);
  return { created_at: time, updated_at: time, revision_number: 1 };
}

export function describeNetwork(
  { id, name, subnetId, createdAt }: SimulatedNetwork,
  { project }: World,
): JsonObject {
  return {
    id,
    name,
    tenant_id: project.id,
    project_id: project.id,
    admin_state_up: true,
    mtu: 1500,
    status: 'ACTIVE',
    subnets: [subnetId],
    shared: true,
    'router:external': false,
    port_security_enabled: true,
    description: '',
    availability_zones: [],
    availability_zone_hints: [],
    ipv4_address_scope: null,
    ipv6_address_scope: null,
    tags: [],
    ...timesOf(createdAt),
  };
}

export function describeSubnet(network: SimulatedNetwork, { project }: World): JsonObject {
  const { id, name, subnetId, prefix, createdAt } = network;
  return {
    id: subnetId,
    name,
    network_id: id,
    cidr: `${prefix}.0.0/16`,
    gateway_ip: `${prefix}.0.1`,
    ip_version: 4,
    enable_dhcp: true,
    tenant_id: project.id,
    project_id: project.id,
    allocation_pools: [{ start: `${prefix}.0.10`, end: `${prefix}.255.254` }],
    dns_nameservers: [],
    host_routes: [],
    subnetpool_id: null,
    ipv6_ra_mode: null,
    ipv6_address_mode: null,
    service_types: [],
    description: '',
    tags: [],
    ...timesOf(createdAt),
  };
}

export function describeSecurityGroup(group: SecurityGroup, world: World): JsonObject {
  const { id, name, description, projectId } = group;
  const times = timesOf(world.startedAt);
  const owner = { tenant_id: projectId, project_id: projectId };
  const rule = (ethertype: string, direction: string, remoteGroup: string | null): JsonObject => ({
    id: uuidOf(`rule ${id} ${ethertype} ${direction}`),
    ...owner,
    security_group_id: id,
    ethertype,
    direction,
    protocol: null,
    port_range_min: null,
    port_range_max: null,
    remote_ip_prefix: null,
    remote_address_group_id: null,
    normalized_cidr: null,
    remote_group_id: remoteGroup,
    standard_attr_id: 1,
    description: null,
    tags: [],
    ...times,
  });
  return {
    id,
    name,
    description,
    ...owner,
    stateful: true,
    shared: false,
    security_group_rules: ['IPv4', 'IPv6'].flatMap((ethertype) => [
      rule(ethertype, 'egress', null),
      // What is in the standard group reaches each other.
      ...(name === 'default' ? [rule(ethertype, 'ingress', id)] : []),
    ]),
    tags: [],
    ...times,
  };
}

export function describePort(port: SimulatedPort, { isAdmin }: Pick<SimulatorCall, 'isAdmin'>): JsonObject {
  const isBound = port.deviceId !== '';
  return {
    id: port.id,
    name: port.name,
    network_id: port.networkId,
    tenant_id: port.projectId,
    project_id: port.projectId,
    mac_address: port.macAddress,
    admin_state_up: true,
    status: isBound ? 'ACTIVE' : 'DOWN',
    device_id: port.deviceId,
    device_owner: isBound ? 'compute:nova' : '',
    fixed_ips: [{ subnet_id: port.subnetId, ip_address: port.address }],
    allowed_address_pairs: [],
    extra_dhcp_opts: [],
    security_groups: port.securityGroups,
    'binding:vnic_type': 'normal',
    ...(isAdmin
      ? {
          'binding:profile': {},
          'binding:host_id': '',
          'binding:vif_type': isBound ? 'ovs' : 'unbound',
          'binding:vif_details': {},
        }
      : {}),
    port_security_enabled: true,
    description: port.description,
    tags: [],
    ...timesOf(port.createdAt),
  };
}

export function describeFloating(
  { id, address, networkId, projectId, portId, description }: FloatingAddress,
  ports: ReadonlyMap<string, SimulatedPort>,
): JsonObject {
  return {
    id,
    floating_ip_address: address,
    floating_network_id: networkId,
    fixed_ip_address: ports.get(portId ?? '')?.address ?? null,
    port_id: portId,
    router_id: null,
    status: portId === null ? 'DOWN' : 'ACTIVE',
    tenant_id: projectId,
    project_id: projectId,
    description,
    tags: [],
  };
}
