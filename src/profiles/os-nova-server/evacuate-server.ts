/** Starts a server on another host after its own has died. */
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { ComputeService, Server } from '../../openstack/nova/server.ts';
import type { NodeFacts, PhysicalNode, RunRequest } from '../profile-type.ts';
import { runOperation } from './run-operation.ts';

const DOING = 'the server could not be evacuated';

/**
 * The host is forced down in Nova before: a host that comes back in the middle must not run the server a
 * second time. It stays so until an operator has looked at it (`openstack compute service set --up`).
 */
export async function evacuateServer(
  cloud: Cloud,
  node: NodeFacts,
  { host }: JsonObject,
  request: RunRequest,
): Promise<PhysicalNode> {
  const made = await runOperation(
    cloud,
    node,
    {
      action: { evacuate: typeof host === 'string' && host !== '' ? { host } : {} },
      recordedAs: 'evacuate',
      doing: DOING,
      until: ['ACTIVE', 'SHUTOFF'],
      prepare: (server, context) =>
        fenceHost(cloud, server, { ...context, hostForcedDown: request.hostForcedDown }),
    },
    request,
  );
  const { host: from } = node.data;
  if (typeof from !== 'string' || from === made.data['host']) return made;
  const note = `host ${from} stays forced down in Nova; once it is repaired: openstack compute service set --up ${from} nova-compute`;
  return { ...made, note };
}

/**
 * @throws CoppiceError where it is not certain that the host is cut off: then no second server may be
 * started. `operation-failed` for a host that is up: Nova takes a minute to see that one has died.
 */
async function fenceHost(
  { nova }: Cloud,
  server: Server,
  { hostForcedDown, ...context }: CallContext & Pick<RunRequest, 'hostForcedDown'>,
): Promise<void> {
  const host = server['OS-EXT-SRV-ATTR:host'];
  if (host === null) return;
  if (host === undefined)
    throw notCertain(
      "Nova does not show its host to Coppice's credential, which needs the role of an administrator",
    );
  const service = await serviceOn(nova, host, context);
  if (service === undefined) throw notCertain(`Nova has no compute service on its host ${host}`);
  if (service.forced_down) return;
  if (service.state === 'up')
    throw new CoppiceError('operation-failed', `${DOING}: its host ${host} is up and still in use`);
  await hostForcedDown?.(host);
  try {
    await nova.forceDown(service.id, true, context);
  } catch (error) {
    throw operationError(error, `${DOING}: its host ${host} could not be forced down`);
  }
}

async function serviceOn(
  nova: Cloud['nova'],
  host: string,
  context: CallContext,
): Promise<ComputeService | undefined> {
  try {
    return (await nova.listComputeServices(context)).find((service) => service.host === host);
  } catch (error) {
    throw operationError(error, `${DOING}: the state of its host ${host} is not known`);
  }
}

function notCertain(why: string): CoppiceError {
  return new CoppiceError(
    'operation-impossible',
    `${DOING}: it is not certain that it does not run any more: ${why}`,
  );
}
