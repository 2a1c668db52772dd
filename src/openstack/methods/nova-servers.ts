/** python-novaclient's `servers` (novaclient/v2/servers.py). */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import {
  type MethodArguments,
  type ClientMethod,
  clientMethod,
  type MethodCall,
  MethodFailure,
} from './client-method.ts';
import { allOf, find, findMatching, type Found } from './find.ts';
import { createServerCall } from './nova-create.ts';
import {
  isGiven,
  list,
  partOf,
  pathOf,
  pick,
  plainText,
  type Query,
  queryOf,
  remove,
  renamed,
  send,
  show,
} from './requests.ts';

const server = '/servers/{server}';

/** `POST /servers/ID/action`. @param key of what the method gives; absent: nothing. */
function act(
  action: string,
  input: (given: MethodArguments) => JsonObject | null = () => null,
  key?: string | null,
): MethodCall {
  return send('POST', `${server}/action`, (given) => ({ [action]: input(given) }), key);
}

/** null where nothing is given: so Nova wants it. */
function givenOrNull(names: Readonly<Record<string, string>>): (given: MethodArguments) => JsonObject | null {
  return (all) => {
    const body = renamed(names)(all);
    return Object.keys(body).length === 0 ? null : body;
  };
}

const found: Found = {
  noun: 'Server',
  path: '/servers/detail',
  key: 'servers',
  one: { path: '/servers/{id}', key: 'server' },
  options: ['all_tenants', 'deleted'],
  query: ({ name, all_tenants, deleted }) => ({
    ...(typeof name === 'string' ? { name: `^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$` } : {}),
    ...(isGiven(all_tenants) ? { all_tenants: 1 } : {}),
    ...(isGiven(deleted) ? { deleted: true } : {}),
  }),
};

const listServers: MethodCall = async (all, service) => {
  const path = all['detailed'] === false ? '/servers' : '/servers/detail';
  const query = { ...searchOf(all['search_opts']), ...sortOf(all), ...queryOf(pick(all, ['marker'])) };
  if (all['limit'] === -1) return await allOf(path, 'servers', query, service);
  const asked = { ...query, ...queryOf(pick(all, ['limit'])) };
  return partOf((await service.request({ method: 'GET', path, query: asked })).body, 'servers');
};

function searchOf(options: Json | undefined): Query {
  if (!isJsonObject(options)) return {};
  const { locked, config_drive: drive } = options;
  return {
    ...queryOf(options),
    ...(locked === false ? { locked: 'False' } : {}),
    ...(drive === undefined || drive === null
      ? {}
      : { config_drive: drive === true ? 'True' : plainText(drive) }),
  };
}

/** @throws MethodFailure for more than one key. */
function sortOf({ sort_keys: keys, sort_dirs: directions }: MethodArguments): Query {
  return { ...single('sort_key', keys), ...single('sort_dir', directions) };
}

function single(name: string, value: Json | undefined): Query {
  const all = Array.isArray(value) ? value : isGiven(value) ? [value] : [];
  if (all.length > 1) throw new MethodFailure(`${name}s: expected one at most, found ${all.length}`);
  return all.length === 0 ? {} : { [name]: plainText(all[0]) };
}

const deleteMeta: MethodCall = async (all, service) => {
  const { keys } = all;
  if (!Array.isArray(keys)) throw new MethodFailure('keys: expected a list of names');
  for (const key of keys)
    await service.request({ method: 'DELETE', path: pathOf(`${server}/metadata/{key}`, { ...all, key }) });
  return null;
};

const rebuild = {
  image: 'imageRef',
  password: 'adminPass',
  disk_config: 'OS-DCF:diskConfig',
  preserve_ephemeral: 'preserve_ephemeral',
  name: 'name',
  meta: 'metadata',
  description: 'description',
  key_name: 'key_name',
  trusted_image_certificates: 'trusted_image_certificates',
};

function console(protocol: string): MethodCall {
  const body = ({ console_type: type = protocol }: MethodArguments) => ({
    remote_console: { protocol, type },
  });
  return send('POST', `${server}/remote-consoles`, body, null);
}

