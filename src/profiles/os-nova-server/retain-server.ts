/**
 * A server that is stopped and kept after a recovery. It still holds its ports, its addresses and its part of
 * the quota.
 */
import { isStatus, operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { NodeFacts, OperationRequest, Retention } from '../profile-type.ts';
import { removePortsOf } from './ports.ts';
import { deleteServer } from './delete-server.ts';
import { runServerOperation, whileLooking } from './run-operation.ts';
import { addressObstacles } from './spec.ts';

const DOING = 'the server could not be stopped';

/** In these it runs nothing; a paused or suspended one also keeps what it had in its memory. */
const stopped: readonly string[] = ['SHUTOFF', 'PAUSED', 'SUSPENDED', 'SHELVED', 'SHELVED_OFFLOADED'];

export function serverRetention(cloudFor: (of: Pick<NodeFacts, 'session' | 'data'>) => Cloud): Retention {
  return {
    // It holds its ports, addresses and volumes also while it is stopped.
    obstacles: addressObstacles,
    stop: (node, request) => stopServer(cloudFor(node), node, request),
    async remove(kept, { signal }) {
      const { nodeId, physicalId, data } = kept;
      const cloud = cloudFor(kept);
      try {
        await deleteServer(cloud, physicalId, { signal });
        await removePortsOf(cloud, nodeId, data, { signal });
      } catch (error) {
        signal.throwIfAborted();
        throw operationError(error, 'the server could not be deleted');
      }
    },
    location: ({ physicalId }) => `server ${physicalId}`,
  };
}

async function stopServer(cloud: Cloud, node: NodeFacts, request: OperationRequest): Promise<boolean> {
  if (!(await isThere(cloud, node, request))) return false;
  await runServerOperation(
    cloud,
    node,
    {
      action: { 'os-stop': null },
      recordedAs: 'stop',
      doing: DOING,
      until: stopped,
      stops: true,
      isState: true,
    },
    request,
  );
  return true;
}

async function isThere(
  { nova }: Cloud,
  { physicalId }: NodeFacts,
  request: OperationRequest,
): Promise<boolean> {
  if (physicalId === null) return false;
  try {
    const { status } = await whileLooking(request, (context) => nova.getServer(physicalId, context));
    return status !== 'DELETED' && status !== 'SOFT_DELETED';
  } catch (error) {
    if (isStatus(error, 404)) return false;
    request.signal.throwIfAborted();
    throw operationError(error, DOING);
  }
}
