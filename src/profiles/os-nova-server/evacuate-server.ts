/** Starts a server on another host after its own has died. */
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isStatus, operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { runOperation } from './run-operation.ts';

const DOING = 'the server could not be evacuated';

/**
 * The host is said to be down in Nova before (`forced_down`), where Nova already sees it down: a host that
 * comes back in the middle must not run the server a second time. A host that Nova sees up is not evacuated.
 */
export async function evacuateServer(
  cloud: Cloud,
  node: NodeFacts,
  { host }: JsonObject,
  request: OperationRequest,
): Promise<PhysicalNode> {
  if (!request.signal.aborted) await fenceHost(cloud, node, { signal: request.signal });
  return runOperation(
    cloud,
    node,
    {
      action: { evacuate: typeof host === 'string' && host !== '' ? { host } : {} },
      recordedAs: 'evacuate',
      doing: DOING,
      until: ['ACTIVE', 'SHUTOFF'],
    },
    request,
  );
}

async function fenceHost(cloud: Cloud, { physicalId }: NodeFacts, context: CallContext): Promise<void> {
  if (physicalId === null) return;
  try {
    const server = await cloud.nova.getServer(physicalId, context);
    const host = server['OS-EXT-SRV-ATTR:host'];
    if (host == null) return;
    const services = await cloud.nova.listComputeServices(context);
    const service = services.find((one) => one.host === host);
    if (service === undefined || service.forced_down || service.state === 'up') return;
    await cloud.nova.forceDown(service.id, true, context);
  } catch (error) {
    if (isStatus(error, 404))
      throw new CoppiceError('operation-impossible', `${DOING}: the server does not exist`);
    throw operationError(error, `${DOING}: its host could not be forced down`);
  }
}
