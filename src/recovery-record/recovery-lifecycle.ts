/**
 * The one place that opens, starts, holds and closes a recovery, whatever decides it: the healer, a running
 * recovery, an operator's request, the end of a cluster or node. Each turn is written with its decision, its
 * event and its notification in the caller's transaction.
 *
 *     open -> held <-> started -> closed
 *
 * It refuses to decide, and to change the node: what a result makes of the node is in `recovery-record.ts`.
 */
import { randomUUID } from 'node:crypto';
import { duration, withoutDurations } from '../domain/duration.ts';
import type { BreakerLimits } from '../domain/health-policy.ts';
import { ownerOf } from '../domain/session.ts';
import type { EventLevel, Node, Recovery, Relapse } from '../domain/model.ts';
import { closingEvents } from '../domain/recovery-news.ts';
import type { RecoveryMode, RecoveryOrigin, RecoveryState } from '../domain/states.ts';
import { enqueueRecoveryNews } from '../notify/enqueue-recovery-news.ts';
import type { Failure } from '../domain/health-record.ts';
import type { GateName } from '../recovery/gates.ts';
import { insertEvent } from '../store/events.ts';
import { getNode } from '../store/nodes.ts';
import {
  getRecovery,
  heldRecoveries,
  insertRecovery,
  markRecoveryClosed,
  openRecoveryOfNode,
  recoveryRelapsed,
  recoveryReleased,
  recoveryStarted,
  type HeldFilter,
} from '../store/recoveries.ts';
import { lastDecision, recordDecision } from '../store/recovery-decisions.ts';
import type { Tx } from '../store/store.ts';
import { countRelapseForBreaker } from './count-for-breaker.ts';

export interface RecoveryOpening {
  readonly node: Node;
  readonly policyId: string | null;
  readonly mode: RecoveryMode;
  readonly origin: RecoveryOrigin;
  readonly failure: Failure;
  readonly failedAt: number;
  readonly reason: string;
  readonly relapse: Relapse | null;
  /** Of the policy: a relapse counts there. */
  readonly breaker: BreakerLimits | null;
}

/** At most one recovery is open for a node: a second one is refused by the database. @returns its id. */
export async function openRecovery(tx: Tx, opening: RecoveryOpening, now: number): Promise<string> {
  const { node, policyId, mode, origin, failure, failedAt, reason, relapse } = opening;
  const id = randomUUID();
  await insertRecovery(tx, {
    id,
    nodeId: node.id,
    nodeName: node.name,
    clusterId: node.clusterId,
    policyId,
    mode,
    origin,
    failure: { class: failure.class, reason: failure.reason },
    failedAt,
    openedAt: now,
    relapse,
    plan: {},
    ...ownerOf(node),
  });
  if (relapse !== null) await recordRelapse(tx, opening, relapse, now);
  await recordDecision(tx, id, 'open', reason, now);
  const statusReason = `${failure.class}: ${failure.reason}`;
  await recordRecoveryEvent(tx, id, { status: 'open', statusReason, now });
  await enqueueRecoveryNews(tx, { event: 'opened', recoveryId: id, reason, at: now });
  return id;
}

/** The recovery before did not help, although it was closed as one that did. */
async function recordRelapse(
  tx: Tx,
  { node, mode, failedAt, failure, breaker }: RecoveryOpening,
  { of, healthyMs }: Relapse,
  now: number,
): Promise<void> {
  await recoveryRelapsed(tx, of, failedAt);
  const reason = `failed again after ${duration(healthyMs)}: ${failure.reason}`;
  await recordDecision(tx, of, 'relapse', reason, now);
  if (mode === 'ENFORCE' && node.clusterId !== null)
    await countRelapseForBreaker(tx, node.clusterId, of, breaker, now);
}

/** @param origin of an operator whose request is carried out in a recovery that the healer has opened. */
export async function startRecovery(
  tx: Tx,
  id: string,
  action: { readonly id: string; readonly origin?: RecoveryOrigin },
  decision: { readonly name: 'start' | 'join'; readonly reason: string } | null,
  now: number,
): Promise<void> {
  await recoveryStarted(tx, id, action.id, now, action.origin);
  if (decision !== null) await recordDecision(tx, id, decision.name, decision.reason, now);
}

export interface Hold {
  readonly reason: string;
  /** The gate that is closed; null: it is not a gate that holds. */
  readonly gate: GateName | null;
  /** A reason that differs only in its numbers is written once in this time. */
  readonly intervalMs: number;
}

/**
 * Asked every round, written down when the reason is another one than before. One that differs only in its
 * numbers is written once in an interval: when a switch dies, hundreds of held nodes see hundreds of others
 * fail.
 */
