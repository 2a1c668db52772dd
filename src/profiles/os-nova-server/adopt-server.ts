/**
 * A server that exists becomes a node: its profile says what it is, and its metadata whose it is. What Nova
 * does not show of it (a password, what was put into its files) is not in the profile.
 */
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isStatus, operationError } from '../../openstack/cloud-error.ts';
import { eachRegion, type Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NeutronPort } from '../../openstack/neutron-client.ts';
import type { Server } from '../../openstack/nova/server.ts';
import type { Adoptable } from '../adoptable.ts';
import type { Adoption, NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { dataOf } from './create-server.ts';
import { nodeOf, ownedMetadata, userMetadata } from './owned-metadata.ts';
import { requireServerId } from './run-operation.ts';

export function serverAdoption(cloudFor: (of: Pick<NodeFacts, 'session' | 'data'>) => Cloud): Adoption {
  return {
    expected: 'the id of a server of this project',
    async read(identity, { owner, isForeign, signal }) {
      const usual = cloudFor({ session: owner, data: {} });
      try {
        for await (const cloud of eachRegion(usual, 'compute', { signal })) {
          const server = await serverInProject(cloud, identity, { signal });
          const region = cloud === usual ? null : cloud.session.settings.region;
          if (server === undefined) continue;
          if (await isForeign({ physicalId: server.id, nodeId: nodeOf(server) })) continue;
          return await readServer(cloud, server, region, { signal });
        }
      } catch (error) {
        throw operationError(error, 'the server could not be read');
      }
      return undefined;
    },
    claim: (node, request) => claimServer(cloudFor(node), node, request),
  };
}

async function readServer(
  cloud: Cloud,
  server: Server,
  region: string | null,
  context: CallContext,
): Promise<Adoptable> {
  const ports = await cloud.neutron.listPorts({ deviceId: server.id }, context).catch((error: unknown) => {
    throw operationError(error, 'the networks of the server could not be read');
  });
  const hasImage = typeof server.image === 'object';
  return {
    physicalId: server.id,
    name: server.name,
    nodeId: nodeOf(server),
    region,
    properties: propertiesOf(server, ports),
    missing: hasImage
      ? []
      : [
          {
            keys: ['image', 'block_device_mapping_v2'],
            issue: {
              field: 'overrides',
              expected: 'image, or block_device_mapping_v2',
              found: 'neither',
              hint: 'the server boots from a volume, and Nova does not say of what another one is to be made',
            },
          },
        ],
  };
}

/** @returns undefined: there is none; one of another project does not exist for the caller. */
async function serverInProject(
  cloud: Cloud,
  identity: string,
  context: CallContext,
): Promise<Server | undefined> {
  try {
    const server = await cloud.nova.getServer(identity, context);
    const { projectId } = await cloud.session.token(context);
    const isThere = !['DELETED', 'SOFT_DELETED'].includes(server.status);
    return isThere && (projectId === null || server.tenant_id === projectId) ? server : undefined;
  } catch (error) {
    if (isStatus(error, 400, 404)) return undefined;
    throw error;
  }
}

function propertiesOf(server: Server, ports: readonly NeutronPort[]): JsonObject {
  const { name, image, key_name: keyName, security_groups: groups = [] } = server;
  const zone = server['OS-EXT-AZ:availability_zone'];
  const userData = server['OS-EXT-SRV-ATTR:user_data'];
  const [group] = server.server_groups ?? [];
  const groupNames = [...new Set(groups.map((one) => one.name))];
  return {
    name,
    flavor: server.flavor?.original_name ?? '',
    ...(typeof image === 'object' ? { image: image.id } : {}),
    networks: ports.map((port) => ({ network: networkOf(server, port) })),
    metadata: userMetadata(server),
    auto_disk_config: server['OS-DCF:diskConfig'] === 'AUTO',
    config_drive: server.config_drive === 'True',
    ...(groupNames.length === 0 ? {} : { security_groups: groupNames }),
    ...(zone === undefined || zone === '' ? {} : { availability_zone: zone }),
    ...(keyName == null ? {} : { key_name: keyName }),
    ...(group === undefined ? {} : { scheduler_hints: { group } }),
    ...(userData == null || userData === '' ? {} : { user_data: Buffer.from(userData, 'base64').toString() }),
  };
}

/** The name under which Nova shows the addresses of the port, else the id of its network. */
function networkOf({ addresses }: Server, { fixed_ips: fixed, network_id: id }: NeutronPort): string {
  const own = new Set(fixed.map(({ ip_address: address }) => address));
  const entry = Object.entries(addresses).find(([, list]) => list.some(({ addr }) => own.has(addr)));
  return entry?.[0] ?? id;
}

/** Nova lets the metadata of a server be changed in these states alone (409 in all others). */
const markable: readonly string[] = ['ACTIVE', 'PAUSED', 'SUSPENDED', 'SHUTOFF'];

function refuseUnmarkable({ id, status }: Server): void {
  if (markable.includes(status)) return;
  const expected = `a server that is ${markable.join(', ')}: in other states Nova does not let Coppice write whose it is`;
  const hint = status === 'ERROR' ? ` (rebuild it, or: openstack server set --state active ${id})` : '';
  throw new CoppiceError('bad-request', `identity: expected ${expected}; found one that is ${status}${hint}`);
}

async function claimServer(
  cloud: Cloud,
  node: NodeFacts,
  { key, signal }: OperationRequest,
): Promise<PhysicalNode> {
  const id = requireServerId(node);
  try {
    const server = await cloud.nova.getServer(id, { signal });
    refuseUnmarkable(server);
    const metadata = ownedMetadata(node, userMetadata(server), key);
    await cloud.nova.setMetadata(id, metadata, { signal });
    return { physicalId: id, data: dataOf(server) };
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, 'the server could not be marked as the one of its node');
  }
}
