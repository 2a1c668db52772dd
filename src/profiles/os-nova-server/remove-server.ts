/** Removes the server of a node, and all that was created for it. */
import { CloudError, isStatus, operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { awaitServer } from './await-server.ts';
import { findServers } from './find-servers.ts';
import { removePorts } from './ports.ts';

const DOING = 'the server could not be deleted';

/**
 * Also of a create whose answer was lost: all servers that carry the node's id go. It ends when Nova shows
 * them no more: only then is it certain that none comes back.
 */
export async function removeServer(cloud: Cloud, node: NodeFacts, request: OperationRequest): Promise<void> {
  await removeServersExcept(cloud, node, [], request);
}

/** Of the servers of the node, those that are none of `kept`, and their ports. */
export async function removeServersExcept(
  cloud: Cloud,
  node: NodeFacts,
  kept: readonly PhysicalNode[],
  { signal }: OperationRequest,
): Promise<void> {
  const context: CallContext = { signal };
  try {
    const created = await findServers(cloud.nova, node, context);
    const ids = new Set([
      ...(node.physicalId === null ? [] : [node.physicalId]),
      ...created.map(({ id }) => id),
    ]);
    for (const { physicalId } of kept) ids.delete(physicalId);
    for (const id of ids) await deleteServer(cloud, id, context);
    await removePorts(
      cloud,
      node,
      kept.map(({ data }) => data),
      context,
    );
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, DOING);
  }
}

/** Deletes one server and waits until it is gone; one that does not exist is a success. */
export async function deleteServer(cloud: Cloud, id: string, context: CallContext): Promise<void> {
  try {
    await cloud.nova.deleteServer(id, context);
  } catch (error) {
    if (isStatus(error, 404)) return;
    // Without an answer it may have been taken: the wait shows whether the server goes.
    if (!(error instanceof CloudError) || error.status !== null || !error.mayHaveHappened) throw error;
  }
  await awaitServer(cloud.nova, id, { doing: DOING, until: ['DELETED', 'SOFT_DELETED'] }, context);
}
