/**
 * What an `os.nova.server` spec may hold: Senlin's keys with Senlin's meaning. One table says it all: the
 * schema that the API shows, the defaults, and the checks. Nothing here asks the cloud (resolve.ts does).
 */
import { checkFields } from '../../domain/check-fields.ts';
import { quoteValue, type Issue } from '../../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { requireDecrypted } from '../../domain/secret-fields.ts';
import { defaultsOf, type Field, type Fields } from '../../domain/spec-schema.ts';
import type { ProfileType, SpecCheck } from '../profile-type.ts';

/** The spec as the code reads it; made from the checked `properties` of a node. */
export interface ServerSpec {
  readonly name: string | undefined;
  readonly flavor: string;
  readonly image: string | undefined;
  readonly networks: readonly NetworkSpec[];
  readonly availabilityZone: string | undefined;
  readonly blockDevices: readonly JsonObject[];
  readonly configDrive: boolean | undefined;
  readonly autoDiskConfig: boolean;
  readonly keyName: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly schedulerHints: JsonObject | undefined;
  readonly securityGroups: readonly string[];
}

/** With what is secret. */
export interface WholeServerSpec extends ServerSpec {
  readonly personality: readonly JsonObject[];
  readonly userData: string | undefined;
  readonly adminPass: string | undefined;
}

export interface NetworkSpec {
  readonly network: string | undefined;
  readonly port: string | undefined;
  readonly fixedIp: string | undefined;
  readonly subnet: string | undefined;
  readonly vnicType: string | undefined;
  readonly securityGroups: readonly string[];
  readonly floatingNetwork: string | undefined;
  readonly floatingIp: string | undefined;
}

/** Nova's limit for keys and values of metadata. */
const LONGEST_METADATA = 255;
/** Nova's limit, in characters of base64. */
const LONGEST_USER_DATA = 65_535;

const shortText: Field = { type: 'String', maxLength: LONGEST_METADATA };
const securityGroups: Field = {
  type: 'List',
  description: 'Names of security groups.',
  items: { type: 'String', description: 'Name of a security group.', required: true },
};

const network: Fields = {
  network: { type: 'String', description: 'Name or id of the network in which a port is created.' },
  port: { type: 'String', description: 'Id of a port that exists.' },
  vnic_type: {
    type: 'String',
    description: 'The vnic_type of the port.',
    allowed: ['normal', 'direct', 'macvtap'],
  },
  fixed_ip: { type: 'String', description: 'The address of the port in the network.' },
  security_groups: { ...securityGroups, description: 'Security groups of the port.' },
  floating_network: {
    type: 'String',
    description: 'Name or id of the network in which a floating IP is created for the port.',
  },
  floating_ip: { type: 'String', description: 'The floating IP of the port.' },
  subnet: { type: 'String', description: 'Name or id of the subnet from which the port gets its address.' },
};

const blockDevice: Fields = {
  uuid: { type: 'String', description: 'Id of the source: an image, snapshot or volume.' },
  source_type: {
    type: 'String',
    description: 'image, snapshot, volume or blank.',
    required: true,
    allowed: ['image', 'snapshot', 'volume', 'blank'],
  },
  destination_type: {
    type: 'String',
    description: 'volume or local.',
    required: true,
    allowed: ['volume', 'local'],
  },
  disk_bus: { type: 'String', description: 'Bus of the device.' },
  device_name: { type: 'String', description: 'Name of the device: vda, xda, ...' },
  volume_size: {
    type: 'Integer',
    description: 'Size in GB; of a swap device in MB.',
    required: true,
    min: 0,
  },
  guest_format: { type: 'String', description: 'swap, ephemeral or a file system.' },
  boot_index: { type: 'Integer', description: 'Place in the boot order; -1: not booted from.' },
  device_type: { type: 'String', description: 'disk, cdrom, ...' },
  delete_on_termination: { type: 'Boolean', description: 'Whether the volume is deleted with the server.' },
  volume_type: { type: 'String', description: 'Name or id of the type of a new volume.' },
};

export const fields: Fields = {
  context: {
    type: 'Map',
    description:
      'Security context of the servers. Of it `region_name` is used, the region in which they are created; work is done in the name of the owner.',
  },
  admin_pass: { type: 'String', description: 'Password of the administrator of the server.', secret: true },
  auto_disk_config: {
    type: 'Boolean',
    description: 'Whether Nova partitions the disk.',
    default: true,
  },
  availability_zone: {
    type: 'String',
    description: 'Availability zone in which the server is created.',
  },
  block_device_mapping_v2: {
    type: 'List',
    description: 'Block devices of the server.',
    items: { type: 'Map', description: 'A block device.', fields: blockDevice },
  },
  config_drive: { type: 'Boolean', description: 'Whether the server has a config drive.' },
  flavor: { type: 'String', description: 'Name or id of the flavor.', required: true, updatable: true },
  image: {
    type: 'String',
    description: 'Name or id of the image; not needed where a block device is booted from.',
    updatable: true,
  },
  key_name: { type: 'String', description: 'Name of the key pair that is put into the server.' },
  metadata: {
    type: 'Map',
    description: 'Keys and values of at most 255 characters each, for the metadata of the server.',
    values: shortText,
    updatable: true,
  },
  name: {
    type: 'String',
    description: 'Name of the server; absent: the name of the node.',
    maxLength: 255,
    updatable: true,
  },
  networks: {
    type: 'List',
    description: 'Networks of the server; absent: what Nova chooses.',
    items: { type: 'Map', description: 'A network or a port.', fields: network, check: checkNetwork },
    updatable: true,
  },
  personality: {
    type: 'List',
    description:
      'Files that are put into the server, their contents in base64. Newer clouds refuse it: use user_data.',
    items: {
      type: 'Map',
      description: 'A file.',
      fields: {
        path: { type: 'String', description: 'Path in the server.', required: true },
        contents: { type: 'String', description: 'Contents of the file.', required: true, secret: true },
      },
    },
  },
  scheduler_hints: {
    type: 'Map',
    description: 'Hints for the scheduler of Nova, such as `group`: id of a server group.',
  },
  security_groups: securityGroups,
  user_data: {
    type: 'String',
    description: 'What the server finds as user data, in clear; it is encoded for Nova.',
    secret: true,
    check: checkUserData,
  },
};

