/** `POST /servers`: what is accepted, and each refusal. */
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { forAdmin, minorOf, type ComputeTools } from './compute-call.ts';
import { linksOf } from './compute-shapes.ts';
import {
  isTrueText,
  member,
  objects,
  shown,
  textIn,
  textsIn,
  type SimulatorAnswer,
  type SimulatorCall,
} from './endpoint.ts';
import { isUuid } from './network.ts';
import type { ServerRequest } from './server-request.ts';
import type { SimulatedServer } from './simulated-server.ts';

/** @throws SimulatorError 400, 403, 409 */
export function handleCreateServer(call: SimulatorCall, tools: ComputeTools): SimulatorAnswer {
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
  if (server === undefined) throw invalidInput('min_count', '0', 'is less than the minimum of 1');
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
        'OS-DCF:diskConfig': textIn(asked, 'OS-DCF:diskConfig') ?? 'MANUAL',
        security_groups: server.securityGroups.map((name) => ({ name })),
        adminPass: server.adminPass,
      },
    },
  };
}

function groupIn({ body }: SimulatorCall): string | undefined {
  const hints = body['os:scheduler_hints'];
  return isJsonObject(hints) ? textIn(hints, 'group') : undefined;
}

function countOf(asked: JsonObject): number {
  return Number(asked['max_count'] ?? asked['min_count'] ?? 1);
}

