/**
 * News of a recovery, for notification targets (webhooks) and for figures.
 *
 *     enqueueRecoveryNews(tx, ...)
 *         -> rows in the outbox, one for each target that takes it, in the transaction that it reports
 *                           -> after the commit: to the figures of this process
 *     delivery-worker.ts
 *         -> takes the rows of one target, oldest first, and posts them until they are delivered or given up
 *
 * It is called where the turn is written, so that news and turn are there together or not at all; a replay
 * after a crash writes neither again. It refuses to talk to the network: a target that is slow or gone costs
 * a recovery one row.
 */
import type { EndedStep, RecoveryNewsEvent, RecoveryNews } from '../domain/recovery-news.ts';
import { getCluster } from '../store/clusters.ts';
import { enqueueNotifications } from '../store/notifications.ts';
import { getRecovery } from '../store/recoveries.ts';
import { hasEndedSince } from '../store/recovery-history.ts';
import type { Tx } from '../store/store.ts';

export interface Turn {
  readonly event: RecoveryNewsEvent;
  readonly recoveryId: string;
  readonly reason: string;
  readonly at: number;
  /** Of `held`; absent where it is the node itself that holds. */
  readonly gate?: string;
  /** Of `step_ended`. */
  readonly step?: EndedStep;
}

/** Call it after the change was written: the state of the recovery is read from its row. */
export async function enqueueRecoveryNews(tx: Tx, turn: Turn): Promise<void> {
  const recovery = await getRecovery(tx.db, turn.recoveryId);
  if (recovery === undefined) return;
  const { id, state, mode, policyId, failedAt, openedAt, closedAt, failure } = recovery;
  const { event, at, reason, gate = null, step = null } = turn;
  const news: RecoveryNews = {
    event,
    at,
    reason,
    recovery: { id, state, mode, policyId, failedAt, openedAt, closedAt },
    cluster: await clusterOf(tx, recovery.clusterId),
    node: { id: recovery.nodeId, name: recovery.nodeName },
    failure: { class: failure.class, reason: failure.reason },
    isAgain: event === 'opened' && (await hasEndedSince(tx.db, recovery.nodeId, failedAt)),
    gate,
    step,
  };
  await enqueueNotifications(tx, news);
  tx.publish(news);
}

/** A cluster that is gone keeps its id. */
async function clusterOf(tx: Tx, id: string | null): Promise<RecoveryNews['cluster']> {
  if (id === null) return null;
  return { id, name: (await getCluster(tx.db, id))?.name ?? '' };
}
