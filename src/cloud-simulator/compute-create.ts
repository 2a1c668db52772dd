/** `POST /servers`: what is accepted, and each refusal. */
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { ApiError } from './api-error.ts';
import { forAdmin, minorOf, type ComputeTools } from './compute-call.ts';
import { linksOf } from './compute-shapes.ts';
import { isTrue, member, objects, shown, text, texts, type Answer, type Call } from './endpoint.ts';
import { isUuid } from './network.ts';
import type { ServerRequest } from './server-request.ts';
import type { SimulatedServer } from './simulated-server.ts';

/** @throws ApiError 400, 403, 409 */
export function createServer(call: Call, tools: ComputeTools): Answer {
  const { world } = tools;
  const asked = member(call.body, 'server');
  checkSchema(asked, minorOf(call));
  checkReferences(asked, call, tools);
  const request = requestOf(asked, call);
  const servers = Array.from({ length: countOf(asked) }, () => {
    const ports = planPorts(asked['networks'], call, tools);
    const server = world.servers.create(request);
    for (const plug of ports) plug(server);
    return server;
  });
  const [server] = servers;
  if (server === undefined) throw invalid('min_count', '0', 'is less than the minimum of 1');
  if (asked['return_reservation_id'] === true)
    return { status: 202, body: { reservation_id: `r-${server.id.slice(0, 8)}` } };
  const links = linksOf(tools.computeUrl(), server.id);
  return {
    status: 202,
    headers: { Location: `${tools.computeUrl()}/v2.1/servers/${server.id}` },
    body: {
      server: {
        id: server.id,
        links,
        'OS-DCF:diskConfig': text(asked, 'OS-DCF:diskConfig') ?? 'MANUAL',
        security_groups: server.securityGroups.map((name) => ({ name })),
        adminPass: server.adminPass,
      },
    },
  };
}

function groupIn({ body }: Call): string | undefined {
  const hints = body['os:scheduler_hints'];
  return isJsonObject(hints) ? text(hints, 'group') : undefined;
}

function countOf(asked: JsonObject): number {
  return Number(asked['max_count'] ?? asked['min_count'] ?? 1);
}

function requestOf(asked: JsonObject, call: Call): ServerRequest {
  const image = text(asked, 'imageRef') ?? '';
  const groups = objects(asked['security_groups']).flatMap((group) => text(group, 'name') ?? []);
  const [zone, zoneHost] = (text(asked, 'availability_zone') ?? '').split(':');
  return {
    name: text(asked, 'name') ?? '',
    description: text(asked, 'description') ?? null,
    tags: tagsIn(asked['tags']),
    projectId: call.projectId,
    userId: call.token.user.id,
    imageId: image === '' ? null : image,
    flavor: flavorOf(asked),
    metadata: texts(asked['metadata']),
    keyName: text(asked, 'key_name') ?? null,
    configDrive: isTrue(shown(asked['config_drive'])),
    securityGroups: groups.length === 0 ? defaultGroups : groups,
    zone: zone === undefined || zone === '' ? null : zone,
    hostName: text(asked, 'host') ?? zoneHost ?? null,
    groupId: groupIn(call) ?? null,
    adminPass: text(asked, 'adminPass') ?? null,
    volumes: objects(asked['block_device_mapping_v2']).flatMap((volume) =>
      volume['source_type'] === 'volume' ? (text(volume, 'uuid') ?? []) : [],
    ),
    requestId: call.requestId,
    failure: call.fail?.message ?? null,
  };
}

const defaultGroups: readonly string[] = ['default'];
const noTags: readonly string[] = [];

function tagsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) && value.length > 0 ? value.map(String) : noTags;
}

/** It can be the address of one. */
function flavorOf(asked: JsonObject): string {
  return (text(asked, 'flavorRef') ?? '').split('/').at(-1) ?? '';
}

/** Keys of a server that is to be created. */
const properties: ReadonlySet<string> = new Set(
  (
    'name imageRef flavorRef networks metadata user_data key_name security_groups config_drive ' +
    'availability_zone description tags adminPass OS-DCF:diskConfig host min_count max_count ' +
    'return_reservation_id block_device_mapping block_device_mapping_v2 accessIPv4 accessIPv6 ' +
    'hypervisor_hostname trusted_image_certificates hostname'
  ).split(' '),
);
/** Keys that there are up to 2.56. */
const olderProperties: ReadonlySet<string> = new Set(['personality', 'OS-SCH-HNT:scheduler_hints']);

const LONGEST = 255;
const sources = ['volume', 'image', 'snapshot', 'blank'];

