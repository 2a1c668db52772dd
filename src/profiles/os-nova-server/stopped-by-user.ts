/**
 * Whether a server is down because a user of the cloud asked Nova for it. Nova keeps who has asked for what:
 * for a guest that shut down by itself it records a stop of no user (nova/compute/manager.py,
 * `_sync_instance_power_state` with the context of the service).
 *
 *     instance actions, the newest first ──> the newest that changes whether it runs ──> a stop, of a user,
 *     and not the request with which Coppice last stopped it (`ownStop`, in the data of the node)
 */
import type { JsonObject } from '../../domain/json.ts';
import type { UserStop } from '../../domain/user-stop.ts';
import { isStatus } from '../../openstack/cloud-error.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { InstanceAction } from '../../openstack/nova/server.ts';
import type { NodeFacts } from '../profile-type.ts';

/** Of the data of a node: the request with which Coppice last stopped, paused or suspended its server. */
const OWN_STOP = 'stop_request';

/** @param requestId Nova's, as its instance action has it. */
export function ownStop(requestId: string): JsonObject {
  return { [OWN_STOP]: requestId };
}

interface Stop {
  /** As Nova names it among the instance actions. */
  readonly action: string;
  /** `stopped` */
  readonly done: string;
  /** Of the openstack client. */
  readonly undo: string;
}

const stop: Stop = { action: 'stop', done: 'stopped', undo: 'start' };
const shelve: Stop = { action: 'shelve', done: 'shelved', undo: 'unshelve' };

/** By the status of the server. */
const stops: Readonly<Record<string, Stop>> = {
  SHUTOFF: stop,
  PAUSED: { action: 'pause', done: 'paused', undo: 'unpause' },
  SUSPENDED: { action: 'suspend', done: 'suspended', undo: 'resume' },
  SHELVED: shelve,
  SHELVED_OFFLOADED: shelve,
};

/** Actions after which a server runs or does not: a lock or a volume that was attached says nothing of it. */
const changing: ReadonlySet<string> = new Set([
  'create',
  'start',
  'stop',
  'pause',
  'unpause',
  'suspend',
  'resume',
  'shelve',
  'unshelve',
  'reboot',
  'rebuild',
  'evacuate',
  'rescue',
  'unrescue',
  'resize',
  'migrate',
  'confirmResize',
  'revertResize',
  'live-migration',
  'resetState',
  'restore',
]);

/** @throws CloudError where it cannot be seen. */
export async function serverStoppedByUser(
  nova: NovaClient,
  { physicalId: id, data }: Pick<NodeFacts, 'physicalId' | 'data'>,
  signal: AbortSignal,
): Promise<UserStop | null> {
  if (id === null) return null;
  try {
    const server = await nova.getServer(id, { signal }, 0);
    const wanted = stops[server.status];
    if (wanted === undefined) return null;
    const actions = await nova.listInstanceActions(id, { signal });
    const last = actions.find(({ action }) => changing.has(action));
    if (last?.action !== wanted.action || last.user_id === null) return null;
    if (last.request_id === data[OWN_STOP]) return null;
    return userStopOf(id, last, last.user_id, wanted);
  } catch (error) {
    // A server that is gone was not stopped: the cluster is to have another one.
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

function userStopOf(id: string, action: InstanceAction, user: string, { done, undo }: Stop): UserStop {
  const at = `${action.start_time.slice(0, 19).replace('T', ' ')} UTC`;
  return {
    why: `server ${id} was ${done} by user ${user} of the cloud at ${at} (${action.request_id})`,
    ends: `it is left alone until it runs: openstack server ${undo} ${id}`,
    // Nova's times are of UTC, and have no zone.
    at: Date.parse(`${action.start_time.slice(0, 19)}Z`),
  };
}
