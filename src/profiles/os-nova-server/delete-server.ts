/**
 * Deletes one server, to its end. Nova lets the host of the server do it: on one that has died the server
 * stays in the task `deleting`. Once Nova knows that the host is down (its last report is old, or it was
 * forced down), the API deletes the server itself, but only for a DELETE that comes after that. So it is
 * requested again while the server is there.
 */
import { CloudError, isStatus } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { Server } from '../../openstack/nova/server.ts';
import type { RemoveRequest } from '../profile-type.ts';
import { awaitServer } from './await-server.ts';
import { fenceHost } from './fence-host.ts';

export const DOING = 'the server could not be deleted';

/**
 * Where the state of the host is not shown, the deletion is requested again from this question on: after 9 s,
 * and then every 5 s (ask-until.ts). Nova ignores a request that it does not need.
 */
const AGAIN_FROM_QUESTION = 12;

/**
 * One that does not exist is a success.
 * @returns the host that is forced down because of `fence`; null: none.
 */
export async function deleteServer(
  { nova }: Cloud,
  id: string,
  context: CallContext,
  { fence = false, waitsFor, hostForcedDown }: Omit<RemoveRequest, 'key' | 'signal'> = {},
): Promise<string | null> {
  let fenced: string | null = null;
  const requestFor = async (server: Server | undefined): Promise<boolean> => {
    if (fence && server !== undefined && hostIsDown(server))
      fenced = await fenceHost(nova, server, { doing: DOING, hostForcedDown }, context);
    return await requestDeletion(nova, id, context);
  };
  const server = fence ? await serverUnlessGone(nova, id, context) : undefined;
  if ((fence && server === undefined) || !(await requestFor(server))) return fenced;
  let questions = 0;
  const meanwhile = async (pending: Server): Promise<void> => {
    questions += 1;
    waitsFor?.(pendingInWords(pending));
    const isShown = pending.host_status !== undefined;
    if (!isDeleting(pending)) return;
    if (isShown ? hostIsDown(pending) : questions >= AGAIN_FROM_QUESTION) await requestFor(pending);
  };
  await awaitServer(nova, id, { doing: DOING, until: ['DELETED', 'SOFT_DELETED'], meanwhile }, context);
  return fenced;
}

/** @returns false: there is no such server. */
async function requestDeletion(nova: Cloud['nova'], id: string, context: CallContext): Promise<boolean> {
  try {
    await nova.deleteServer(id, context);
  } catch (error) {
    if (isStatus(error, 404)) return false;
    // Without an answer it may have been taken: the wait shows whether the server goes.
    if (!(error instanceof CloudError) || error.status !== null || !error.mayHaveHappened) throw error;
  }
  return true;
}

async function serverUnlessGone(
  nova: Cloud['nova'],
  id: string,
  context: CallContext,
): Promise<Server | undefined> {
  try {
    return await nova.getServer(id, context);
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

function isDeleting({ 'OS-EXT-STS:task_state': task }: Server): boolean {
  return task === 'deleting';
}

/** UNKNOWN: its last report is old. DOWN: it was forced down. */
function hostIsDown({ host_status: status }: Server): boolean {
  return status === 'UNKNOWN' || status === 'DOWN';
}

function pendingInWords(server: Server): string {
  const { id, status, 'OS-EXT-SRV-ATTR:host': host } = server;
  if (!isDeleting(server)) return `server ${id} is ${status}`;
  if (host == null)
    return `server ${id} is still there: its host does not carry out the deletion, and Nova does not show the host to Coppice's credential`;
  return (
    `server ${id} is still there: its host ${host} does not carry out the deletion, and Nova takes ${host} as ${hostIsDown(server) ? 'down' : 'up'}; ` +
    `where it is certain that ${host} is off: openstack compute service set --down ${host} nova-compute`
  );
}
