/** Removes the server of a node, and all that was created for it. */
import { operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NodeFacts, PhysicalNode, Removal, RemoveRequest } from '../profile-type.ts';
import { deleteServer, DOING } from './delete-server.ts';
import { afterFencing } from './fence-host.ts';
import { findServers } from './find-servers.ts';
import { removePorts } from './ports.ts';

/**
 * Also of a create whose answer was lost: all servers that carry the node's id go. It ends when Nova shows
 * them no more: only then is it certain that none comes back.
 */
export async function removeServer(cloud: Cloud, node: NodeFacts, request: RemoveRequest): Promise<Removal> {
  return await removeServersExcept(cloud, node, [], request);
}

/** Of the servers of the node, those that are none of `kept`, and their ports. */
export async function removeServersExcept(
  cloud: Cloud,
  node: NodeFacts,
  kept: readonly PhysicalNode[],
  { signal, ...how }: RemoveRequest,
): Promise<Removal> {
  const context: CallContext = { signal };
  try {
    const created = await findServers(cloud.nova, node, context);
    const ids = new Set([
      ...(node.physicalId === null ? [] : [node.physicalId]),
      ...created.map(({ id }) => id),
    ]);
    for (const { physicalId } of kept) ids.delete(physicalId);
    const fenced = new Set<string>();
    for (const id of ids) {
      const host = await deleteServer(cloud, id, context, how);
      if (host !== null) fenced.add(host);
    }
    await removePorts(
      cloud,
      node,
      kept.map(({ data }) => data),
      context,
    );
    return fenced.size === 0 ? {} : { note: [...fenced].map(afterFencing).join('; ') };
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, DOING);
  }
}
