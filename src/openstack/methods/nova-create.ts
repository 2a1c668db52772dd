/** `servers.create` of python-novaclient: its arguments, as the body of `POST /servers`. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { idOf, type MethodArguments, type MethodCall, MethodFailure } from './client-method.ts';
import { allOf } from './find.ts';
import { isMarked, type Look, marked, once } from './once.ts';
import { idIn, isGiven, partOf, plainText } from './requests.ts';

/** Nova can be asked for a name, not for metadata. Several at once are named `web-1`, `web-2`. */
const look: Look = async ({ name }, service) => {
  const escaped = plainText(name).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const query = { name: `^${escaped}(-[0-9]+)?$` };
  const servers = await allOf('/servers/detail', 'servers', query, service);
  return servers.findLast((server) => isMarked(server, service.key));
};

export const createServerCall: MethodCall = once(look, async (given, service) => {
  const hints = isGiven(given['scheduler_hints'])
    ? { 'os:scheduler_hints': given['scheduler_hints'] as Json }
    : {};
  const server = { ...bodyOf(given), metadata: marked(given['meta'], service.key) };
  const request = { method: 'POST', path: '/servers', body: { server, ...hints } } as const;
  // The last microversion in which files can be put into a server.
  const microversion = isGiven(given['files']) ? { microversion: 'compute 2.56' } : {};
  const { body } = await service.request({ ...request, ...microversion });
  return partOf(body, isGiven(given['reservation_id']) ? 'reservation_id' : 'server');
});

/** Of arguments that go into the body as they are. */
const names: Readonly<Record<string, string>> = {
  key_name: 'key_name',
  config_drive: 'config_drive',
  admin_pass: 'adminPass',
  availability_zone: 'availability_zone',
  disk_config: 'OS-DCF:diskConfig',
  access_ip_v4: 'accessIPv4',
  access_ip_v6: 'accessIPv6',
  description: 'description',
  tags: 'tags',
  trusted_image_certificates: 'trusted_image_certificates',
  host: 'host',
  hypervisor_hostname: 'hypervisor_hostname',
  reservation_id: 'return_reservation_id',
  block_device_mapping_v2: 'block_device_mapping_v2',
};

function bodyOf(given: MethodArguments): JsonObject {
  const { name = null, image, files, userdata, security_groups: groups } = given;
  const asTheyAre = Object.entries(names).flatMap(([argument, wire]) =>
    isGiven(given[argument]) ? [[wire, given[argument] as Json] as const] : [],
  );
  return {
    name,
    imageRef: isGiven(image) ? idIn('image', given) : '',
    flavorRef: idIn('flavor', given),
    ...Object.fromEntries(asTheyAre),
    ...counts(given),
    ...(isGiven(userdata) ? { user_data: base64(plainText(userdata)) } : {}),
    ...(Array.isArray(groups) && groups.length > 0
      ? { security_groups: groups.map((group) => ({ name: group })) }
      : {}),
    ...(isJsonObject(files) ? { personality: filesOf(files) } : {}),
    ...mapping(given),
    networks: networksOf(given['nics'] ?? null),
  };
}

function counts({ min_count, max_count }: MethodArguments): JsonObject {
  const most = isGiven(max_count) ? Number(max_count) : undefined;
  const least = isGiven(min_count) ? Number(min_count) : 1;
  return { min_count: Math.min(least, most ?? least), max_count: most ?? least };
}

function filesOf(files: JsonObject): Json {
  return Object.entries(files).map(([path, content]) => ({ path, contents: base64(plainText(content)) }));
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** `{vda: "ID:snap:10:true"}`; and with an image beside other devices, the image is the first of them. */
function mapping(given: MethodArguments): JsonObject {
  const { block_device_mapping: devices, block_device_mapping_v2: all, image } = given;
  if (isJsonObject(devices) && isGiven(devices))
    return {
      block_device_mapping: Object.entries(devices).map(([name, text]) => deviceOf(name, plainText(text))),
    };
  if (!Array.isArray(all) || all.length === 0 || !isGiven(image)) return {};
  const first = {
    uuid: idIn('image', given),
    source_type: 'image',
    destination_type: 'local',
    boot_index: 0,
    delete_on_termination: true,
  };
  return { block_device_mapping_v2: [first, ...all] };
}

function deviceOf(name: string, text: string): JsonObject {
  const [id = '', type = '', size = '', deletes = ''] = text.split(':');
  return {
    device_name: name,
    ...(type.startsWith('snap') ? { snapshot_id: id } : { volume_id: id }),
    ...(size === '' ? {} : { volume_size: size }),
    ...(deletes === '' ? {} : { delete_on_termination: deletes }),
  };
}

/**
 * `[{net-id, port-id, v4-fixed-ip, tag}]`, or `auto` or `none`. Nothing is `auto`, as it was in the versions
 * of Nova for which most workflows were written.
 * @throws MethodFailure
 */
function networksOf(nics: Json): Json {
  if (!isGiven(nics)) return 'auto';
  if (typeof nics === 'string') return nics;
  if (!Array.isArray(nics)) throw new MethodFailure('nics: expected a list of mappings, auto or none');
  return nics.map((nic) => {
    if (!isJsonObject(nic)) throw new MethodFailure('nics: expected a list of mappings, auto or none');
    const [v4, v6] = [nic['v4-fixed-ip'], nic['v6-fixed-ip']];
    const wire = {
      uuid: idOf(nic['net-id'] ?? null),
      fixed_ip: isGiven(v4) ? v4 : v6,
      port: idOf(nic['port-id'] ?? null),
      tag: nic['tag'],
    };
    return Object.fromEntries(
      Object.entries(wire).flatMap(([key, value]) => (isGiven(value) ? [[key, value]] : [])),
    );
  });
}
