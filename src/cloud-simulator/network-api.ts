/** Neutron's API: networks, subnets and security groups are looked up; ports and floating IPs are made. */
import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../domain/json.ts';
import { SimulatorError, FrameworkError } from './api-error.ts';
import { endpoint, member, objects, textIn, type SimulatorCall, type SimulatorEndpoint } from './endpoint.ts';
import {
  defaultSecurityGroup,
  isUuid,
  type FloatingAddress,
  type SecurityGroup,
  type SimulatedNetwork,
  type SimulatedPort,
} from './network.ts';
import { listOfNeutron } from './list-filters.ts';
import type { World } from './world.ts';
import {
  describeNetwork,
  describeSubnet,
  describeSecurityGroup,
  describePort,
  describeFloating,
} from './network-shapes.ts';

export function networkEndpoints(world: World, baseUrl: () => string): readonly SimulatorEndpoint[] {
  const version = () => ({
    id: 'v2.0',
    status: 'CURRENT',
    links: [{ rel: 'self', href: `${baseUrl()}/network/v2.0/` }],
  });
  return [
    endpoint('GET /', 'version', () => ({ status: 200, body: { versions: [version()] } }), { isOpen: true }),
    ...extensions(),
    ...networks(world),
    ...securityGroups(world),
    ...ports(world),
    ...floatingIps(world),
  ];
}

/** Those whose parts the simulator answers. */
const aliases = ['security-group', 'router', 'port-security', 'standard-attr-tag', 'binding'];

function extensions(): SimulatorEndpoint[] {
  const describe = (alias: string): JsonObject => ({
    name: alias,
    alias,
    description: alias,
    updated: '2012-10-05T10:00:00-00:00',
    links: [],
  });
  return [
    endpoint('GET /v2.0/extensions', 'list', () => ({
      status: 200,
      body: { extensions: aliases.map(describe) },
    })),
    endpoint('GET /v2.0/extensions/:alias', 'show', ({ params }) => {
      const alias = params['alias'] ?? '';
      if (!aliases.includes(alias))
        throw new FrameworkError(404, `Extension with alias ${alias} does not exist`);
      return { status: 200, body: { extension: describe(alias) } };
    }),
  ];
}

function networks(world: World): SimulatorEndpoint[] {
  const { network } = world;
  const found = ({ params }: SimulatorCall): SimulatedNetwork => {
    const id = params['id'] ?? '';
    const one = isUuid(id) ? network.findNetwork(id) : undefined;
    if (one === undefined) throw new SimulatorError(404, `Network ${params['id']} could not be found.`);
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
      const all = named.map((one) => describeNetwork(one, world));
      return { status: 200, body: listOfNeutron(kinds.network, all, query) };
    }),
    endpoint('GET /v2.0/networks/:id', 'show', (call) => ({
      status: 200,
      body: { network: describeNetwork(found(call), world) },
    })),
    endpoint('GET /v2.0/subnets', 'list', ({ query }) => {
      // A subnet has the name of its network: one that is asked for by its name is there, as a network is.
      if (query['name'] !== undefined) network.findNetwork(query['name']);
      const all = [...network.networks.values()].map((one) => describeSubnet(one, world));
      return { status: 200, body: listOfNeutron(kinds.subnet, all, query) };
    }),
    endpoint('GET /v2.0/subnets/:id', 'show', ({ params }) => {
      const one = [...network.networks.values()].find(({ subnetId }) => subnetId === params['id']);
      if (one === undefined) throw new SimulatorError(404, `Subnet ${params['id']} could not be found.`);
      return { status: 200, body: { subnet: describeSubnet(one, world) } };
    }),
    endpoint('DELETE /v2.0/networks/:id', 'delete', (call) => {
      const one = found(call);
      if (!call.isAdmin) throw new SimulatorError(403, 'rule:delete_network is disallowed by policy');
      network.networks.delete(one.id);
      return { status: 204 };
    }),
  ];
}

function lookedUp<T>(query: Readonly<Record<string, string>>, find: (name: string) => T | undefined): T[] {
  const { id, name } = query;
  if (id !== undefined && !isUuid(id)) return [];
  const one = find(id ?? name ?? '');
  return one === undefined ? [] : [one];
}