export const novaServerMethods: readonly ClientMethod[] = [
  clientMethod('servers.get(server)', 'Shows a server, by its id.', show(server, 'server')),
  clientMethod(
    'servers.list(detailed=true, search_opts=null, marker=null, limit=null, sort_keys=null, sort_dirs=null)',
    'Lists the servers of the project; `limit=-1`: all pages.',
    listServers,
  ),
  clientMethod(
    'servers.find(**kwargs)',
    'The only server with these attributes, such as `name` or `status`.',
    find(found),
  ),
  clientMethod('servers.findall(**kwargs)', 'All servers with these attributes.', findMatching(found)),
  clientMethod(
    'servers.create(name, image, flavor, meta=null, files=null, reservation_id=false, min_count=null, max_count=null, security_groups=null, userdata=null, key_name=null, availability_zone=null, block_device_mapping=null, block_device_mapping_v2=null, nics=null, scheduler_hints=null, config_drive=null, disk_config=null, admin_pass=null, access_ip_v4=null, access_ip_v6=null, description=null, tags=null, trusted_image_certificates=null, host=null, hypervisor_hostname=null)',
    'Begins to create a server. Without `nics`, Nova chooses the network (`auto`).',
    createServerCall,
  ),
  clientMethod('servers.delete(server)', 'Begins to delete a server.', remove(server)),
  clientMethod(
    'servers.force_delete(server)',
    'Deletes a server at once, also where deletion is deferred.',
    act('forceDelete'),
  ),
  clientMethod('servers.restore(server)', 'Restores a server whose deletion is deferred.', act('restore')),
  clientMethod(
    'servers.update(server, name=null, description=null)',
    'Changes the name or the description; an empty description removes it.',
    send(
      'PUT',
      server,
      (all) => ({
        server: {
          ...renamed({ name: 'name', description: 'description' })(all),
          ...(all['description'] === '' ? { description: null } : {}),
        },
      }),
      'server',
    ),
  ),
  clientMethod('servers.start(server)', 'Starts a server that is off.', act('os-start')),
  clientMethod('servers.stop(server)', 'Stops a server.', act('os-stop')),
  clientMethod(
    'servers.reboot(server, reboot_type="SOFT")',
    'Reboots a server, `SOFT` or `HARD`.',
    act('reboot', ({ reboot_type: type = 'SOFT' }) => ({ type })),
  ),
  clientMethod('servers.pause(server)', 'Pauses a server, in memory.', act('pause')),
  clientMethod('servers.unpause(server)', 'Continues a paused server.', act('unpause')),
  clientMethod('servers.suspend(server)', 'Suspends a server, on its disk.', act('suspend')),
  clientMethod('servers.resume(server)', 'Continues a suspended server.', act('resume')),
  clientMethod(
    'servers.lock(server, reason=null)',
    'Locks a server.',
    act('lock', givenOrNull({ reason: 'locked_reason' })),
  ),
  clientMethod('servers.unlock(server)', 'Unlocks a server.', act('unlock')),
  clientMethod(
    'servers.rescue(server, password=null, image=null)',
    'Boots a server from a rescue image.',
    act('rescue', givenOrNull({ password: 'adminPass', image: 'rescue_image_ref' }), null),
  ),
  clientMethod('servers.unrescue(server)', 'Boots a server from its own disk again.', act('unrescue')),
  clientMethod('servers.shelve(server)', 'Shelves a server.', act('shelve')),
  clientMethod(
    'servers.shelve_offload(server)',
    'Takes a shelved server off its host.',
    act('shelveOffload'),
  ),
  clientMethod(
    'servers.unshelve(server, availability_zone=null)',
    'Brings a shelved server back.',
    act('unshelve', givenOrNull({ availability_zone: 'availability_zone' })),
  ),
  clientMethod(
    'servers.change_password(server, password)',
    "Changes the administrator's password.",
    act('changePassword', ({ password = null }) => ({ adminPass: password })),
  ),
  clientMethod(
    'servers.rebuild(server, image, password=null, disk_config=null, preserve_ephemeral=false, name=null, meta=null, description=null, key_name=null, trusted_image_certificates=null)',
    'Rebuilds a server from an image.',
    act('rebuild', renamed(rebuild), 'server'),
  ),
  clientMethod(
    'servers.evacuate(server, host=null, on_shared_storage=null, password=null)',
    'Rebuilds a server of a host that is down on another one. Nova finds out whether the storage is shared.',
    act('evacuate', renamed({ host: 'host', password: 'adminPass' }), null),
  ),
  clientMethod(
    'servers.migrate(server, host=null)',
    'Migrates a server; it waits for confirm_resize.',
    act('migrate', renamed({ host: 'host' })),
  ),
  clientMethod(
    'servers.live_migrate(server, host=null, block_migration="auto", disk_over_commit=null)',
    'Migrates a running server. Nova has no `disk_over_commit` any more.',
    act('os-migrateLive', ({ host = null, block_migration = 'auto' }) => ({ host, block_migration })),
  ),
  clientMethod(
    'servers.resize(server, flavor, disk_config=null)',
    'Changes the flavor; the server waits for confirm_resize.',
    act('resize', renamed({ flavor: 'flavorRef', disk_config: 'OS-DCF:diskConfig' })),
  ),
  clientMethod(
    'servers.confirm_resize(server)',
    'Keeps the resized or migrated server.',
    act('confirmResize'),
  ),
  clientMethod(
    'servers.revert_resize(server)',
    'Goes back to the server before it was resized or migrated.',
    act('revertResize'),
  ),
  clientMethod(
    'servers.reset_state(server, state="error")',
    'Sets the state of a server, for administrators.',
    act('os-resetState', ({ state = 'error' }) => ({ state })),
  ),
  clientMethod('servers.reset_network(server)', "Sets up a server's network again.", act('resetNetwork')),
  clientMethod(
    'servers.trigger_crash_dump(server)',
    'Makes the server write a crash dump.',
    act('trigger_crash_dump'),
  ),
  clientMethod(
    'servers.create_image(server, image_name, metadata=null)',
    "Begins to make an image of a server; gives the image's id.",
    act(
      'createImage',
      ({ image_name: name = null, metadata }) => ({ name, metadata: metadata ?? {} }),
      'image_id',
    ),
  ),
  clientMethod(
    'servers.backup(server, backup_name, backup_type, rotation)',
    'Makes an image of a server, and deletes those before the last `rotation`.',
    act(
      'createBackup',
      ({ backup_name: name = null, backup_type = null, rotation = null }) => ({
        name,
        backup_type,
        rotation,
      }),
      null,
    ),
  ),
  clientMethod(
    'servers.set_meta(server, metadata)',
    'Adds to the metadata.',
    send('POST', `${server}/metadata`, ({ metadata = null }) => ({ metadata }), 'metadata'),
  ),
  clientMethod(
    'servers.set_meta_item(server, key, value)',
    'Sets one key of the metadata.',
    send(
      'PUT',
      `${server}/metadata/{key}`,
      ({ key, value = null }) => ({ meta: { [plainText(key)]: value } }),
      null,
    ),
  ),
  clientMethod('servers.delete_meta(server, keys)', 'Deletes keys of the metadata.', deleteMeta),
  clientMethod('servers.ips(server)', 'Shows the addresses.', show(`${server}/ips`, 'addresses')),
  clientMethod(
    'servers.diagnostics(server)',
    'Shows the diagnostics, for administrators.',
    show(`${server}/diagnostics`),
  ),
  clientMethod(
    'servers.get_console_output(server, length=null)',
    'The end of the console log.',
    act('os-getConsoleOutput', ({ length = null }) => ({ length }), 'output'),
  ),
  clientMethod(
    'servers.get_vnc_console(server, console_type="novnc")',
    'The URL of a VNC console.',
    console('vnc'),
  ),
  clientMethod(
    'servers.get_spice_console(server, console_type="spice-html5")',
    'The URL of a SPICE console.',
    console('spice'),
  ),
  clientMethod(
    'servers.get_serial_console(server, console_type="serial")',
    'The URL of a serial console.',
    console('serial'),
  ),
  clientMethod(
    'servers.add_security_group(server, security_group)',
    'Puts a server into a security group.',
    act('addSecurityGroup', ({ security_group: name = null }) => ({ name })),
  ),
  clientMethod(
    'servers.remove_security_group(server, security_group)',
    'Takes a server out of a security group.',
    act('removeSecurityGroup', ({ security_group: name = null }) => ({ name })),
  ),
  clientMethod(
    'servers.list_security_group(server)',
    'Lists the security groups of a server.',
    list(`${server}/os-security-groups`, 'security_groups'),
  ),
];
