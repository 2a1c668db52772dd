/** Parts of load balancers as Octavia sends them (API v2.26). */
import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../domain/json.ts';
import type { SimulatedBalancerPart, Balancers, PartKind } from './balancers.ts';

/** What Octavia fills in. */
export const partDefaults: Readonly<Record<PartKind, JsonObject>> = {
  loadbalancer: {
    name: '',
    description: '',
    admin_state_up: true,
    additional_vips: [],
    provider: 'amphora',
    flavor_id: null,
    vip_qos_policy_id: null,
    tags: [],
    availability_zone: null,
  },
  listener: {
    name: '',
    description: '',
    admin_state_up: true,
    connection_limit: -1,
    default_tls_container_ref: null,
    sni_container_refs: [],
    default_pool_id: null,
    l7policies: [],
    insert_headers: {},
    timeout_client_data: 50_000,
    timeout_member_connect: 5000,
    timeout_member_data: 50_000,
    timeout_tcp_inspect: 0,
    tags: [],
    client_ca_tls_container_ref: null,
    client_authentication: 'NONE',
    client_crl_container_ref: null,
    allowed_cidrs: null,
    tls_ciphers: null,
    tls_versions: null,
    alpn_protocols: null,
  },
  pool: {
    name: '',
    description: '',
    admin_state_up: true,
    session_persistence: null,
    tags: [],
    tls_container_ref: null,
    ca_tls_container_ref: null,
    crl_container_ref: null,
    tls_enabled: false,
    tls_ciphers: null,
    tls_versions: null,
    alpn_protocols: null,
  },
  healthmonitor: {
    name: '',
    max_retries: 3,
    max_retries_down: 3,
    http_method: null,
    url_path: null,
    expected_codes: null,
    admin_state_up: true,
    tags: [],
    http_version: null,
    domain_name: null,
  },
  member: {
    name: '',
    admin_state_up: true,
    weight: 1,
    backup: false,
    subnet_id: null,
    monitor_address: null,
    monitor_port: null,
    tags: [],
  },
};

/** Of a health monitor that requests a page. */
export const httpMonitorDefaults: JsonObject = { http_method: 'GET', url_path: '/', expected_codes: '200' };

export function describePart(part: SimulatedBalancerPart, balancers: Balancers): JsonObject {
  const { id, projectId, provisioning, createdAt, updatedAt, properties } = part;
  return {
    ...properties,
    id,
    provisioning_status: provisioning,
    operating_status: balancers.operatingStatus(part),
    created_at: timeOf(createdAt),
    updated_at: updatedAt === null ? null : timeOf(updatedAt),
    project_id: projectId,
    tenant_id: projectId,
    ...relations(part, balancers),
  };
}

function relations(part: SimulatedBalancerPart, balancers: Balancers): JsonObject {
  const above = part.parent === null ? [] : [{ id: part.parent.id }];
  switch (part.kind) {
    case 'loadbalancer':
      return {
        listeners: balancers.children(part, 'listener').map(idOf),
        pools: balancers.children(part, 'pool').map(idOf),
      };
    case 'listener':
      return { loadbalancers: above };
    case 'pool': {
      const [monitor] = balancers.children(part, 'healthmonitor');
      return {
        loadbalancers: above,
        listeners: balancers.listenersOf(part).map(idOf),
        members: balancers.children(part, 'member').map(idOf),
        ...(monitor === undefined ? {} : { healthmonitor_id: monitor.id }),
      };
    }
    case 'healthmonitor':
      return { pools: above };
    case 'member':
      return {};
  }
}

/** `GET .../loadbalancers/ID/status`: the balancer with all that is below it. */
export function describeStatuses(balancer: SimulatedBalancerPart, balancers: Balancers): JsonObject {
  const brief = (part: SimulatedBalancerPart): JsonObject => ({
    id: part.id,
    name: part.properties['name'] ?? '',
    operating_status: balancers.operatingStatus(part),
    provisioning_status: part.provisioning,
  });
  const ofPool = (pool: SimulatedBalancerPart): JsonObject => {
    const [monitor] = balancers.children(pool, 'healthmonitor');
    return {
      ...brief(pool),
      ...(monitor === undefined
        ? {}
        : { health_monitor: { ...brief(monitor), type: monitor.properties['type'] ?? '' } }),
      members: balancers.children(pool, 'member').map((member) => ({
        ...brief(member),
        address: member.properties['address'] ?? '',
        protocol_port: member.properties['protocol_port'] ?? 0,
      })),
    };
  };
  const listeners = balancers.children(balancer, 'listener').map((listener) => {
    const pool = balancers.find('pool', idText(listener.properties['default_pool_id']));
    return { ...brief(listener), pools: pool === undefined ? [] : [ofPool(pool)] };
  });
  return { statuses: { loadbalancer: { ...brief(balancer), listeners } } };
}

export const noStatistics: JsonObject = {
  bytes_in: 0,
  bytes_out: 0,
  active_connections: 0,
  total_connections: 0,
  request_errors: 0,
};

/** The versions of the API: clients read the newest. */
export function describeVersions(url: string): JsonObject {
  const versions = Array.from({ length: 27 }, (_, minor) => ({
    id: `v2.${minor}`,
    status: minor === 26 ? 'CURRENT' : 'SUPPORTED',
    updated: '2021-11-01T00:00:00Z',
    links: [{ href: `${url}/v2`, rel: 'self' }],
  }));
  return { versions };
}

/** Its virtual address, of which Octavia sends more than was written. */
export function vipOf(port: {
  readonly id: string;
  readonly address: string;
  readonly subnetId: string;
  readonly networkId: string;
}): JsonObject {
  return {
    vip_address: port.address,
    vip_port_id: port.id === '' ? randomUUID() : port.id,
    vip_subnet_id: port.subnetId,
    vip_network_id: port.networkId,
  };
}

function idOf({ id }: SimulatedBalancerPart): JsonObject {
  return { id };
}

export function idText(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Octavia sends times without a zone. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
