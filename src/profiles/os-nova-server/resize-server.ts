/**
 * Another flavor for a server. Nova keeps the old disk until the resize is confirmed, and can go back until
 * then. Only what this update has resized is confirmed or reverted: the mark of the operation says so.
 */
import { CoppiceError } from '../../domain/errors.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import { operationError } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { Server } from '../../openstack/nova/server.ts';
import type { NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { dataOf } from './create-server.ts';
import {
  hasBegun,
  requireServerId,
  runServerOperation,
  whileLooking,
  type ServerOperation,
} from './run-operation.ts';

const DOING = 'the server could not be resized';
const RESIZE = { recordedAs: 'resize' } as const;

/** @param flavor name or id. @returns with the resize not yet confirmed, where one was needed. */
export async function resizeServer(
  cloud: Cloud,
  node: NodeFacts,
  flavor: string,
  request: OperationRequest,
): Promise<PhysicalNode> {
  const id = requireServerId(node);
  const { wanted, server, isSame } = await whileLooking(request, async (context) => {
    const found = await flavorNamed(cloud, flavor, context);
    const current = await cloud.nova.getServer(id, context);
    const has = current.flavor?.original_name === found.name;
    // A resize that is not confirmed shows the new flavor already.
    const isOurs = has && (await hasBegun(cloud, current, request.key, RESIZE, context));
    return { wanted: found, server: current, isSame: has && !isOurs };
  }).catch((error: unknown) => {
    request.signal.throwIfAborted();
    throw operationError(error, DOING);
  });
  if (isSame) return after(node, server);
  const resize: ServerOperation = {
    ...RESIZE,
    action: { resize: { flavorRef: wanted.id } },
    doing: DOING,
    until: ['VERIFY_RESIZE'],
  };
  return await runServerOperation(cloud, node, resize, request);
}

export async function confirmResize(
  cloud: Cloud,
  node: NodeFacts,
  request: OperationRequest,
): Promise<PhysicalNode> {
  const { server, isOurs } = await lookAt(cloud, node, request);
  if (!isOurs) return after(node, server);
  const confirm: ServerOperation = {
    action: { confirmResize: null },
    recordedAs: 'confirmResize',
    doing: 'the resize of the server could not be confirmed',
    from: ['VERIFY_RESIZE'],
    until: ['ACTIVE', 'SHUTOFF'],
    isState: true,
  };
  return await runServerOperation(cloud, node, confirm, { ...request, key: resizeKey(request) });
}

/** @returns null: there is nothing of this update to revert. */
export async function revertResize(
  cloud: Cloud,
  node: NodeFacts,
  request: OperationRequest,
): Promise<PhysicalNode | null> {
  const { server, isOurs } = await lookAt(cloud, node, request);
  const isThere = ['VERIFY_RESIZE', 'REVERT_RESIZE'].includes(server.status);
  if (!isThere && !(await hasBegunRevert(cloud, server, request))) return null;
  if (isThere && !isOurs) return null;
  const revert: ServerOperation = {
    action: { revertResize: null },
    recordedAs: 'revertResize',
    doing: 'the resize of the server could not be reverted',
    until: ['ACTIVE', 'SHUTOFF'],
    isState: true,
  };
  return await runServerOperation(cloud, node, revert, { ...request, key: resizeKey(request) });
}

/** Whether the last operation that was marked on the server is the resize of this update. */
async function lookAt(
  cloud: Cloud,
  node: NodeFacts,
  request: OperationRequest,
): Promise<{ readonly server: Server; readonly isOurs: boolean }> {
  return await whileLooking(request, async (context) => {
    const server = await cloud.nova.getServer(requireServerId(node), context);
    return { server, isOurs: await hasBegun(cloud, server, resizeKey(request), RESIZE, context) };
  });
}

/** A revert whose process died is over when it is repeated: then the server is as before. */
async function hasBegunRevert(cloud: Cloud, server: Server, request: OperationRequest): Promise<boolean> {
  return await whileLooking(request, (context) =>
    hasBegun(cloud, server, resizeKey(request), { recordedAs: 'revertResize' }, context),
  );
}

/** As the step of the update is keyed. @param key of the update. */
function resizeKey({ key }: OperationRequest): string {
  return `${key} flavor`;
}

function after(node: NodeFacts, server: Server): PhysicalNode {
  return { physicalId: server.id, data: { ...node.data, ...dataOf(server) } };
}

/** @throws CoppiceError `operation-impossible` for a flavor that does not exist. */
async function flavorNamed(
  { nova }: Cloud,
  flavor: string,
  context: CallContext,
): Promise<{ readonly id: string; readonly name: string }> {
  const [found, another] = await nova.findFlavor(flavor, context);
  if (found !== undefined && another === undefined) return found;
  throw new CoppiceError('operation-impossible', `${DOING}: there is no flavor ${flavor}`);
}