/** Keys whose change is carried out on the running server; any other change makes a new server. */
export const updatableKeys: readonly string[] = Object.keys(fields).filter(
  (name) => fields[name]?.updatable === true || name === 'admin_pass',
);

/** Checks `properties` and fills in the defaults. */
export function checkSpec(...[properties, options]: Parameters<ProfileType['check']>): SpecCheck {
  const checked = checkFields(fields, properties, '1.0', options);
  if (!checked.ok) return checked;
  const issues = bootIssues(checked.value);
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, properties: { ...defaultsOf(fields, '1.0'), ...checked.value } };
}

function bootIssues({ image, block_device_mapping_v2: devices }: JsonObject): Issue[] {
  const hasDevice = Array.isArray(devices) && devices.length > 0;
  if (image !== undefined || hasDevice) return [];
  return [{ field: 'image', expected: 'an image, or block_device_mapping_v2', found: 'neither' }];
}

/** What one server at a time can have: a port, an address, a volume. */
export function addressObstacles(properties: JsonObject): Issue[] {
  const { networks, blockDevices } = specOf(properties);
  const named = (field: string, found: string | undefined): Issue[] =>
    found === undefined ? [] : [{ field, expected: 'nothing', found }];
  return [
    ...networks.flatMap(({ port, fixedIp, floatingIp }, index) => [
      ...named(`networks[${index}].port`, port),
      ...named(`networks[${index}].fixed_ip`, fixedIp),
      ...named(`networks[${index}].floating_ip`, floatingIp),
    ]),
    ...blockDevices.flatMap(({ source_type: source, uuid }, index) =>
      source === 'volume' ? named(`block_device_mapping_v2[${index}].uuid`, text(uuid)) : [],
    ),
  ];
}

function checkNetwork(value: Json, path: string): Issue[] {
  if (!isJsonObject(value)) return [];
  const issues: Issue[] = [];
  const { network: net, port, fixed_ip: fixedIp, floating_network: floating, floating_ip: address } = value;
  if (net === undefined && port === undefined)
    issues.push({ field: path, expected: 'network or port', found: 'neither' });
  if (port !== undefined && fixedIp !== undefined)
    issues.push({ field: `${path}.fixed_ip`, expected: 'nothing beside port', found: quoteValue(fixedIp) });
  if (address !== undefined && floating === undefined)
    issues.push({
      field: `${path}.floating_network`,
      expected: 'the network of floating_ip',
      found: 'nothing',
    });
  return issues;
}

function checkUserData(value: Json, path: string): Issue[] {
  const length = typeof value === 'string' ? base64Length(value) : 0;
  if (length <= LONGEST_USER_DATA) return [];
  return [
    {
      field: path,
      expected: `at most ${LONGEST_USER_DATA} characters in base64`,
      found: `${length} characters`,
    },
  ];
}

function base64Length(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3) * 4;
}

/** @param properties checked. */
export function specOf(properties: JsonObject): ServerSpec {
  return {
    name: text(properties['name']),
    flavor: text(properties['flavor']) ?? '',
    image: text(properties['image']),
    networks: maps(properties['networks']).map(networkOf),
    availabilityZone: text(properties['availability_zone']),
    blockDevices: maps(properties['block_device_mapping_v2']),
    configDrive: typeof properties['config_drive'] === 'boolean' ? properties['config_drive'] : undefined,
    autoDiskConfig: properties['auto_disk_config'] !== false,
    keyName: text(properties['key_name']),
    metadata: (properties['metadata'] ?? {}) as Readonly<Record<string, string>>,
    schedulerHints: isJsonObject(properties['scheduler_hints']) ? properties['scheduler_hints'] : undefined,
    securityGroups: texts(properties['security_groups']),
  };
}

/** @param properties checked, and in plain text. */
export function wholeSpecOf(properties: JsonObject): WholeServerSpec {
  requireDecrypted(fields, properties);
  return {
    ...specOf(properties),
    personality: maps(properties['personality']),
    userData: text(properties['user_data']),
    adminPass: text(properties['admin_pass']),
  };
}

function networkOf(map: JsonObject): NetworkSpec {
  return {
    network: text(map['network']),
    port: text(map['port']),
    fixedIp: text(map['fixed_ip']),
    subnet: text(map['subnet']),
    vnicType: text(map['vnic_type']),
    securityGroups: texts(map['security_groups']),
    floatingNetwork: text(map['floating_network']),
    floatingIp: text(map['floating_ip']),
  };
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item: Json) => typeof item === 'string') : [];
}

function maps(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json) => isJsonObject(item)) : [];
}