function requestOf(asked: JsonObject, call: SimulatorCall): ServerRequest {
  const image = textIn(asked, 'imageRef') ?? '';
  const groups = objects(asked['security_groups']).flatMap((group) => textIn(group, 'name') ?? []);
  const [zone, zoneHost] = (textIn(asked, 'availability_zone') ?? '').split(':');
  return {
    name: textIn(asked, 'name') ?? '',
    description: textIn(asked, 'description') ?? null,
    tags: tagsIn(asked['tags']),
    projectId: call.projectId,
    userId: call.token.user.id,
    imageId: image === '' ? null : image,
    flavor: flavorOf(asked),
    metadata: textsIn(asked['metadata']),
    keyName: textIn(asked, 'key_name') ?? null,
    configDrive: isTrueText(shown(asked['config_drive'])),
    securityGroups: groups.length === 0 ? defaultGroups : groups,
    zone: zone === undefined || zone === '' ? null : zone,
    hostName: textIn(asked, 'host') ?? zoneHost ?? null,
    groupId: groupIn(call) ?? null,
    adminPass: textIn(asked, 'adminPass') ?? null,
    volumes: objects(asked['block_device_mapping_v2']).flatMap((volume) =>
      volume['source_type'] === 'volume' ? (textIn(volume, 'uuid') ?? []) : [],
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
  return (textIn(asked, 'flavorRef') ?? '').split('/').at(-1) ?? '';
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

/** What the schema of Nova refuses. @throws SimulatorError 400 */
function checkSchema(asked: JsonObject, minor: number): void {
  for (const key of Object.keys(asked))
    if (!properties.has(key) && (minor >= 57 || !olderProperties.has(key)))
      throw invalidInput(
        'server',
        '{...}',
        `Additional properties are not allowed ('${key}' was unexpected)`,
      );
  for (const key of ['name', 'flavorRef', ...(minor >= 37 ? ['networks'] : [])])
    if (asked[key] === undefined) throw invalidInput('server', '{...}', `'${key}' is a required property`);
  checkName(asked['name']);
  for (const [key, value] of Object.entries(isJsonObject(asked['metadata']) ? asked['metadata'] : {}))
    checkMetadata(key, value);
  const userData = textIn(asked, 'user_data');
  if (userData !== undefined && !/^[A-Za-z0-9+/\s]*=*\s*$/.test(userData))
    throw invalidInput('user_data', userData, `'${userData}' is not a 'base64'`);
  for (const network of objects(asked['networks'])) {
    const id = textIn(network, 'uuid');
    if (id !== undefined && !isUuid(id))
      throw invalidInput('networks', id, 'is not valid under any of the given schemas');
  }
  for (const device of objects(asked['block_device_mapping_v2'])) {
    const source = shown(device['source_type']);
    if (!sources.includes(source))
      throw invalidInput('source_type', source, `'${source}' is not one of ['${sources.join("', '")}']`);
  }
}

/** @throws SimulatorError 400 */
export function checkName(name: Json | undefined): void {
  if (typeof name !== 'string')
    throw invalidInput('name', shown(name), `${shown(name)} is not of type 'string'`);
  if (name.trim() === '') throw invalidInput('name', name, `'${name}' is too short`);
  if (name.length > LONGEST) throw invalidInput('name', name, `'${name}' is too long`);
}

/** @throws SimulatorError 400 */
export function checkMetadata(key: string, value: Json): void {
  if (typeof value !== 'string')
    throw invalidInput(key, JSON.stringify(value), `${JSON.stringify(value)} is not of type 'string'`);
  if (value.length > LONGEST) throw invalidInput(key, value, `'${value}' is too long`);
}

export function invalidInput(field: string, value: string, why: string): SimulatorError {
  return new SimulatorError(400, `Invalid input for field/attribute ${field}. Value: ${value}. ${why}`);
}

/** Whether what the server is to be made of is there. @throws SimulatorError 400, 403 */
function checkReferences(asked: JsonObject, call: SimulatorCall, { world }: ComputeTools): void {
  const image = textIn(asked, 'imageRef') ?? '';
  const devices = objects(asked['block_device_mapping_v2']);
  if (image === '' && devices.length === 0) throw new SimulatorError(400, 'Missing imageRef attribute');
  const host = textIn(asked, 'host');
  if (host !== undefined) {
    forAdmin(call, 'compute:servers:create:requested_destination');
    if (world.hosts.find(host) === undefined)
      throw new SimulatorError(400, `Compute host ${host} could not be found.`);
  }
  const group = groupIn(call);
  if (!world.settings.strict) return;
  if (group !== undefined && world.groups.get(group) === undefined)
    throw new SimulatorError(400, `Instance group ${group} could not be found.`);
  const flavor = flavorOf(asked);
  if (!world.flavors.has(flavor)) throw new SimulatorError(400, `Flavor ${flavor} could not be found.`);
  if (image !== '' && !isUuid(image))
    throw invalidInput('imageRef', image, `'${image}' is not valid under any of the given schemas`);
  if (image !== '' && !world.images.has(image)) throw new SimulatorError(400, 'Can not find requested image');
  const key = textIn(asked, 'key_name');
  if (key !== undefined && world.keypairs.get(call.token.user.id)?.has(key) !== true)
    throw new SimulatorError(400, 'Invalid key_name provided.');
  for (const one of objects(asked['security_groups'])) {
    const name = textIn(one, 'name') ?? '';
    if (world.network.findSecurityGroup(name, call.projectId) === undefined)
      throw new SimulatorError(400, `Unable to find security_group with name or id '${name}'`);
  }
  for (const device of devices)
    if (device['source_type'] === 'volume')
      throw new SimulatorError(
        400,
        `Block Device Mapping is Invalid: failed to get volume ${textIn(device, 'uuid')}.`,
      );
}

/** What plugs the networks into the server once it is there; the request is refused before it is. */
export function planPorts(
  networks: Json | undefined,
  call: SimulatorCall,
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
    const portId = textIn(asked, 'port');
    if (portId !== undefined) {
      const port = network.ports.get(portId);
      if (port === undefined) throw new SimulatorError(400, `Port id ${portId} could not be found.`);
      if (port.deviceId !== '') throw new SimulatorError(409, `Port ${portId} is still in use.`);
      return (server) => network.setDevice(port, server.id);
    }
    const id = textIn(asked, 'uuid') ?? '';
    const found = network.findNetwork(id);
    if (found === undefined) throw new SimulatorError(400, `Network ${id} could not be found.`);
    const address = textIn(asked, 'fixed_ip');
    if (address !== undefined && network.portAt(address) !== undefined)
      throw new SimulatorError(400, `Fixed IP address ${address} is already in use on instance.`);
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
