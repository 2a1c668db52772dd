/** Starts a server on another host after its own has died. */
import type { JsonObject } from '../../domain/json.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { NodeFacts, PhysicalNode, RunRequest } from '../profile-type.ts';
import { afterFencing, fenceHost, type Fencing } from './fence-host.ts';
import { noOtherHost } from './place-for-server.ts';
import { runServerOperation } from './run-operation.ts';

const DOING = 'the server could not be evacuated';

/**
 * The host is forced down in Nova before: a host that comes back in the middle must not run the server a
 * second time. Neither is done where no other host is up: the server would be in ERROR, and its host forced
 * down, for nothing.
 */
export async function evacuateServer(
  cloud: Cloud,
  node: NodeFacts,
  { host }: JsonObject,
  request: RunRequest,
): Promise<PhysicalNode> {
  const { hostForcedDown } = request;
  const wanted = typeof host === 'string' && host !== '' ? host : undefined;
  const fencing: Fencing = {
    doing: DOING,
    ...(hostForcedDown === undefined ? {} : { hostForcedDown }),
    objection: (services, own) => noOtherHost(services, own, wanted),
  };
  const made = await runServerOperation(
    cloud,
    node,
    {
      action: { evacuate: wanted === undefined ? {} : { host: wanted } },
      recordedAs: 'evacuate',
      doing: DOING,
      until: ['ACTIVE', 'SHUTOFF'],
      prepare: async (server, context) => void (await fenceHost(cloud.nova, server, fencing, context)),
    },
    request,
  );
  const { host: from } = node.data;
  return typeof from !== 'string' || from === made.data['host']
    ? made
    : { ...made, note: afterFencing(from) };
}
