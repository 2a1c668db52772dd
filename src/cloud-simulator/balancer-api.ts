/** Octavia's API: load balancers, listeners, pools, health monitors and members. */
import { isIP } from 'node:net';
import type { Json, JsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import {
  isSameTarget,
  labels,
  type SimulatedBalancerPart,
  type PartKind,
  type PartRequest,
} from './balancers.ts';
import {
  describePart,
  describeStatuses,
  describeVersions,
  httpMonitorDefaults,
  idText,
  noStatistics,
  partDefaults,
  vipOf,
} from './balancer-shapes.ts';
import {
  endpoint,
  isTrueText,
  member,
  objects,
  page,
  shown,
  textIn,
  type SimulatorCall,
  type SimulatorEndpoint,
} from './endpoint.ts';
import type { World } from './world.ts';

const ROOT = '/v2/lbaas';
const algorithms = ['SOURCE_IP', 'LEAST_CONNECTIONS', 'ROUND_ROBIN', 'SOURCE_IP_PORT'];

export function balancerEndpoints(world: World, baseUrl: () => string): readonly SimulatorEndpoint[] {
  const versions = () => ({ status: 200, body: describeVersions(`${baseUrl()}/load-balancer`) });
  const parts = [
    ...balancerOnly(world),
    ...members(world),
    ...partEndpoints(world, { kind: 'loadbalancer', path: '/loadbalancers', plan: planBalancer }),
    ...partEndpoints(world, { kind: 'listener', path: '/listeners', plan: planListener }),
    ...partEndpoints(world, { kind: 'pool', path: '/pools', plan: planPool }),
    ...partEndpoints(world, { kind: 'healthmonitor', path: '/healthmonitors', plan: planMonitor }),
    ...partEndpoints(world, { kind: 'member', path: '/pools/:pool/members', plan: planMember }),
  ];
  return [
    endpoint('GET /', 'version', versions, { isOpen: true }),
    endpoint('GET /v2', 'version', versions, { isOpen: true }),
    ...parts,
    // Octavia's own client writes the version so.
    ...parts.map((part) => ({ ...part, path: part.path.replace(ROOT, '/v2.0/lbaas') })),
  ];
}

/** What a create makes. @throws SimulatorError 400, 404 and 409 as Octavia refuses. */
type Plan = (asked: JsonObject, call: SimulatorCall, world: World) => Planned;
interface Planned {
  readonly parent: SimulatedBalancerPart | null;
  readonly properties: JsonObject;
  /** Once it is there. */
  readonly created?: (part: SimulatedBalancerPart) => void;
}

function partEndpoints(
  world: World,
  { kind, path, plan }: { readonly kind: PartKind; readonly path: string; readonly plan: Plan },
): SimulatorEndpoint[] {
  const { balancers } = world;
  const plural = `${kind}s`;
  const one = `${ROOT}${path}/:id`;
  const answer = (part: SimulatedBalancerPart): JsonObject => ({ [kind]: describePart(part, balancers) });
  return [
    endpoint(`GET ${ROOT}${path}`, `list-${plural}`, (call) => {
      authorize(call);
      const inPool = kind === 'member' ? poolOf(call, world) : undefined;
      const parts = inPool === undefined ? balancers.all(kind) : balancers.children(inPool, kind);
      const described = parts
        .filter(({ projectId }) => call.isAdmin || projectId === call.projectId)
        .map((part) => ({ ...describePart(part, balancers), id: part.id }))
        .filter((part) => matches(part, call.query));
      return {
        status: 200,
        body: { [plural]: [...page(described, call.query).items], [`${plural}_links`]: [] },
      };
    }),
    endpoint(`POST ${ROOT}${path}`, `create-${kind}`, (call) => {
      authorize(call);
      const { parent, properties, created } = plan(member(call.body, kind), call, world);
      const projectId = parent?.projectId ?? call.projectId;
      const part = balancers.create({ kind, projectId, parent, properties }, requestOf(call));
      created?.(part);
      return { status: 201, body: answer(part) };
    }),
    endpoint(
      `GET ${one}`,
      `show-${kind}`,
      (call) => ({ status: 200, body: answer(found(call, kind, world)) }),
      {
        target: 'id',
      },
    ),
    endpoint(
      `PUT ${one}`,
      `update-${kind}`,
      (call) => {
        const part = found(call, kind, world);
        balancers.update(part, member(call.body, kind), requestOf(call));
        return { status: 200, body: answer(part) };
      },
      { target: 'id' },
    ),
    endpoint(
      `DELETE ${one}`,
      `delete-${kind}`,
      (call) => {
        const part = found(call, kind, world);
        const hasParts = (['listener', 'pool'] as const).some(
          (type) => balancers.children(part, type).length > 0,
        );
        if (kind === 'loadbalancer' && hasParts && !isTrueText(call.query['cascade']))
          throw new SimulatorError(
            400,
            `Validation failure: Cannot delete Load Balancer ${part.id} - it has children`,
          );
        balancers.delete(part, requestOf(call));
        return { status: 204 };
      },
      { target: 'id' },
    ),
  ];
}

function balancerOnly(world: World): SimulatorEndpoint[] {
  const { balancers } = world;
  return [
    ...(['status', 'statuses'] as const).map((name) =>
      endpoint(`GET ${ROOT}/loadbalancers/:id/${name}`, 'show-loadbalancer', (call) => ({
        status: 200,
        body: describeStatuses(found(call, 'loadbalancer', world), balancers),
      })),
    ),
    endpoint(`GET ${ROOT}/loadbalancers/:id/stats`, 'show-loadbalancer', (call) => {
      found(call, 'loadbalancer', world);
      return { status: 200, body: { stats: noStatistics } };
    }),
    endpoint(
      `PUT ${ROOT}/loadbalancers/:id/failover`,
      'update-loadbalancer',
      (call) => {
        balancers.update(found(call, 'loadbalancer', world), {}, requestOf(call));
        return { status: 202 };
      },
      { target: 'id' },
    ),
  ];
}

function members(world: World): SimulatorEndpoint[] {
  return [
    endpoint(`PUT ${ROOT}/pools/:pool/members`, 'replace-members', (call) => {
      authorize(call);
      const pool = poolOf(call, world);
      const wanted = objects(call.body['members']).map(checkedMember);
      const isAdditive = isTrueText(call.query['additive_only']);
      world.balancers.replaceMembers(pool, wanted, { ...requestOf(call), isAdditive });
      return { status: 202 };
    }),
  ];
}

/** @throws SimulatorError 403: the roles member and reader are not enough for Octavia. */
function authorize({ token }: SimulatorCall): void {
  if (!token.roles.some((role) => role === 'admin' || role.startsWith('load-balancer_')))
    throw new SimulatorError(403, 'Policy does not allow this request to be performed.');
}

/** @throws SimulatorError 403, 404. */
function found(call: SimulatorCall, kind: PartKind, world: World): SimulatedBalancerPart {
  authorize(call);
  const inPool = kind === 'member' ? poolOf(call, world) : undefined;
  const part = existing(kind, call.params['id'] ?? '', world);
  const isOwn = call.isAdmin || part.projectId === call.projectId;
  if (!isOwn || (inPool !== undefined && part.parent !== inPool))
    throw new SimulatorError(404, `${labels[kind]} ${part.id} not found.`);
  return part;
}

function poolOf(call: SimulatorCall, world: World): SimulatedBalancerPart {
  return existing('pool', call.params['pool'] ?? '', world);
}

function existing(kind: PartKind, id: string, { balancers }: World): SimulatedBalancerPart {
  const part = balancers.find(kind, id);
  if (part === undefined) throw new SimulatorError(404, `${labels[kind]} ${id} not found.`);
  return part;
}

function requestOf({ requestId, fail }: SimulatorCall): PartRequest {
  return { requestId, fails: fail !== undefined };
}

const ofPages: ReadonlySet<string> = new Set(['limit', 'marker', 'sort', 'page_reverse', 'fields']);

function matches(part: JsonObject, query: Readonly<Record<string, string>>): boolean {
  return Object.entries(query).every(([name, wanted]) => {
    if (ofPages.has(name)) return true;
    if (name === 'loadbalancer_id') return idsOf(part['loadbalancers']).includes(wanted);
    if (name === 'listener_id') return idsOf(part['listeners']).includes(wanted);
    if (name === 'pool_id') return idsOf(part['pools']).includes(wanted);
    const value = part[name];
    return typeof value === 'object' || value === undefined ? false : shown(value) === wanted;
  });
}

function idsOf(list: Json | undefined): readonly string[] {
  return objects(list).map(({ id }) => idText(id));
}

const planBalancer: Plan = (asked, call, { network }) => {
  const [portId, networkId, subnetId] = ['vip_port_id', 'vip_network_id', 'vip_subnet_id'].map((name) =>
    textIn(asked, name),
  );
  if (portId === undefined && networkId === undefined && subnetId === undefined)
    throw new SimulatorError(
      400,
      'Validation failure: VIP must contain one of: vip_port_id, vip_network_id, vip_subnet_id.',
    );
  const given = network.ports.get(portId ?? '');
  const wanted =
    networkId === undefined
      ? [...network.networks.values()].find((one) => one.subnetId === subnetId)
      : network.findNetwork(networkId);
  const inNetwork = wanted ?? network.defaultNetwork;
  if (inNetwork === undefined) throw new SimulatorError(400, 'Validation failure: the cloud has no network.');
  const port =
    given ??
    network.addPort({
      network: inNetwork,
      projectId: call.projectId,
      name: 'octavia-lb',
      address: textIn(asked, 'vip_address'),
      isOfServer: false,
    });
  return { parent: null, properties: { ...partDefaults.loadbalancer, ...asked, ...vipOf(port) } };
};

const planListener: Plan = (asked, _call, world) => {
  const parent = existing('loadbalancer', textIn(asked, 'loadbalancer_id') ?? '', world);
  const { protocol = 'HTTP', protocol_port: port = 80 } = asked;
  const isTaken = world.balancers
    .children(parent, 'listener')
    .some(({ properties }) => properties['protocol_port'] === port && properties['protocol'] === protocol);
  world.balancers.checkMutable(parent);
  if (isTaken)
    throw new SimulatorError(
      409,
      `Another Listener on this Load Balancer is already using protocol ${shown(protocol)} and protocol_port ${shown(port)}`,
    );
  const { loadbalancer_id: _, ...written } = asked;
  return { parent, properties: { ...partDefaults.listener, protocol, protocol_port: port, ...written } };
};

const planPool: Plan = (asked, _call, world) => {
  const { loadbalancer_id: balancerId, listener_id: listenerId, ...written } = asked;
  const { lb_algorithm: algorithm } = written;
  if (typeof algorithm !== 'string' || !algorithms.includes(algorithm))
    throw new SimulatorError(
      400,
      `Invalid input for field/attribute lb_algorithm. Value: '${shown(algorithm)}'. Value should be one of: ${algorithms.join(', ')}`,
    );
  const listener = listenerId === undefined ? undefined : existing('listener', idText(listenerId), world);
  const parent = listener?.parent ?? existing('loadbalancer', idText(balancerId), world);
  return {
    parent,
    properties: { ...partDefaults.pool, ...written },
    created(pool) {
      if (listener !== undefined) listener.properties = { ...listener.properties, default_pool_id: pool.id };
    },
  };
};

const planMonitor: Plan = (asked, _call, world) => {
  const { pool_id: poolId, ...written } = asked;
  const parent = existing('pool', idText(poolId), world);
  if (world.balancers.children(parent, 'healthmonitor').length > 0)
    throw new SimulatorError(409, 'This pool already has a health monitor');
  const isHttp = shown(written['type']).startsWith('HTTP');
  return {
    parent,
    properties: { ...partDefaults.healthmonitor, ...(isHttp ? httpMonitorDefaults : {}), ...written },
  };
};

const planMember: Plan = (asked, call, world) => {
  const parent = poolOf(call, world);
  const properties = checkedMember(asked);
  world.balancers.checkMutable(parent);
  if (world.balancers.children(parent, 'member').some((one) => isSameTarget(one.properties, properties)))
    throw new SimulatorError(
      409,
      `Another member on this pool is already using ip ${shown(properties['address'])} on protocol_port ${shown(properties['protocol_port'])}`,
    );
  return { parent, properties };
};

/** @throws SimulatorError 400. */
function checkedMember(asked: JsonObject): JsonObject {
  const { address, protocol_port: port } = asked;
  if (typeof address !== 'string' || isIP(address) === 0)
    throw new SimulatorError(
      400,
      `Invalid input for field/attribute address. Value: '${shown(address)}'. Value should be IPv4 or IPv6 format`,
    );
  if (typeof port !== 'number')
    throw new SimulatorError(
      400,
      'Invalid input for field/attribute protocol_port. Mandatory field missing.',
    );
  return { ...partDefaults.member, ...asked };
}
