/**
 * Cancels what runs on an object. A deletion does not wait for the actions on the object: they are cancelled,
 * and the deletion takes the lock after them.
 */
import { closeAbandonedRecovery } from '../recovery-record/recovery-record.ts';
import type { Action, Cluster, Node } from '../domain/model.ts';
import { requestCancel } from '../store/action-cancel.ts';
import { getAction, unfinishedRootsOfCluster } from '../store/action-listing.ts';
import { unfinishedActionsOn } from '../store/actions.ts';
import type { Tx } from '../store/store.ts';

/** Ends what runs on a cluster and on its nodes; nodes that are being deleted are not cancelled. */
export async function cancelOnCluster(tx: Tx, cluster: Cluster, now: number): Promise<void> {
  const running = await unfinishedRootsOfCluster(tx.db, cluster.id);
  await cancelAll(tx, running, `The cluster ${cluster.name} is to be deleted.`, now);
}

export async function cancelOnNode(tx: Tx, node: Node, now: number): Promise<void> {
  const running = await unfinishedActionsOn(tx.db, node.id);
  await cancelAll(tx, running, `The node ${node.name} is to be deleted.`, now);
}

async function cancelAll(tx: Tx, actions: readonly Action[], reason: string, now: number): Promise<void> {
  for (const action of actions) {
    if (!isDeletion(action)) await cancel(tx, action, reason, now);
  }
}

/**
 * One that never ran ends here and now, without the engine, and so does the recovery that was started with
 * it.
 */
export async function cancel(tx: Tx, action: Action, reason: string, now: number): Promise<void> {
  await requestCancel(tx, action.id, reason, now);
  const after = await getAction(tx.db, action.id);
  if (after?.status === 'CANCELLED') await closeAbandonedRecovery(tx, action, reason, now);
}

/** The deletion that is under way already: a second request joins it. */
export function deletionAmong(actions: readonly Action[]): Action | undefined {
  return actions.find(isDeletion);
}

function isDeletion({ action }: Action): boolean {
  return action === 'CLUSTER_DELETE' || action === 'NODE_DELETE';
}
