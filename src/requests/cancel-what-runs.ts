/** Who deletes an object does not wait for what is being done to it: that is asked to end, and the deletion takes the lock after it. */
import type { Action, Cluster, Node } from '../domain/model.ts';
import { unfinishedRootsOfCluster } from '../store/action-listing.ts';
import { requestCancel } from '../store/action-cancel.ts';
import { unfinishedActionsOn } from '../store/actions.ts';
import type { Tx } from '../store/store.ts';

/** Ends what runs on a cluster and on its nodes; nodes that are being deleted may go on. */
export async function cancelOnCluster(tx: Tx, cluster: Cluster, now: number): Promise<void> {
  const running = await unfinishedRootsOfCluster(tx.db, cluster.id);
  await cancel(tx, running, `The cluster ${cluster.name} is to be deleted.`, now);
}

export async function cancelOnNode(tx: Tx, node: Node, now: number): Promise<void> {
  const running = await unfinishedActionsOn(tx.db, node.id);
  await cancel(tx, running, `The node ${node.name} is to be deleted.`, now);
}

async function cancel(tx: Tx, actions: readonly Action[], reason: string, now: number): Promise<void> {
  for (const action of actions) {
    if (!isDeletion(action)) await requestCancel(tx, action.id, reason, now);
  }
}

/** The deletion that is under way already: asking again joins it. */
export function deletionAmong(actions: readonly Action[]): Action | undefined {
  return actions.find(isDeletion);
}

function isDeletion({ action }: Action): boolean {
  return action === 'CLUSTER_DELETE' || action === 'NODE_DELETE';
}
