/** python-cinderclient's `volumes`, `volume_snapshots`, `backups` and `restores` (cinderclient/v3/). */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import {
  type ClientMethod,
  clientMethod,
  type MethodArguments,
  type MethodCall,
  MethodFailure,
} from './client-method.ts';
import { allOf, find, findMatching, type Found } from './find.ts';
import { isMarked, marked, once, type Look } from './once.ts';
import { isGiven, partOf, pathOf, pick, plainText, queryOf, remove, send, show } from './requests.ts';

const volume = '/volumes/{volume}';
const snapshot = '/snapshots/{snapshot}';
const backup = '/backups/{backup}';

const LIST = 'detailed=true, search_opts=null, marker=null, limit=null, sort=null';

function listOf(path: string, key: string): MethodCall {
  return async (given, service) => {
    const { search_opts: options } = given;
    const query = {
      ...queryOf(isJsonObject(options) ? options : {}),
      ...queryOf({ ...pick(given, ['marker', 'limit']), sort: sortOf(given['sort']) }),
    };
    const at = isGiven(given['detailed']) ? `${path}/detail` : path;
    const all = await allOf(at, key, query, service);
    const { limit } = given;
    return isGiven(limit) ? all.slice(0, Number(limit)) : all;
  };
}

/** `name:asc`, or a list of such; Cinder has the name under another key. */
function sortOf(sort: Json | undefined): Json {
  const keys = Array.isArray(sort) ? sort.map(plainText) : isGiven(sort) ? plainText(sort).split(',') : [];
  return keys.map((key) => key.replace(/^name(?=:|$)/, 'display_name')).join(',');
}

function foundIn(noun: string, path: string, key: string, one: string): Found {
  return {
    noun,
    path: `${path}/detail`,
    key,
    one: { path: `${path}/{id}`, key: one },
    options: ['all_tenants'],
    query: ({ name, all_tenants }) => ({
      ...(typeof name === 'string' ? { name } : {}),
      ...(isGiven(all_tenants) ? { all_tenants: 1 } : {}),
    }),
  };
}

const volumes = foundIn('Volume', '/volumes', 'volumes', 'volume');
const snapshots = foundIn('Snapshot', '/snapshots', 'snapshots', 'snapshot');
const backups = foundIn('VolumeBackup', '/backups', 'backups', 'backup');
function act(
  of: string,
  action: string,
  input: (given: MethodArguments) => JsonObject | null = () => null,
  key?: string | null,
): MethodCall {
  return send('POST', `${of}/action`, (given) => ({ [action]: input(given) }), key);
}

/** Those arguments that a body has under the same names, null where they are not given. */
function bodyWith(names: readonly string[]): (given: MethodArguments) => JsonObject {
  return (given) => Object.fromEntries(names.map((name) => [name, given[name] ?? null]));
}

/** Found by the name where it has one, which every page of all would be long to read for. */
function lookIn(path: string, key: string): Look {
  return async ({ name }, service) => {
    const query = typeof name === 'string' ? { name } : {};
    return (await allOf(`${path}/detail`, key, query, service)).find((one) => isMarked(one, service.key));
  };
}

const VOLUME = [
  'size',
  'consistencygroup_id',
  'snapshot_id',
  'name',
  'description',
  'volume_type',
  'availability_zone',
  'imageRef',
  'source_volid',
  'backup_id',
];

const createVolume: MethodCall = once(lookIn('/volumes', 'volumes'), async (given, service) => {
  const hints = isGiven(given['scheduler_hints'])
    ? { 'OS-SCH-HNT:scheduler_hints': given['scheduler_hints'] as Json }
    : {};
  const body = {
    volume: { ...bodyWith(VOLUME)(given), metadata: marked(given['metadata'], service.key) },
    ...hints,
  };
  return partOf((await service.request({ method: 'POST', path: '/volumes', body })).body, 'volume');
});

const createSnapshot: MethodCall = once(lookIn('/snapshots', 'snapshots'), async (given, service) => {
  const own = bodyWith(['volume_id', 'name', 'description'])(given);
  const body = {
    snapshot: { ...own, force: isGiven(given['force']), metadata: marked(given['metadata'], service.key) },
  };
  return partOf((await service.request({ method: 'POST', path: '/snapshots', body })).body, 'snapshot');
});

function deleteKeys(of: string): MethodCall {
  return async (given, service) => {
    const { keys } = given;
    if (!Array.isArray(keys)) throw new MethodFailure('keys: expected a list of names');
    for (const key of keys)
      await service.request({ method: 'DELETE', path: pathOf(`${of}/metadata/{key}`, { ...given, key }) });
    return null;
  };
}

/** With `force` it is an action. */
function deleteOrForce(of: string): MethodCall {
  return async (given, service) =>
    await (isGiven(given['force']) ? act(of, 'os-force_delete') : remove(of))(given, service);
}

