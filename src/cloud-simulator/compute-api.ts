/** Nova's API: servers, their actions, hosts, and what clients look up before they create one. */
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { ApiError, notFound } from './api-error.ts';
import {
  describeFlavor,
  describeHostService,
  describeHypervisor,
  describeInstanceAction,
  describeServer,
  describeServerBriefly,
  linksOf,
  type ShapeContext,
} from './compute-shapes.ts';
import {
  endpoint,
  member,
  objects,
  page,
  text,
  texts,
  type Answer,
  type Call,
  type Endpoint,
} from './endpoint.ts';
import type { Host } from './host.ts';
import type { SimulatedPort } from './network.ts';
import type { SimulatedServer } from './servers.ts';
import type { World } from './world.ts';

const NEWEST_MINOR = 93;

export function computeEndpoints(world: World, baseUrl: () => string): readonly Endpoint[] {
  const computeUrl = () => `${baseUrl()}/compute`;
  const tools: Tools = { world, computeUrl };
  return [
    ...versions(computeUrl),
    ...serverEndpoints(tools),
    ...actionEndpoints(tools),
    ...partEndpoints(tools),
    ...hostEndpoints(tools),
    ...lookups(tools),
  ];
}

interface Tools {
  readonly world: World;
  readonly computeUrl: () => string;
}

