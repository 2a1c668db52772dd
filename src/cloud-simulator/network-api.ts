/** Neutron's API: networks, subnets and security groups are looked up; ports and floating IPs are made. */
import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../domain/json.ts';
import { ApiError } from './api-error.ts';
import { endpoint, member, objects, text, type Call, type Endpoint } from './endpoint.ts';
import {
  isUuid,
  uuidOf,
  type FloatingAddress,
  type SimulatedNetwork,
  type SimulatedPort,
} from './network.ts';
import type { World } from './world.ts';

export function networkEndpoints(world: World, baseUrl: () => string): readonly Endpoint[] {
  const version = () => ({
    id: 'v2.0',
    status: 'CURRENT',
    links: [{ rel: 'self', href: `${baseUrl()}/network/v2.0/` }],
  });
  return [
    endpoint('GET /', 'version', () => ({ status: 200, body: { versions: [version()] } }), { isOpen: true }),
    endpoint('GET /v2.0', 'version', () => ({ status: 200, body: { resources: [] } }), { isOpen: true }),
    endpoint('GET /v2.0/extensions', 'list', () => ({ status: 200, body: { extensions: [] } })),
    ...networks(world),
    ...ports(world),
    ...floatingIps(world),
  ];
}

function networks(world: World): Endpoint[] {
  const { network } = world;
  const found = ({ params }: Call): SimulatedNetwork => {
    const one = network.findNetwork(params['id'] ?? '');
    if (one === undefined) throw new ApiError(404, `Network ${params['id']} could not be found.`);
    return one;
  };
  return [
    endpoint('GET /v2.0/networks', 'list', ({ query }) => {
      const wanted = query['id'] ?? query['name'];
      // By id only where it looks like one: a client asks by id first, and then by name.
      const named =
        wanted === undefined
          ? [...network.networks.values()]
          : lookedUp(query, (name) => network.findNetwork(name));
      return { status: 200, body: { networks: named.map(describeNetwork) } };
    }),
    endpoint('GET /v2.0/networks/:id', 'show', (call) => ({
      status: 200,
      body: { network: describeNetwork(found(call)) },
    })),
    endpoint('GET /v2.0/subnets', 'list', ({ query }) => ({
      status: 200,
      body: {
        subnets: [...network.networks.values()]
          .filter(({ subnetId, name, id }) => matches(query, { id: subnetId, name, network_id: id }))
          .map(describeSubnet),
      },
    })),
    endpoint('GET /v2.0/subnets/:id', 'show', ({ params }) => {
      const one = [...network.networks.values()].find(({ subnetId }) => subnetId === params['id']);
      if (one === undefined) throw new ApiError(404, `Subnet ${params['id']} could not be found.`);
      return { status: 200, body: { subnet: describeSubnet(one) } };
    }),
    endpoint('GET /v2.0/security-groups', 'list', ({ query, projectId }) => ({
      status: 200,
      body: { security_groups: securityGroups(query, projectId, world.settings.strict) },
    })),
    endpoint('GET /v2.0/security-groups/:id', 'show', ({ params, projectId }) => ({
      status: 200,
      body: { security_group: securityGroup(params['id'] ?? '', params['id'] ?? '', projectId) },
    })),
  ];
}

function lookedUp<T>(query: Readonly<Record<string, string>>, find: (name: string) => T | undefined): T[] {
  const { id, name } = query;
  if (id !== undefined && !isUuid(id)) return [];
  const one = find(id ?? name ?? '');
  return one === undefined ? [] : [one];
}

function securityGroups(
  query: Readonly<Record<string, string>>,
  projectId: string,
  isStrict: boolean,
): JsonObject[] {
  const { id, name } = query;
  const defaultId = uuidOf('security group default');
  const known = securityGroup(defaultId, 'default', projectId);
  if (isStrict) return matches(query, { id: defaultId, name: 'default' }) ? [known] : [];
  if (id !== undefined) return isUuid(id) ? [securityGroup(id, name ?? id, projectId)] : [];
  return [name === undefined ? known : securityGroup(uuidOf(`security group ${name}`), name, projectId)];
}

function securityGroup(id: string, name: string, projectId: string): JsonObject {
  return {
    id,
    name,
    description: '',
    tenant_id: projectId,
    project_id: projectId,
    security_group_rules: [],
    stateful: true,
    tags: [],
  };
}

