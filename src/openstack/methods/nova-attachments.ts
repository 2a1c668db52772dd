/**
 * What is attached to servers, and their live migrations: python-novaclient's `servers`, `volumes` and
 * `server_migrations`.
 */
import type { Json } from '../../domain/json.ts';
import { type ClientMethod, clientMethod } from './client-method.ts';
import { isGiven, list, remove, renamed, send, show } from './requests.ts';

const server = '/servers/{server}';
const attachment = '/servers/{server_id}/os-volume_attachments';

export const novaAttachmentMethods: readonly ClientMethod[] = [
  clientMethod(
    'servers.interface_list(server)',
    'Lists the ports of a server.',
    list(`${server}/os-interface`, 'interfaceAttachments'),
  ),
  clientMethod(
    'servers.interface_attach(server, port_id=null, net_id=null, fixed_ip=null, tag=null)',
    'Attaches a port, or one that Nova creates in a network.',
    send(
      'POST',
      `${server}/os-interface`,
      (all) => ({
        interfaceAttachment: {
          ...renamed({ port_id: 'port_id', net_id: 'net_id', tag: 'tag' })(all),
          ...(isGiven(all['fixed_ip']) ? { fixed_ips: [{ ip_address: all['fixed_ip'] as Json }] } : {}),
        },
      }),
      'interfaceAttachment',
    ),
  ),
  clientMethod(
    'servers.interface_detach(server, port_id)',
    'Begins to detach a port.',
    remove(`${server}/os-interface/{port_id}`),
  ),
  clientMethod(
    'server_migrations.list(server)',
    'Lists the live migrations of a server that run.',
    list(`${server}/migrations`, 'migrations'),
  ),
  clientMethod(
    'server_migrations.get(server, migration)',
    'Shows a live migration.',
    show(`${server}/migrations/{migration}`, 'migration'),
  ),
  clientMethod(
    'server_migrations.live_migration_abort(server, migration)',
    'Ends a live migration.',
    remove(`${server}/migrations/{migration}`),
  ),
  clientMethod(
    'server_migrations.live_migrate_force_complete(server, migration)',
    'Lets a live migration pause the server to come to an end.',
    send('POST', `${server}/migrations/{migration}/action`, () => ({ force_complete: null })),
  ),
  clientMethod(
    'volumes.get_server_volumes(server_id)',
    'Lists the volumes of a server.',
    list(attachment, 'volumeAttachments'),
  ),
  clientMethod(
    'volumes.get_server_volume(server_id, volume_id)',
    'Shows a volume of a server.',
    show(`${attachment}/{volume_id}`, 'volumeAttachment'),
  ),
  clientMethod(
    'volumes.create_server_volume(server_id, volume_id, device=null, tag=null, delete_on_termination=false)',
    'Attaches a volume to a server.',
    send(
      'POST',
      attachment,
      (all) => ({
        volumeAttachment: renamed({
          volume_id: 'volumeId',
          device: 'device',
          tag: 'tag',
          delete_on_termination: 'delete_on_termination',
        })(all),
      }),
      'volumeAttachment',
    ),
  ),
  clientMethod(
    'volumes.update_server_volume(server_id, src_volid, dest_volid)',
    'Replaces a volume of a server by another one.',
    send('PUT', `${attachment}/{src_volid}`, ({ dest_volid = null }) => ({
      volumeAttachment: { volumeId: dest_volid },
    })),
  ),
  clientMethod(
    'volumes.delete_server_volume(server_id, volume_id)',
    'Begins to detach a volume.',
    remove(`${attachment}/{volume_id}`),
  ),
];