function versions(computeUrl: () => string): Endpoint[] {
  const version = () => ({
    id: 'v2.1',
    status: 'CURRENT',
    version: `2.${NEWEST_MINOR}`,
    min_version: '2.1',
    updated: '2013-07-23T11:33:21Z',
    links: [{ rel: 'self', href: `${computeUrl()}/v2.1/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.compute+json;version=2.1' }],
  });
  return [
    endpoint('GET /', 'version', () => ({ status: 200, body: { versions: [version()] } }), { isOpen: true }),
    endpoint('GET /v2.1', 'version', () => ({ status: 200, body: { version: version() } }), { isOpen: true }),
  ];
}

function serverEndpoints(tools: Tools): Endpoint[] {
  const { world } = tools;
  const { servers } = world;
  const list = (
    call: Call,
    describe: (server: SimulatedServer, context: ShapeContext) => JsonObject,
  ): Answer => {
    const filtered = servers.all.filter(filterOf(call));
    const { items, hasMore } = page(filtered, call.query, world.settings.page_size);
    const context = contextOf(call, tools);
    const next = new URLSearchParams({ ...call.query, marker: items.at(-1)?.id ?? '' });
    const links = [{ rel: 'next', href: `${tools.computeUrl()}/v2.1/servers?${next.toString()}` }];
    return ok(call, {
      servers: items.map((server) => describe(server, context)),
      ...(hasMore && items.length > 0 ? { servers_links: links } : {}),
    });
  };
  return [
    endpoint('POST /v2.1/servers', 'create', (call) => createServer(call, tools)),
    endpoint('GET /v2.1/servers', 'list', (call) => list(call, describeServerBriefly)),
    endpoint('GET /v2.1/servers/detail', 'list', (call) => list(call, describeServer)),
    endpoint(
      'GET /v2.1/servers/:id',
      'show',
      (call) => ok(call, { server: describeServer(serverOf(call, world), contextOf(call, tools)) }),
      { target: 'id' },
    ),
    endpoint(
      'PUT /v2.1/servers/:id',
      'update',
      (call) => {
        const server = serverOf(call, world);
        server.name = text(member(call.body, 'server'), 'name') ?? server.name;
        return ok(call, { server: describeServer(server, contextOf(call, tools)) });
      },
      { target: 'id' },
    ),
    endpoint(
      'DELETE /v2.1/servers/:id',
      'delete',
      (call) => {
        servers.delete(serverOf(call, world), call.requestId, call.fail?.message ?? null);
        return { ...ok(call), status: 204 };
      },
      { target: 'id' },
    ),
  ];
}

function filterOf(call: Call): (server: SimulatedServer) => boolean {
  const { query, isAdmin, projectId } = call;
  const allProjects = isAdmin && ['1', 'true', 'True'].includes(query['all_tenants'] ?? '');
  const project = isAdmin ? (query['project_id'] ?? query['tenant_id']) : undefined;
  const name = query['name'] === undefined ? undefined : patternOf(query['name']);
  return (server) =>
    (allProjects ? project === undefined || server.projectId === project : server.projectId === projectId) &&
    (name === undefined || name.test(server.name)) &&
    (query['host'] === undefined || !isAdmin || server.hostName === query['host']) &&
    (query['status'] === undefined || describedStatus(server).includes(query['status'].toUpperCase()));
}

function describedStatus({ vmState }: SimulatedServer): string[] {
  return (
    { active: ['ACTIVE'], building: ['BUILD'], stopped: ['SHUTOFF', 'STOPPED'] }[vmState as string] ?? [
      vmState.toUpperCase(),
    ]
  );
}

/** @throws ApiError 400 */
function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new ApiError(400, `Invalid filters: the name ${text} is not a regular expression`);
  }
}

function createServer(call: Call, tools: Tools): Answer {
  const { world } = tools;
  const asked = member(call.body, 'server');
  const name = text(asked, 'name');
  if (name === undefined || name.trim() === '')
    throw new ApiError(400, "Invalid input for field/attribute name. Value: . '' is too short");
  const flavor = text(asked, 'flavorRef');
  if (flavor === undefined)
    throw new ApiError(400, "Invalid input for field/attribute server. 'flavorRef' is a required property");
  const volumes = objects(asked['block_device_mapping_v2']);
  const image = text(asked, 'imageRef') ?? '';
  if (image === '' && volumes.length === 0) throw new ApiError(400, 'Invalid imageRef provided.');
  if (world.settings.strict) checkKnown(world, flavor, image);
  const ports = planPorts(asked['networks'], call, tools);
  const [zone, zoneHost] = (text(asked, 'availability_zone') ?? '').split(':');
  const server = world.servers.create({
    name,
    projectId: call.projectId,
    userId: call.token.user.id,
    imageId: image === '' ? null : image,
    flavor: flavor.split('/').at(-1) ?? flavor,
    metadata: texts(asked['metadata']),
    keyName: text(asked, 'key_name') ?? null,
    configDrive: asked['config_drive'] === true || asked['config_drive'] === 'true',
    securityGroups: objects(asked['security_groups']).flatMap((group) => text(group, 'name') ?? []),
    zone: zone === undefined || zone === '' ? null : zone,
    hostName: text(asked, 'host') ?? zoneHost ?? null,
    adminPass: text(asked, 'adminPass') ?? null,
    volumes: volumes.flatMap((volume) => text(volume, 'uuid') ?? []),
    requestId: call.requestId,
    failure: call.fail?.message ?? null,
  });
  for (const plug of ports) plug(server);
  return {
    ...ok(call, {
      server: {
        id: server.id,
        links: linksOf(tools.computeUrl(), server.id),
        'OS-DCF:diskConfig': 'MANUAL',
        security_groups: server.securityGroups.map((group) => ({ name: group })),
        adminPass: server.adminPass,
      },
    }),
    status: 202,
  };
}

function checkKnown(world: World, flavor: string, image: string): void {
  if (!world.flavors.includes(flavor)) throw new ApiError(400, `Flavor ${flavor} could not be found.`);
  if (image !== '' && ![...world.images.values()].some(({ id }) => id === image))
    throw new ApiError(400, `Image ${image} could not be found.`);
}

/** What plugs the networks into the server once it is there; the request is refused before it is. */
function planPorts(
  networks: Json | undefined,
  call: Call,
  { world }: Tools,
): ((server: SimulatedServer) => void)[] {
  const { network } = world;
  const wanted: readonly Json[] =
    networks === 'none'
      ? []
      : Array.isArray(networks)
        ? networks
        : [{ uuid: network.defaultNetwork?.id ?? '' }];
  return wanted.map((entry: Json) => {
    const asked = isJsonObject(entry) ? entry : {};
    const portId = text(asked, 'port');
    if (portId !== undefined) {
      const port = network.ports.get(portId);
      if (port === undefined) throw new ApiError(400, `Port id ${portId} could not be found.`);
      if (port.deviceId !== '') throw new ApiError(400, `Port ${portId} is still in use.`);
      return (server) => network.setDevice(port, server.id);
    }
    const id = text(asked, 'uuid') ?? '';
    const found = network.findNetwork(id);
    if (found === undefined) throw new ApiError(400, `Network ${id} could not be found.`);
    const address = text(asked, 'fixed_ip');
    if (address !== undefined && network.portAt(address) !== undefined)
      throw new ApiError(400, `Fixed IP address ${address} is already in use on instance.`);
    const { projectId } = call;
    return (server) =>
      void network.addPort({
        network: found,
        projectId,
        name: '',
        address,
        deviceId: server.id,
        isOfServer: true,
      });
  });
}

function actionEndpoints(tools: Tools): Endpoint[] {
  const { world } = tools;
  return [
    endpoint(
      'POST /v2.1/servers/:id/action',
      ({ body }) => Object.keys(body)[0]?.replace(/^os-/, '') ?? 'action',
      (call) => {
        const server = serverOf(call, world);
        const [action = '', input] = Object.entries(call.body)[0] ?? [];
        return answerAction(call, server, action, isJsonObject(input) ? input : {}, tools);
      },
      { target: 'id' },
    ),
    endpoint('GET /v2.1/servers/:id/os-instance-actions', 'show', (call) => {
      const server = serverOf(call, world);
      return ok(call, {
        instanceActions: server.actions.map((record) => describeInstanceAction(server, record)),
      });
    }),
    endpoint('GET /v2.1/servers/:id/os-instance-actions/:request', 'show', (call) => {
      const server = serverOf(call, world);
      const record = server.actions.find(({ requestId }) => requestId === call.params['request']);
      if (record === undefined)
        throw new ApiError(
          404,
          `Action for request_id ${call.params['request']} on instance ${server.id} not found`,
        );
      const { startedAt, endedAt, result, action } = record;
      const event = {
        event: `compute_${action}_instance`,
        start_time: new Date(startedAt).toISOString(),
        finish_time: endedAt === null ? null : new Date(endedAt).toISOString(),
        result,
        traceback: null,
        ...(result === 'Error' && server.fault !== null
          ? { details: server.fault.message }
          : { details: null }),
      };
      return ok(call, { instanceAction: { ...describeInstanceAction(server, record), events: [event] } });
    }),
  ];
}

/** Those that change no state, or another object than the server; all others are transitions. */
function answerAction(
  call: Call,
  server: SimulatedServer,
  action: string,
  input: JsonObject,
  { world, computeUrl }: Tools,
): Answer {
  const { servers } = world;
  const forAdmin = (): void => {
    if (!call.isAdmin)
      throw new ApiError(403, `Policy doesn't allow os_compute_api:${action} to be performed.`);
  };
  switch (action) {
    case 'lock':
    case 'unlock':
      server.isLocked = action === 'lock';
      return { ...ok(call), status: 202 };
    case 'os-resetState': {
      forAdmin();
      const isError = input['state'] !== 'active';
      servers.setState(server, isError ? 'error' : 'active', null);
      return { ...ok(call), status: 202 };
    }
    case 'forceDelete':
      servers.delete(server, call.requestId, null);
      return { ...ok(call), status: 202 };
    case 'os-getConsoleOutput':
      return ok(call, { output: `console of ${server.name}\n` });
    case 'createImage': {
      const id = world.addImage(text(input, 'name') ?? 'snapshot').id;
      return { ...ok(call, { image_id: id }), status: 202 };
    }
    case 'addSecurityGroup':
    case 'removeSecurityGroup':
      return { ...ok(call), status: 202 };
    default:
      break;
  }
  if (['evacuate', 'migrate', 'os-migrateLive'].includes(action)) forAdmin();
  servers.act(server, { action, input, requestId: call.requestId, failure: call.fail?.message ?? null });
  if (action === 'rebuild')
    return {
      ...ok(call, {
        server: {
          ...describeServer(server, contextOf(call, { world, computeUrl })),
          adminPass: server.adminPass,
        },
      }),
      status: 202,
    };
  if (action === 'evacuate' || action === 'rescue')
    return { ...ok(call, { adminPass: server.adminPass }), status: 200 };
  return { ...ok(call), status: action === 'confirmResize' ? 204 : 202 };
}

function partEndpoints({ world }: Tools): Endpoint[] {
  const metadata = '/v2.1/servers/:id/metadata';
  const changed = (call: Call, next: Record<string, string>): Answer => {
    serverOf(call, world).metadata = next;
    return ok(call, { metadata: next });
  };
  const describePort = (port: SimulatedPort): JsonObject => ({
    port_id: port.id,
    net_id: port.networkId,
    mac_addr: port.macAddress,
    port_state: 'ACTIVE',
    fixed_ips: [{ subnet_id: port.subnetId, ip_address: port.address }],
  });
  return [
    endpoint(`GET ${metadata}`, 'show', (call) => ok(call, { metadata: serverOf(call, world).metadata })),
    endpoint(`PUT ${metadata}`, 'metadata', (call) => changed(call, texts(call.body['metadata'])), {
      target: 'id',
    }),
    endpoint(
      `POST ${metadata}`,
      'metadata',
      (call) => changed(call, { ...serverOf(call, world).metadata, ...texts(call.body['metadata']) }),
      { target: 'id' },
    ),
    endpoint(`DELETE ${metadata}/:key`, 'metadata', (call) => {
      const { [call.params['key'] ?? '']: dropped, ...rest } = serverOf(call, world).metadata;
      if (dropped === undefined) throw new ApiError(404, 'Metadata item was not found');
      serverOf(call, world).metadata = rest;
      return { ...ok(call), status: 204 };
    }),
    endpoint('GET /v2.1/servers/:id/os-interface', 'show', (call) =>
      ok(call, { interfaceAttachments: world.network.portsOf(serverOf(call, world).id).map(describePort) }),
    ),
    endpoint(
      'POST /v2.1/servers/:id/os-interface',
      'attach',
      (call) => {
        const server = serverOf(call, world);
        const before = new Set(world.network.portsOf(server.id));
        const asked = member(call.body, 'interfaceAttachment');
        const portId = text(asked, 'port_id');
        const entry = portId === undefined ? { uuid: text(asked, 'net_id') ?? '' } : { port: portId };
        for (const plug of planPorts([entry], call, { world, computeUrl: () => '' })) plug(server);
        const [added] = world.network.portsOf(server.id).filter((port) => !before.has(port));
        return ok(call, { interfaceAttachment: added === undefined ? {} : describePort(added) });
      },
      { target: 'id' },
    ),
    endpoint(
      'DELETE /v2.1/servers/:id/os-interface/:port',
      'detach',
      (call) => {
        const port = world.network
          .portsOf(serverOf(call, world).id)
          .find(({ id }) => id === call.params['port']);
        if (port === undefined) throw notFound('Port', call.params['port'] ?? '');
        if (port.isOfServer) world.network.removePort(port);
        else world.network.setDevice(port, '');
        return { ...ok(call), status: 202 };
      },
      { target: 'id' },
    ),
    endpoint('GET /v2.1/servers/:id/os-volume_attachments', 'show', (call) =>
      ok(call, {
        volumeAttachments: serverOf(call, world).volumes.map((id) => ({
          id,
          volumeId: id,
          serverId: call.params['id'] ?? '',
          device: '/dev/vda',
        })),
      }),
    ),
    endpoint('GET /v2.1/servers/:id/os-security-groups', 'show', (call) =>
      ok(call, {
        security_groups: serverOf(call, world).securityGroups.map((name) => ({
          id: name,
          name,
          description: '',
          rules: [],
          tenant_id: call.projectId,
        })),
      }),
    ),
  ];
}

function hostEndpoints({ world }: Tools): Endpoint[] {
  const { servers, clock } = world;
  const isDown = (host: Host): boolean => servers.isDown(host);
  const describe = (host: Host): JsonObject => describeHostService(host, isDown, clock.now());
  const forAdmin = ({ isAdmin }: Call): void => {
    if (!isAdmin)
      throw new ApiError(403, "Policy doesn't allow os_compute_api:os-services:list to be performed.");
  };
  return [
    endpoint('GET /v2.1/os-services', 'services', (call) => {
      forAdmin(call);
      const { binary, host } = call.query;
      const shown = servers.hosts.filter(
        ({ name }) =>
          (host === undefined || host === name) && (binary === undefined || binary === 'nova-compute'),
      );
      return ok(call, { services: shown.map(describe) });
    }),
    endpoint('PUT /v2.1/os-services/:id', 'service', (call) => {
      forAdmin(call);
      const host = servers.hosts.find(({ serviceId }) => serviceId === call.params['id']);
      if (host === undefined) throw notFound('Service', call.params['id'] ?? '');
      const { status, forced_down: forcedDown, disabled_reason: reason } = call.body;
      servers.setHost(host, {
        ...(typeof forcedDown === 'boolean' ? { isForcedDown: forcedDown } : {}),
        ...(typeof status === 'string' ? { isDisabled: status === 'disabled' } : {}),
        ...(typeof reason === 'string' ? { disabledReason: reason } : {}),
      });
      return ok(call, { service: describe(host) });
    }),
    ...['', '/detail'].map((suffix) =>
      endpoint(`GET /v2.1/os-hypervisors${suffix}`, 'hypervisors', (call) => {
        forAdmin(call);
        return ok(call, { hypervisors: servers.hosts.map((host) => describeHypervisor(host, isDown)) });
      }),
    ),
    ...['', '/detail'].map((suffix) =>
      endpoint(`GET /v2.1/os-availability-zone${suffix}`, 'zones', (call) => {
        const zones = [...new Set(servers.hosts.map(({ zone }) => zone))];
        return ok(call, {
          availabilityZoneInfo: zones.map((zoneName) => ({
            zoneName,
            zoneState: { available: true },
            hosts: null,
          })),
        });
      }),
    ),
  ];
}

/** What a client looks up by id or name before it creates a server; by default each name is there. */
function lookups({ world, computeUrl }: Tools): Endpoint[] {
  const shape = (call: Call) => ({ minor: minorOf(call), computeUrl: computeUrl() });
  return [
    endpoint('GET /v2.1/flavors', 'flavors', (call) =>
      ok(call, {
        flavors: world.flavors.map((id) => ({ id, name: id, links: linksOf(computeUrl(), id, 'flavors') })),
      }),
    ),
    endpoint('GET /v2.1/flavors/detail', 'flavors', (call) =>
      ok(call, { flavors: world.flavors.map((id) => describeFlavor(id, shape(call))) }),
    ),
    endpoint('GET /v2.1/flavors/:id', 'flavors', (call) => {
      const id = call.params['id'] ?? '';
      if (world.settings.strict && !world.flavors.includes(id)) throw notFound('Flavor', id);
      return ok(call, { flavor: describeFlavor(id, shape(call)) });
    }),
    endpoint('GET /v2.1/os-keypairs/:name', 'keypairs', (call) => {
      const name = call.params['name'] ?? '';
      if (world.settings.strict)
        throw new ApiError(404, `Keypair ${name} not found for user ${call.token.user.id}`);
      return ok(call, {
        keypair: { name, fingerprint: '', public_key: '', type: 'ssh', id: 1, deleted: false },
      });
    }),
    endpoint('GET /v2.1/os-keypairs', 'keypairs', (call) => ok(call, { keypairs: [] })),
    endpoint('GET /v2.1/limits', 'limits', (call) => {
      const used = world.servers.all.filter(({ projectId }) => projectId === call.projectId).length;
      const { instances } = world.settings.quota;
      return ok(call, {
        limits: { rate: [], absolute: { maxTotalInstances: instances, totalInstancesUsed: used } },
      });
    }),
    ...serverGroups(world),
  ];
}

function serverGroups(world: World): Endpoint[] {
  const { groups } = world;
  return [
    endpoint('GET /v2.1/os-server-groups', 'server-groups', (call) =>
      ok(call, { server_groups: [...groups.values()] }),
    ),
    endpoint('POST /v2.1/os-server-groups', 'server-group', (call) =>
      ok(call, { server_group: world.addGroup(member(call.body, 'server_group'), call.projectId) }),
    ),
    endpoint('GET /v2.1/os-server-groups/:id', 'server-groups', (call) => {
      const group = groups.get(call.params['id'] ?? '');
      if (group === undefined)
        throw new ApiError(404, `Instance group ${call.params['id']} could not be found.`);
      return ok(call, { server_group: group });
    }),
    endpoint('DELETE /v2.1/os-server-groups/:id', 'server-group', (call) => {
      if (!groups.delete(call.params['id'] ?? ''))
        throw new ApiError(404, `Instance group ${call.params['id']} could not be found.`);
      return { ...ok(call), status: 204 };
    }),
  ];
}

/** @throws ApiError 404 also for a server of another project. */
function serverOf(call: Call, { servers }: World): SimulatedServer {
  const id = call.params['id'] ?? '';
  const server = servers.find(id);
  if (server === undefined || (!call.isAdmin && server.projectId !== call.projectId))
    throw notFound('Instance', id);
  return server;
}

function contextOf(call: Call, { world, computeUrl }: Tools): ShapeContext {
  return {
    minor: minorOf(call),
    isAdmin: call.isAdmin,
    computeUrl: computeUrl(),
    network: world.network,
    hostOf: (name) => world.servers.host(name),
    isDown: (host) => world.servers.isDown(host),
  };
}

/** @throws ApiError 406 for a microversion that Nova does not have. */
function minorOf(call: Call): number {
  const written =
    /^compute (.+)$/i.exec(call.header('openstack-api-version') ?? '')?.[1] ??
    call.header('x-openstack-nova-api-version');
  if (written === undefined) return 1;
  if (written === 'latest') return NEWEST_MINOR;
  const minor = Number(/^2\.(\d+)$/.exec(written)?.[1]);
  if (minor >= 1 && minor <= NEWEST_MINOR) return minor;
  throw new ApiError(
    406,
    `Version ${written} is not supported by the API. Minimum is 2.1 and maximum is 2.${NEWEST_MINOR}.`,
  );
}

function ok(call: Call, body?: JsonObject): Answer {
  const version = `2.${minorOf(call)}`;
  return {
    status: 200,
    ...(body === undefined ? {} : { body }),
    headers: {
      'OpenStack-API-Version': `compute ${version}`,
      'X-OpenStack-Nova-API-Version': version,
      Vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
    },
  };
}