function ports(world: World): Endpoint[] {
  const { network } = world;
  const found = ({ params }: Call): SimulatedPort => {
    const port = network.ports.get(params['id'] ?? '');
    if (port === undefined) throw new ApiError(404, `Port ${params['id']} could not be found.`);
    return port;
  };
  return [
    endpoint('GET /v2.0/ports', 'list', ({ query }) => {
      const { device_id: device } = query;
      const all = device === undefined ? [...network.ports.values()] : network.portsOf(device);
      const shown = all.filter((port) =>
        matches(query, {
          id: port.id,
          name: port.name,
          network_id: port.networkId,
          device_id: port.deviceId,
        }),
      );
      return { status: 200, body: { ports: shown.map(describePort) } };
    }),
    endpoint('GET /v2.0/ports/:id', 'show', (call) => ({
      status: 200,
      body: { port: describePort(found(call)) },
    })),
    endpoint('POST /v2.0/ports', 'create', ({ body, projectId }) => {
      const asked = member(body, 'port');
      const of = network.findNetwork(text(asked, 'network_id') ?? '');
      if (of === undefined)
        throw new ApiError(404, `Network ${text(asked, 'network_id')} could not be found.`);
      const [fixed] = objects(asked['fixed_ips']);
      const port = network.addPort({
        network: of,
        projectId,
        name: text(asked, 'name') ?? '',
        address: fixed === undefined ? undefined : text(fixed, 'ip_address'),
        securityGroups: listOf(asked['security_groups']),
        isOfServer: false,
      });
      return { status: 201, body: { port: describePort(port) } };
    }),
    endpoint('PUT /v2.0/ports/:id', 'update', (call) => {
      const port = found(call);
      const asked = member(call.body, 'port');
      port.name = text(asked, 'name') ?? port.name;
      if (asked['security_groups'] !== undefined) port.securityGroups = listOf(asked['security_groups']);
      return { status: 200, body: { port: describePort(port) } };
    }),
    endpoint('DELETE /v2.0/ports/:id', 'delete', (call) => {
      network.removePort(found(call));
      return { status: 204 };
    }),
  ];
}

function floatingIps({ network }: World): Endpoint[] {
  const found = ({ params }: Call): FloatingAddress => {
    const one = network.floating.get(params['id'] ?? '');
    if (one === undefined) throw new ApiError(404, `Floating IP ${params['id']} could not be found.`);
    return one;
  };
  return [
    endpoint('GET /v2.0/floatingips', 'list', ({ query }) => ({
      status: 200,
      body: {
        floatingips: [...network.floating.values()]
          .filter(({ id, address, portId }) =>
            matches(query, { id, floating_ip_address: address, port_id: portId ?? '' }),
          )
          .map((one) => describeFloating(one, network.ports)),
      },
    })),
    endpoint('POST /v2.0/floatingips', 'create', ({ body, projectId }) => {
      const asked = member(body, 'floatingip');
      const count = network.floating.size;
      const made: FloatingAddress = {
        id: randomUUID(),
        address: text(asked, 'floating_ip_address') ?? `203.0.${(count >> 8) & 255}.${(count & 255) + 1}`,
        networkId: text(asked, 'floating_network_id') ?? '',
        projectId,
        portId: text(asked, 'port_id') ?? null,
        description: text(asked, 'description') ?? '',
      };
      network.floating.set(made.id, made);
      return { status: 201, body: { floatingip: describeFloating(made, network.ports) } };
    }),
    endpoint('PUT /v2.0/floatingips/:id', 'update', (call) => {
      const one = found(call);
      one.portId = text(member(call.body, 'floatingip'), 'port_id') ?? null;
      return { status: 200, body: { floatingip: describeFloating(one, network.ports) } };
    }),
    endpoint('DELETE /v2.0/floatingips/:id', 'delete', (call) => {
      network.floating.delete(found(call).id);
      return { status: 204 };
    }),
  ];
}

function matches(query: Readonly<Record<string, string>>, values: Readonly<Record<string, string>>): boolean {
  return Object.entries(values).every(([key, value]) => query[key] === undefined || query[key] === value);
}

function listOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item: Json): item is string => typeof item === 'string') : [];
}

function describeNetwork({ id, name, subnetId }: SimulatedNetwork): JsonObject {
  return {
    id,
    name,
    tenant_id: '',
    project_id: '',
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
    tags: [],
  };
}

function describeSubnet({ id, name, subnetId, prefix }: SimulatedNetwork): JsonObject {
  return {
    id: subnetId,
    name,
    network_id: id,
    cidr: `${prefix}.0.0/16`,
    gateway_ip: `${prefix}.0.1`,
    ip_version: 4,
    enable_dhcp: true,
    tenant_id: '',
    project_id: '',
    allocation_pools: [{ start: `${prefix}.0.10`, end: `${prefix}.255.254` }],
    dns_nameservers: [],
    host_routes: [],
  };
}

function describePort(port: SimulatedPort): JsonObject {
  return {
    id: port.id,
    name: port.name,
    network_id: port.networkId,
    tenant_id: port.projectId,
    project_id: port.projectId,
    mac_address: port.macAddress,
    admin_state_up: true,
    status: port.deviceId === '' ? 'DOWN' : 'ACTIVE',
    device_id: port.deviceId,
    device_owner: port.deviceId === '' ? '' : 'compute:nova',
    fixed_ips: [{ subnet_id: port.subnetId, ip_address: port.address }],
    allowed_address_pairs: [],
    extra_dhcp_opts: [],
    security_groups: port.securityGroups,
    'binding:vnic_type': 'normal',
    port_security_enabled: true,
    description: '',
    tags: [],
  };
}

function describeFloating(
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