function securityGroups(world: World): SimulatorEndpoint[] {
  const { network } = world;
  const found = ({ params, projectId }: SimulatorCall): SecurityGroup => {
    const group = network.findSecurityGroup(params['id'] ?? '', projectId);
    if (group === undefined || group.id !== params['id'])
      throw new SimulatorError(404, `Security group ${params['id']} does not exist`);
    return group;
  };
  return [
    endpoint('GET /v2.0/security-groups', 'list', ({ query, projectId }) => {
      const wanted = query['id'] ?? query['name'];
      const own = [...network.securityGroups.values()].filter((group) => group.projectId === projectId);
      const shown =
        wanted === undefined
          ? [defaultSecurityGroup(projectId), ...own]
          : lookedUp(query, (name) => network.findSecurityGroup(name, projectId));
      const all = shown.map((group) => describeSecurityGroup(group, world));
      return { status: 200, body: listOfNeutron(kinds.securityGroup, all, query) };
    }),
    endpoint('POST /v2.0/security-groups', 'create', ({ body, projectId }) => {
      const asked = member(body, 'security_group');
      const name = textIn(asked, 'name') ?? '';
      if (name === 'default') throw new SimulatorError(409, 'Default security group already exists.');
      const description = textIn(asked, 'description') ?? '';
      const group = network.addSecurityGroup({ name, description, projectId });
      return { status: 201, body: { security_group: describeSecurityGroup(group, world) } };
    }),
    endpoint('GET /v2.0/security-groups/:id', 'show', (call) => ({
      status: 200,
      body: { security_group: describeSecurityGroup(found(call), world) },
    })),
    endpoint('DELETE /v2.0/security-groups/:id', 'delete', (call) => {
      network.securityGroups.delete(found(call).id);
      return { status: 204 };
    }),
  ];
}

function ports(world: World): SimulatorEndpoint[] {
  const { network } = world;
  const isSeen = (port: SimulatedPort, { isAdmin, projectId }: SimulatorCall): boolean =>
    isAdmin || port.projectId === projectId;
  const found = (call: SimulatorCall): SimulatedPort => {
    const { params } = call;
    const port = network.ports.get(params['id'] ?? '');
    if (port === undefined || !isSeen(port, call))
      throw new SimulatorError(404, `Port ${params['id']} could not be found.`);
    return port;
  };
  return [
    endpoint('GET /v2.0/ports', 'list', (call) => {
      const { query } = call;
      const { device_id: device } = query;
      const all = device === undefined ? [...network.ports.values()] : network.portsOf(device);
      const shown = all.filter((port) => isSeen(port, call)).map((port) => describePort(port, call));
      return { status: 200, body: listOfNeutron(kinds.port, shown, query) };
    }),
    endpoint('GET /v2.0/ports/:id', 'show', (call) => ({
      status: 200,
      body: { port: describePort(found(call), call) },
    })),
    endpoint('POST /v2.0/ports', 'create', (call) => {
      const asked = member(call.body, 'port');
      const of = checkPort(asked, call, world);
      const [fixed] = objects(asked['fixed_ips']);
      const port = network.addPort({
        network: of,
        projectId: call.projectId,
        name: textIn(asked, 'name') ?? '',
        address: fixed === undefined ? undefined : textIn(fixed, 'ip_address'),
        description: textIn(asked, 'description') ?? '',
        ...(asked['security_groups'] === undefined
          ? {}
          : { securityGroups: listOf(asked['security_groups']) }),
        isOfServer: false,
      });
      return { status: 201, body: { port: describePort(port, call) } };
    }),
    endpoint('PUT /v2.0/ports/:id', 'update', (call) => {
      const port = found(call);
      const asked = member(call.body, 'port');
      port.name = textIn(asked, 'name') ?? port.name;
      port.description = textIn(asked, 'description') ?? port.description;
      if (asked['security_groups'] !== undefined) port.securityGroups = listOf(asked['security_groups']);
      return { status: 200, body: { port: describePort(port, call) } };
    }),
    endpoint('DELETE /v2.0/ports/:id', 'delete', (call) => {
      network.removePort(found(call));
      return { status: 204 };
    }),
  ];
}

function kind(plural: string, attributes: string) {
  const common = 'id name description tenant_id project_id created_at updated_at revision_number';
  return { plural, attributes: `${common} ${attributes}`.split(' ') };
}

