/** Starts a server on another host after its own has died. */
import type { JsonObject } from '../../domain/json.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { NodeFacts, PhysicalNode, RunRequest } from '../profile-type.ts';
import { afterFencing, fenceHost } from './fence-host.ts';
import { runServerOperation } from './run-operation.ts';

const DOING = 'the server could not be evacuated';

/**
 * The host is forced down in Nova before: a host that comes back in the middle must not run the server a
 * second time.
 */
export async function evacuateServer(
  cloud: Cloud,
  node: NodeFacts,
  { host }: JsonObject,
  request: RunRequest,
): Promise<PhysicalNode> {
  const { hostForcedDown } = request;
  const made = await runServerOperation(
    cloud,
    node,
    {
      action: { evacuate: typeof host === 'string' && host !== '' ? { host } : {} },
      recordedAs: 'evacuate',
      doing: DOING,
      until: ['ACTIVE', 'SHUTOFF'],
      prepare: async (server, context) =>
        void (await fenceHost(cloud.nova, server, { doing: DOING, hostForcedDown }, context)),
    },
    request,
  );
  const { host: from } = node.data;
  return typeof from !== 'string' || from === made.data['host']
    ? made
    : { ...made, note: afterFencing(from) };
}
