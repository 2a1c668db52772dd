/**
 * Cancels what runs on an object. A deletion does not wait for the actions on the object: they are cancelled,
 * and the deletion takes the lock after them.
 */
import { actionEnded } from '../clusters/action-events.ts';
import { evaluateCluster } from '../clusters/evaluate-cluster.ts';
import { closeAbandonedRecovery } from '../recovery-record/recovery-record.ts';
import type { Action, Cluster, Node } from '../domain/model.ts';
import { endCancelled, requestCancel } from '../store/action-cancel.ts';
import { getAction, unfinishedRootsOfCluster } from '../store/action-listing.ts';
import { unfinishedActionsOn } from '../store/actions.ts';
import { getCluster } from '../store/clusters.ts';
import { getNode, updateNode } from '../store/nodes.ts';
import type { Tx } from '../store/store.ts';

export interface CancelOptions {
  readonly now: number;
  /** Whether what runs is ended here and now, deletions too, instead of being asked to end. */
  readonly force: boolean;
}

/**
 * Ends what runs on a cluster and on its nodes; nodes that are being deleted are not cancelled, unless by
 * force.
 */
export async function cancelOnCluster(tx: Tx, cluster: Cluster, options: CancelOptions): Promise<void> {
  const running = await unfinishedRootsOfCluster(tx.db, cluster.id);
  await cancelAll(tx, running, `The cluster ${cluster.name} is to be deleted.`, options);
}

export async function cancelOnNode(tx: Tx, node: Node, options: CancelOptions): Promise<void> {
  const running = await unfinishedActionsOn(tx.db, node.id);
  await cancelAll(tx, running, `The node ${node.name} is to be deleted.`, options);
}

async function cancelAll(
  tx: Tx,
  actions: readonly Action[],
  reason: string,
  { now, force }: CancelOptions,
): Promise<void> {
  for (const action of actions) {
    if (force) await cancelByForce(tx, action, reason, now);
    else if (!isDeletion(action)) await cancel(tx, action, reason, now);
  }
}

/**
 * Ends an action that does not end by itself: its process may be gone, or hang in a call. What it has begun
 * outside may go on. Its node is then in ERROR, and its cluster is what its nodes make of it.
 */
export async function cancelByForce(tx: Tx, action: Action, reason: string, now: number): Promise<void> {
  for (const ended of await endCancelled(tx, action, reason, now)) {
    await closeAbandonedRecovery(tx, ended, reason, now);
    if (ended.action.startsWith('NODE_')) await settleNode(tx, ended.target, reason, now);
    else await settleCluster(tx, ended.target, ended.action, now);
    await actionEnded(tx, ended, { status: 'CANCELLED', reason, outputs: {} }, now);
  }
}

const settled: readonly string[] = ['ACTIVE', 'ERROR', 'WARNING', 'CRITICAL'];

async function settleNode(tx: Tx, id: string, reason: string, now: number): Promise<void> {
  const node = await getNode(tx.db, id);
  if (node === undefined || settled.includes(node.status)) return;
  await updateNode(tx, id, { status: 'ERROR', statusReason: reason, updatedAt: now });
}

async function settleCluster(tx: Tx, id: string, action: string, now: number): Promise<void> {
  const cluster = await getCluster(tx.db, id);
  if (cluster === undefined || settled.includes(cluster.status)) return;
  await evaluateCluster(tx, id, action, now);
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