/** What lists are filtered by. */
const kinds = {
  network: kind(
    'networks',
    'admin_state_up status mtu subnets shared router:external port_security_enabled ' +
      'ipv4_address_scope ipv6_address_scope provider:network_type provider:physical_network ' +
      'provider:segmentation_id is_default dns_domain availability_zone_hints qos_policy_id',
  ),
  subnet: kind(
    'subnets',
    'network_id cidr gateway_ip ip_version enable_dhcp subnetpool_id ipv6_ra_mode ipv6_address_mode ' +
      'segment_id dns_nameservers service_types',
  ),
  securityGroup: kind('security_groups', 'shared stateful'),
  port: kind(
    'ports',
    'network_id mac_address admin_state_up status device_id device_owner fixed_ips security_groups ' +
      'port_security_enabled binding:host_id binding:vnic_type ip_allocation dns_name qos_policy_id',
  ),
  floatingIp: kind(
    'floatingips',
    'floating_ip_address floating_network_id fixed_ip_address port_id router_id status dns_name dns_domain',
  ),
} as const;

const portProperties: ReadonlySet<string> = new Set(
  (
    'network_id name fixed_ips security_groups admin_state_up device_id device_owner ' +
    'mac_address tenant_id project_id description allowed_address_pairs extra_dhcp_opts ' +
    'binding:vnic_type binding:host_id binding:profile port_security_enabled qos_policy_id'
  ).split(' '),
);

/** @returns the network of a port that may be made. @throws SimulatorError 400, 403, 404 */
function checkPort(asked: JsonObject, call: SimulatorCall, { network, settings }: World): SimulatedNetwork {
  const unknown = Object.keys(asked).find((key) => !portProperties.has(key));
  if (unknown !== undefined) throw new SimulatorError(400, `Unrecognized attribute(s) '${unknown}'`);
  const id = textIn(asked, 'network_id') ?? '';
  const of = network.findNetwork(id);
  if (of === undefined) throw new SimulatorError(404, `Network ${id} could not be found.`);
  const address = objects(asked['fixed_ips']).flatMap((fixed) => textIn(fixed, 'ip_address') ?? [])[0];
  if (settings.strict && address !== undefined) {
    // All networks are the administrator's, and shared.
    if (!call.isAdmin)
      throw new SimulatorError(
        403,
        '(rule:create_port and rule:create_port:fixed_ips) is disallowed by policy',
      );
    if (!address.startsWith(`${of.prefix}.`))
      throw new SimulatorError(
        400,
        `IP address ${address} is not a valid IP for any of the subnets on the specified network.`,
      );
  }
  for (const group of listOf(asked['security_groups']))
    if (network.findSecurityGroup(group, call.projectId) === undefined)
      throw new SimulatorError(404, `Security group ${group} does not exist`);
  return of;
}

function floatingIps(world: World): SimulatorEndpoint[] {
  const { network } = world;
  const found = ({ params }: SimulatorCall): FloatingAddress => {
    const one = network.floating.get(params['id'] ?? '');
    if (one === undefined) throw new SimulatorError(404, `Floating IP ${params['id']} could not be found.`);
    return one;
  };
  const endpoints = [
    endpoint('GET /v2.0/floatingips', 'list', ({ query }) => ({
      status: 200,
      body: listOfNeutron(
        kinds.floatingIp,
        [...network.floating.values()].map((one) => describeFloating(one, network.ports)),
        query,
      ),
    })),
    endpoint('POST /v2.0/floatingips', 'create', ({ body, projectId }) => {
      const asked = member(body, 'floatingip');
      const count = network.floating.size;
      const made: FloatingAddress = {
        id: randomUUID(),
        address: textIn(asked, 'floating_ip_address') ?? `203.0.${(count >> 8) & 255}.${(count & 255) + 1}`,
        networkId: textIn(asked, 'floating_network_id') ?? '',
        projectId,
        portId: textIn(asked, 'port_id') ?? null,
        description: textIn(asked, 'description') ?? '',
      };
      network.floating.set(made.id, made);
      return { status: 201, body: { floatingip: describeFloating(made, network.ports) } };
    }),
    endpoint('PUT /v2.0/floatingips/:id', 'update', (call) => {
      const one = found(call);
      one.portId = textIn(member(call.body, 'floatingip'), 'port_id') ?? null;
      return { status: 200, body: { floatingip: describeFloating(one, network.ports) } };
    }),
    endpoint('DELETE /v2.0/floatingips/:id', 'delete', (call) => {
      network.floating.delete(found(call).id);
      return { status: 204 };
    }),
  ];
  return endpoints.map((one) => ({
    ...one,
    handle(call) {
      if (world.settings.routers) return one.handle(call);
      throw new SimulatorError(404, 'The resource could not be found.', 'HTTPNotFound');
    },
  }));
}

function listOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item: Json): item is string => typeof item === 'string') : [];
}
