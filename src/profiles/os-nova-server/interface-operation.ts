/** Attaching and detaching a port, as operations on a server: marked, begun once, awaited to their end. */
import { CoppiceError } from '../../domain/errors.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { Server } from '../../openstack/nova/server.ts';
import { lastInstanceAction, type ServerOperation } from './run-operation.ts';

/** In which Nova takes it; the server stays in its status. */
const STABLE = ['ACTIVE', 'SHUTOFF', 'PAUSED'];

export function interfaceOperation(
  cloud: Cloud,
  serverId: string,
  what: 'attach' | 'detach',
  portId: string,
): ServerOperation {
  const recordedAs = `${what}_interface`;
  const doing = `port ${portId} could not be ${what}ed`;
  return {
    action: ({ nova }, context) =>
      what === 'attach'
        ? nova.attachInterface(serverId, portId, context)
        : nova.detachInterface(serverId, portId, context),
    recordedAs,
    doing,
    until: STABLE,
    isDone: (server, context) => hasEnded(cloud, server, { recordedAs, doing }, context),
  };
}

/** Nova detaches after it has answered; only the instance action shows when it has. */
async function hasEnded(
  cloud: Cloud,
  { id }: Server,
  { recordedAs, doing }: Pick<ServerOperation, 'recordedAs' | 'doing'>,
  context: CallContext,
): Promise<boolean> {
  const last = await lastInstanceAction(cloud, id, recordedAs, context);
  if (last === undefined || last.events.length === 0) return false;
  if (last.failure !== undefined) throw new CoppiceError('operation-failed', `${doing}: ${last.failure}`);
  return last.events.every(({ finish_time: at }) => at !== null);
}