export async function holdRecovery(
  tx: Tx,
  id: string,
  { reason, gate, intervalMs }: Hold,
  now: number,
): Promise<void> {
  const last = await lastDecision(tx.db, id);
  const before = last?.decision === 'hold' || last?.decision === 'release' ? last.reason : null;
  if (before !== null && withoutDurations(before) === withoutDurations(reason)) return;
  const isSameGate = before !== null && withoutNumbers(before) === withoutNumbers(reason);
  if (isSameGate && now - (last?.at ?? 0) < intervalMs) return;
  await recordDecision(tx, id, 'hold', reason, now);
  // Another number is worth a line in the record, but not a notification.
  if (isSameGate) return;
  await enqueueRecoveryNews(tx, {
    event: 'held',
    recoveryId: id,
    reason,
    at: now,
    ...(gate === null ? {} : { gate }),
  });
}

function withoutNumbers(reason: string): string {
  return withoutDurations(reason).replace(/\d+/g, '');
}

export interface Release {
  readonly reason: string;
  /** Not to be started again before this. */
  readonly until: number;
  /** It was released before, for the same: no notification says so again. */
  readonly isRepeated?: boolean;
}

/** A started recovery that has touched nothing, or is not certain of what it did, is held again. */
export async function releaseRecovery(
  tx: Tx,
  id: string,
  { reason, until, isRecorded, isRepeated }: Release & AlreadyRecorded,
  now: number,
): Promise<void> {
  await recoveryReleased(tx, id, until);
  if (isRecorded !== true) await recordDecision(tx, id, 'hold', reason, now);
  if (isRepeated === true) return;
  await enqueueRecoveryNews(tx, { event: 'held', recoveryId: id, reason, at: now });
}

/**
 * `isRecorded`: the decision is in the timeline already, because the planner of the running recovery made it.
 */
interface AlreadyRecorded {
  readonly isRecorded?: boolean;
}

export type ClosedState = Exclude<RecoveryState, 'OPEN'>;

/** @returns false where it was closed before: then nothing is written. */
export async function closeRecovery(
  tx: Tx,
  id: string,
  { state, reason, isRecorded }: { readonly state: ClosedState; readonly reason: string } & AlreadyRecorded,
  now: number,
): Promise<boolean> {
  if (!(await markRecoveryClosed(tx, id, state, now))) return false;
  if (isRecorded !== true) await recordDecision(tx, id, 'close', `${state}: ${reason}`, now);
  await enqueueRecoveryNews(tx, { event: closingEvents[state], recoveryId: id, reason, at: now });
  await recordRecoveryEvent(tx, id, { status: state.toLowerCase(), statusReason: reason, now });
  return true;
}

/**
 * Held recoveries whose node, cluster or policy is gone: nothing was touched. What has been started is closed
 * by its own action.
 */
export async function cancelHeld(tx: Tx, where: HeldFilter, reason: string, now: number): Promise<void> {
  for (const id of await heldRecoveries(tx.db, where))
    await closeRecovery(tx, id, { state: 'CANCELLED', reason }, now);
}

/**
 * Closes the recovery of a NODE_RECOVER that ended without closing it: cancelled while it still waited in the
 * queue, or stopped by an error of ours. For the engine's observer, in the transaction that ends the action.
 * @returns whether there was one.
 */
export async function closeAbandoned(
  tx: Tx,
  action: { readonly id: string; readonly target: string },
  reason: string,
  now: number,
): Promise<boolean> {
  const open = await openRecoveryOfNode(tx.db, action.target);
  if (open === undefined || open.actionId !== action.id) return false;
  return await closeRecovery(tx, open.id, { state: 'CANCELLED', reason }, now);
}

/** The others are INFO. */
const levels: Readonly<Record<string, EventLevel>> = {
  open: 'WARNING',
  exhausted: 'ERROR',
  quarantined: 'ERROR',
  cancelled: 'WARNING',
};

/** Events belong to the owner of the node: with the node goes who could read them. */
export async function recordRecoveryEvent(
  tx: Tx,
  recoveryId: string,
  event: { readonly status: string; readonly statusReason: string; readonly now: number },
): Promise<void> {
  const recovery: Recovery | undefined = await getRecovery(tx.db, recoveryId);
  const node = recovery === undefined ? undefined : await getNode(tx.db, recovery.nodeId);
  if (recovery === undefined || node === undefined) return;
  const { status, statusReason, now } = event;
  await insertEvent(tx, {
    id: randomUUID(),
    timestamp: now,
    level: levels[status] ?? 'INFO',
    status,
    statusReason,
    otype: 'RECOVERY',
    oid: recoveryId,
    oname: node.name,
    clusterId: recovery.clusterId,
    action: 'NODE_RECOVER',
    metaData: { node_id: node.id, recovery_id: recoveryId },
    project: node.project,
    user: node.user,
  });
}