const deleteVolume: MethodCall = async (given, service) => {
  const query = isGiven(given['cascade']) ? { cascade: 'True' } : {};
  await service.request({ method: 'DELETE', path: pathOf(volume, given), query });
  return null;
};

/** Its own attributes, without what says of which object. */
function changes(of: string, name: string): MethodCall {
  const body = (given: MethodArguments): JsonObject => ({
    [name]: Object.fromEntries(Object.entries(given).filter(([key]) => key !== name)),
  });
  return send('PUT', of, body, null);
}

const status = ({ state }: MethodArguments): JsonObject => (isGiven(state) ? { status: state } : {});
const metadata = ({ metadata: all = null }: MethodArguments): JsonObject => ({ metadata: all });
const connector = ({ connector: value = null }: MethodArguments): JsonObject => ({ connector: value });

const attach = (given: MethodArguments): JsonObject => ({
  mountpoint: given['mountpoint'] ?? null,
  mode: given['mode'] ?? 'rw',
  ...(isGiven(given['instance_uuid']) ? pick(given, ['instance_uuid']) : {}),
  ...(isGiven(given['host_name']) ? pick(given, ['host_name']) : {}),
});

export const cinderMethods: readonly ClientMethod[] = [
  clientMethod(
    'volumes.get(volume_id)',
    'Shows a volume, by its id.',
    show('/volumes/{volume_id}', 'volume'),
  ),
  clientMethod(`volumes.list(${LIST})`, 'Lists the volumes.', listOf('/volumes', 'volumes')),
  clientMethod('volumes.find(**kwargs)', 'The only volume with these attributes.', find(volumes)),
  clientMethod('volumes.findall(**kwargs)', 'All volumes with these attributes.', findMatching(volumes)),
  clientMethod(
    'volumes.create(size, consistencygroup_id=null, snapshot_id=null, source_volid=null, name=null, description=null, volume_type=null, availability_zone=null, metadata=null, imageRef=null, scheduler_hints=null, backup_id=null)',
    'Begins to create a volume of `size` GiB.',
    createVolume,
  ),
  clientMethod(
    'volumes.update(volume, **kwargs)',
    'Changes `name`, `description`, ...',
    changes(volume, 'volume'),
  ),
  clientMethod(
    'volumes.delete(volume, cascade=false)',
    'Begins to delete a volume; with `cascade` its snapshots too.',
    deleteVolume,
  ),
  clientMethod(
    'volumes.force_delete(volume)',
    'Deletes a volume in whatever state, for administrators.',
    act(volume, 'os-force_delete'),
  ),
  clientMethod(
    'volumes.extend(volume, new_size)',
    'Begins to make a volume larger.',
    act(volume, 'os-extend', ({ new_size = null }) => ({ new_size })),
  ),
  clientMethod(
    'volumes.reset_state(volume, state, attach_status=null, migration_status=null)',
    'Sets the state, for administrators.',
    act(
      volume,
      'os-reset_status',
      (given) =>
        ({ ...status(given), ...queryOf(pick(given, ['attach_status', 'migration_status'])) }) as JsonObject,
    ),
  ),
  clientMethod(
    'volumes.attach(volume, instance_uuid, mountpoint, mode="rw", host_name=null)',
    'Records that a volume is attached; a server attaches one by `nova.volumes_create_server_volume`.',
    act(volume, 'os-attach', attach),
  ),
  clientMethod(
    'volumes.detach(volume, attachment_uuid=null)',
    'Records that it is detached.',
    act(volume, 'os-detach', ({ attachment_uuid: id = null }) => ({ attachment_id: id })),
  ),
  clientMethod(
    'volumes.reserve(volume)',
    'Marks a volume as going to be attached.',
    act(volume, 'os-reserve'),
  ),
  clientMethod('volumes.unreserve(volume)', 'Takes that back.', act(volume, 'os-unreserve')),
  clientMethod(
    'volumes.begin_detaching(volume)',
    'Marks a volume as going to be detached.',
    act(volume, 'os-begin_detaching'),
  ),
  clientMethod('volumes.roll_detaching(volume)', 'Takes that back.', act(volume, 'os-roll_detaching')),
  clientMethod(
    'volumes.initialize_connection(volume, connector)',
    'How a host connects to a volume.',
    act(volume, 'os-initialize_connection', connector, 'connection_info'),
  ),
  clientMethod(
    'volumes.terminate_connection(volume, connector)',
    'Ends the connection of a host.',
    act(volume, 'os-terminate_connection', connector),
  ),
  clientMethod(
    'volumes.set_metadata(volume, metadata)',
    'Adds to the metadata.',
    send('POST', `${volume}/metadata`, metadata, 'metadata'),
  ),
  clientMethod('volumes.delete_metadata(volume, keys)', 'Deletes keys of the metadata.', deleteKeys(volume)),
  clientMethod(
    'volumes.update_all_metadata(volume, metadata)',
    'Replaces the metadata.',
    send('PUT', `${volume}/metadata`, metadata, null),
  ),
  clientMethod(
    'volumes.set_bootable(volume, flag)',
    'Says whether a server can boot from a volume.',
    act(volume, 'os-set_bootable', ({ flag = null }) => ({ bootable: flag })),
  ),
  clientMethod(
    'volumes.update_readonly_flag(volume, flag)',
    'Says whether a volume can be written.',
    act(volume, 'os-update_readonly_flag', ({ flag = null }) => ({ readonly: flag })),
  ),
  clientMethod(
    'volumes.upload_to_image(volume, force, image_name, container_format, disk_format)',
    'Begins to make an image of a volume.',
    act(
      volume,
      'os-volume_upload_image',
      bodyWith(['force', 'image_name', 'container_format', 'disk_format']),
      null,
    ),
  ),
  clientMethod(
    'volumes.retype(volume, volume_type, policy)',
    'Begins to change the type.',
    act(volume, 'os-retype', ({ volume_type: type = null, policy = null }) => ({
      new_type: type,
      migration_policy: policy,
    })),
  ),
  clientMethod(
    'volumes.migrate_volume(volume, host, force_host_copy, lock_volume)',
    'Begins to migrate a volume, for administrators.',
    act(volume, 'os-migrate_volume', bodyWith(['host', 'force_host_copy', 'lock_volume'])),
  ),
  clientMethod(
    'volume_snapshots.get(snapshot_id)',
    'Shows a snapshot.',
    show('/snapshots/{snapshot_id}', 'snapshot'),
  ),
  clientMethod(`volume_snapshots.list(${LIST})`, 'Lists the snapshots.', listOf('/snapshots', 'snapshots')),
  clientMethod(
    'volume_snapshots.find(**kwargs)',
    'The only snapshot with these attributes.',
    find(snapshots),
  ),
  clientMethod(
    'volume_snapshots.findall(**kwargs)',
    'All snapshots with these attributes.',
    findMatching(snapshots),
  ),
  clientMethod(
    'volume_snapshots.create(volume_id, force=false, name=null, description=null, metadata=null)',
    'Begins to make a snapshot.',
    createSnapshot,
  ),
  clientMethod(
    'volume_snapshots.update(snapshot, **kwargs)',
    'Changes `name`, `description`.',
    changes(snapshot, 'snapshot'),
  ),
  clientMethod(
    'volume_snapshots.delete(snapshot, force=false)',
    'Begins to delete a snapshot.',
    deleteOrForce(snapshot),
  ),
  clientMethod(
    'volume_snapshots.reset_state(snapshot, state)',
    'Sets the state, for administrators.',
    act(snapshot, 'os-reset_status', status),
  ),
  clientMethod(
    'volume_snapshots.set_metadata(snapshot, metadata)',
    'Adds to the metadata.',
    send('POST', `${snapshot}/metadata`, metadata, 'metadata'),
  ),
  clientMethod(
    'volume_snapshots.delete_metadata(snapshot, keys)',
    'Deletes keys of the metadata.',
    deleteKeys(snapshot),
  ),
  clientMethod('backups.get(backup_id)', 'Shows a backup.', show('/backups/{backup_id}', 'backup')),
  clientMethod(`backups.list(${LIST})`, 'Lists the backups.', listOf('/backups', 'backups')),
  clientMethod('backups.find(**kwargs)', 'The only backup with these attributes.', find(backups)),
  clientMethod('backups.findall(**kwargs)', 'All backups with these attributes.', findMatching(backups)),
  clientMethod(
    'backups.create(volume_id, container=null, name=null, description=null, incremental=false, force=false, snapshot_id=null)',
    'Begins to make a backup; it may be made twice where Coppice is killed meanwhile.',
    send(
      'POST',
      '/backups',
      (given) => ({
        backup: bodyWith([
          'volume_id',
          'container',
          'name',
          'description',
          'incremental',
          'force',
          'snapshot_id',
        ])(given),
      }),
      'backup',
    ),
  ),
  clientMethod('backups.delete(backup, force=false)', 'Begins to delete a backup.', deleteOrForce(backup)),
  clientMethod(
    'backups.reset_state(backup, state)',
    'Sets the state, for administrators.',
    act(backup, 'os-reset_status', status),
  ),
  clientMethod(
    'restores.restore(backup_id, volume_id=null, name=null)',
    'Begins to restore a backup, into a volume or a new one.',
    send(
      'POST',
      '/backups/{backup_id}/restore',
      ({ volume_id = null, name = null }) => ({ restore: { volume_id, name } }),
      'restore',
    ),
  ),
];
