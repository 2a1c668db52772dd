/**
 * Whether an action may be requested now, as Senlin answers it: per target. A lock on the target, or an
 * unfinished action on it, is a conflict. What runs on the nodes of a cluster is none for the cluster: a
 * request on the cluster is accepted and waits for them, so that a long recovery of one node does not turn
 * every request on its cluster away.
 */
import { clusterLock, nodeLock } from '../domain/action-requests.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { ActionRequest } from '../domain/action-requests.ts';
import type { Action } from '../domain/model.ts';
import { locksOn } from '../store/action-claims.ts';
import { getAction } from '../store/action-listing.ts';
import { unfinishedActionsOn } from '../store/actions.ts';
import type { Db } from '../store/store.ts';

/** These are accepted whatever runs: who wants an object gone need not wait until it is healthy. */
const acceptedAlways = ['CLUSTER_DELETE', 'NODE_DELETE', 'NODE_OPERATION'];

/** Most take milliseconds. Heat requests several at the same moment, and cannot be refused one of them. */
const onPolicies = ['CLUSTER_ATTACH_POLICY', 'CLUSTER_DETACH_POLICY', 'CLUSTER_UPDATE_POLICY'];

/** Whether an action is accepted beside another one on the same target, and takes its turn. */
function takesItsTurn(action: string, other: Action | undefined): boolean {
  return onPolicies.includes(action) && other !== undefined && onPolicies.includes(other.action);
}

/** @throws CoppiceError `resource-locked` or `action-conflict` */
export async function refuseConflicts(db: Db, { action, target }: ActionRequest): Promise<void> {
  if (acceptedAlways.includes(action)) return;
  const kind = action.startsWith('NODE_') ? 'node' : 'cluster';
  const locks = await locksOn(db, kind === 'node' ? nodeLock(target) : clusterLock(target));
  const holder = locks.find((lock) => lock.mode === 'exclusive');
  const held = holder === undefined ? undefined : await getAction(db, holder.actionId);
  if (holder !== undefined && !takesItsTurn(action, held)) {
    const sentence = `${action} for ${kind} '${target}' cannot be completed because it is already locked.`;
    const found = held === undefined ? `action ${holder.actionId}` : `${held.action} (${held.id})`;
    const hint = `coppice action show ${holder.actionId}`;
    const issue = { field: kind, expected: 'no action that works on it', found, hint };
    throw new CoppiceError('resource-locked', sentence, { details: { issues: [issue] } });
  }
  const unfinished = await unfinishedActionsOn(db, target);
  const others = unfinished.filter((other) => !isScheduled(other) && !takesItsTurn(action, other));
  if (others.length === 0) return;
  const ids = others.map((other) => other.id).join(', ');
  throw new CoppiceError(
    'action-conflict',
    `The ${action} action for target ${target} conflicts with the following action(s): ${ids}`,
  );
}

/** It waits for its time, holds no lock, and takes its turn after what is requested now. */
function isScheduled({ action, status }: Action): boolean {
  return (action === 'NODE_TIDY' || action === 'NODE_REGISTER') && status === 'WAITING';
}
