/** REBUILD: the server gets its image again, and runs afterwards, whatever it did before. */
import { CoppiceError } from '../../domain/errors.ts';
import { CloudError, operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { Server } from '../../openstack/nova/server.ts';
import { plainProperties } from '../plain-properties.ts';
import type { NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { awaitServer } from './await-server.ts';
import { imageId } from './resolve.ts';
import { runServerOperation } from './run-operation.ts';
import { wholeSpecOf } from './spec.ts';

const DOING = 'the server could not be rebuilt';

export async function rebuildServer(
  cloud: Cloud,
  node: NodeFacts,
  request: OperationRequest,
): Promise<PhysicalNode> {
  const { image, adminPass, name } = wholeSpecOf(plainProperties(node));
  if (image === undefined)
    throw new CoppiceError(
      'operation-impossible',
      `${DOING}: its profile has no image (it boots from a volume)`,
    );
  const imageRef = await imageId(cloud, image, { signal: request.signal }).catch((error: unknown) => {
    throw operationError(error, DOING);
  });
  const given = { imageRef, name: name ?? node.name, ...(adminPass === undefined ? {} : { adminPass }) };
  return runServerOperation(
    cloud,
    node,
    {
      action: { rebuild: given },
      withMetadata: (metadata) => ({ rebuild: { ...given, metadata } }),
      recordedAs: 'rebuild',
      doing: DOING,
      until: ['ACTIVE'],
      prepare: (server, context) => letRun(cloud.nova, server, context),
    },
    request,
  );
}

/** By status: what lets a server run that does not. */
const starts: Readonly<Record<string, string>> = {
  SHUTOFF: 'os-start',
  PAUSED: 'unpause',
  SUSPENDED: 'resume',
};

/**
 * Nova leaves a stopped server stopped when it is rebuilt, and refuses to rebuild one that is paused or
 * suspended. One that cannot be let run is rebuilt all the same: then Nova says what is in the way.
 */
async function letRun(nova: NovaClient, server: Server, context: CallContext): Promise<void> {
  const action = Object.hasOwn(starts, server.status) ? starts[server.status] : undefined;
  if (action === undefined) return;
  try {
    await nova.act(server.id, { [action]: null }, context);
    const awaited = { doing: DOING, until: ['ACTIVE'], from: [server.status] };
    await awaitServer(nova, server.id, awaited, context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof CloudError) && !(error instanceof CoppiceError)) throw error;
  }
}