/** What the schema of Nova refuses. @throws ApiError 400 */
function checkSchema(asked: JsonObject, minor: number): void {
  for (const key of Object.keys(asked))
    if (!properties.has(key) && (minor >= 57 || !olderProperties.has(key)))
      throw invalid('server', '{...}', `Additional properties are not allowed ('${key}' was unexpected)`);
  for (const key of ['name', 'flavorRef', ...(minor >= 37 ? ['networks'] : [])])
    if (asked[key] === undefined) throw invalid('server', '{...}', `'${key}' is a required property`);
  checkName(asked['name']);
  for (const [key, value] of Object.entries(isJsonObject(asked['metadata']) ? asked['metadata'] : {}))
    checkMetadata(key, value);
  const userData = text(asked, 'user_data');
  if (userData !== undefined && !/^[A-Za-z0-9+/\s]*=*\s*$/.test(userData))
    throw invalid('user_data', userData, `'${userData}' is not a 'base64'`);
  for (const network of objects(asked['networks'])) {
    const id = text(network, 'uuid');
    if (id !== undefined && !isUuid(id))
      throw invalid('networks', id, 'is not valid under any of the given schemas');
  }
  for (const device of objects(asked['block_device_mapping_v2'])) {
    const source = shown(device['source_type']);
    if (!sources.includes(source))
      throw invalid('source_type', source, `'${source}' is not one of ['${sources.join("', '")}']`);
  }
}

/** @throws ApiError 400 */
export function checkName(name: Json | undefined): void {
  if (typeof name !== 'string') throw invalid('name', shown(name), `${shown(name)} is not of type 'string'`);
  if (name.trim() === '') throw invalid('name', name, `'${name}' is too short`);
  if (name.length > LONGEST) throw invalid('name', name, `'${name}' is too long`);
}

/** @throws ApiError 400 */
export function checkMetadata(key: string, value: Json): void {
  if (typeof value !== 'string')
    throw invalid(key, JSON.stringify(value), `${JSON.stringify(value)} is not of type 'string'`);
  if (value.length > LONGEST) throw invalid(key, value, `'${value}' is too long`);
}

export function invalid(field: string, value: string, why: string): ApiError {
  return new ApiError(400, `Invalid input for field/attribute ${field}. Value: ${value}. ${why}`);
}

/** Whether what the server is to be made of is there. @throws ApiError 400, 403 */
function checkReferences(asked: JsonObject, call: Call, { world }: ComputeTools): void {
  const image = text(asked, 'imageRef') ?? '';
  const devices = objects(asked['block_device_mapping_v2']);
  if (image === '' && devices.length === 0) throw new ApiError(400, 'Missing imageRef attribute');
  const host = text(asked, 'host');
  if (host !== undefined) {
    forAdmin(call, 'compute:servers:create:requested_destination');
    if (world.hosts.find(host) === undefined)
      throw new ApiError(400, `Compute host ${host} could not be found.`);
  }
  const group = groupIn(call);
  if (!world.settings.strict) return;
  if (group !== undefined && world.groups.get(group) === undefined)
    throw new ApiError(400, `Instance group ${group} could not be found.`);
  const flavor = flavorOf(asked);
  if (!world.flavors.has(flavor)) throw new ApiError(400, `Flavor ${flavor} could not be found.`);
  if (image !== '' && !isUuid(image))
    throw invalid('imageRef', image, `'${image}' is not valid under any of the given schemas`);
  if (image !== '' && !world.images.has(image)) throw new ApiError(400, 'Can not find requested image');
  const key = text(asked, 'key_name');
  if (key !== undefined && world.keypairs.get(call.token.user.id)?.has(key) !== true)
    throw new ApiError(400, 'Invalid key_name provided.');
  for (const one of objects(asked['security_groups'])) {
    const name = text(one, 'name') ?? '';
    if (world.network.findSecurityGroup(name, call.projectId) === undefined)
      throw new ApiError(400, `Unable to find security_group with name or id '${name}'`);
  }
  for (const device of devices)
    if (device['source_type'] === 'volume')
      throw new ApiError(
        400,
        `Block Device Mapping is Invalid: failed to get volume ${text(device, 'uuid')}.`,
      );
}

/** What plugs the networks into the server once it is there; the request is refused before it is. */
export function planPorts(
  networks: Json | undefined,
  call: Call,
  { world }: Pick<ComputeTools, 'world'>,
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
      if (port.deviceId !== '') throw new ApiError(409, `Port ${portId} is still in use.`);
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
