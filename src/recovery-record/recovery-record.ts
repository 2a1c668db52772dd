/**
 * What the planner decided, in our tables: the timeline, the rows of the steps (`step-record.ts`), and what
 * the result makes of the node. Written in the transaction that keeps what the decisions follow from.
 */
import type { Action, Node } from '../domain/model.ts';
import { enqueueRecoveryNews } from '../notify/enqueue-recovery-news.ts';
import type { Decision, End, ChainNote, TimedDecision } from '../recovery/chain.ts';
import type { CountedRecovery } from '../recovery/breaker.ts';
import { healthAfterRecovery } from '../recovery/classify-health.ts';
import { timelineOf } from '../recovery/timeline.ts';
import { quarantineNode } from '../store/healing.ts';
import { healthOfNodes, saveNodeHealth } from '../store/node-health.ts';
import { getNode, updateNode } from '../store/nodes.ts';
import { recoverySettled, recoveryStartedAt, setRecoveryFailure } from '../store/recoveries.ts';
import { recordDecision } from '../store/recovery-decisions.ts';
import type { Tx } from '../store/store.ts';
import { evaluateCluster } from '../clusters/evaluate-cluster.ts';
import { countEndForBreaker } from './count-for-breaker.ts';
import { closeAbandoned, closeRecovery, recordRecoveryEvent, releaseRecovery } from './recovery-lifecycle.ts';
import type { RecordContext } from './record-context.ts';
import { saveChainStep, beginVerification, endVerification, saveFinish, startOf } from './step-record.ts';

/** Writes the decisions from number `from` on; those before are written already. */
export async function recordDecisions(
  tx: Tx,
  context: RecordContext,
  decisions: readonly TimedDecision[],
  from: number,
): Promise<void> {
  const { recoveryId } = context.recovery;
  const publishedBefore = timelineOf(decisions.slice(0, from)).length;
  for (const { at, decision, reason } of timelineOf(decisions).slice(publishedBefore)) {
    await recordDecision(tx, recoveryId, decision, reason, at);
  }
  for (const [index, { at, decision }] of decisions.entries()) {
    if (index >= from) await recordEffect(tx, context, decision, at, decisions);
  }
}

/** Whether anything of the decisions from number `from` on would be written. */
export function isChange(decisions: readonly TimedDecision[], from: number): boolean {
  const quiet = decisions
    .slice(from)
    .every(({ decision }) => decision.kind === 'verify' || decision.kind === 'wait');
  return !quiet || timelineOf(decisions).length > timelineOf(decisions.slice(0, from)).length;
}

async function recordEffect(
  tx: Tx,
  context: RecordContext,
  decision: Decision,
  at: number,
  decisions: readonly TimedDecision[],
): Promise<void> {
  switch (decision.kind) {
    case 'run':
      return await saveChainStep(tx, context, decision.step, {
        state: 'RUNNING',
        reason: '',
        startedAt: at,
      });
    case 'skip':
      return await saveChainStep(tx, context, decision.step, {
        state: 'SKIPPED',
        reason: decision.reason,
        endedAt: at,
      });
    case 'finish':
      return await saveFinish(tx, context, decision, at, startOf(decision.step, decisions));
    case 'begin-verification':
      return await beginVerification(tx, context, decision, at);
    case 'end-verification':
      return await endVerification(tx, context, decision, at, decisions);
    case 'confirm':
      return await setRecoveryFailure(tx, context.recovery.recoveryId, decision.failure);
    case 'settle':
      return await settle(tx, context, decision);
    case 'close':
      return await close(tx, context, decision, decisions);
    case 'release':
      await release(tx, context, decision, at);
      if (context.recovery.mode === 'OBSERVE') return;
      return await restoreStatus(tx, context, decision.reason);
    case 'replace':
      return await replaceNode(tx, context, decision, at);
    case 'probe':
    case 'verify':
    case 'wait':
    case 'pass':
    case 'stop':
  }
}

async function release(
  tx: Tx,
  { recovery: { recoveryId, facts } }: RecordContext,
  { reason, until }: Extract<End, { kind: 'release' }>,
  at: number,
): Promise<void> {
  const isRepeated = (facts.timesUnconfirmed ?? 0) > 0;
  await releaseRecovery(tx, recoveryId, { reason, until, isRepeated, isRecorded: true }, at);
}

/** With the decision what was made beside the old one is the node: a crash finds both, or neither. */
async function replaceNode(
  tx: Tx,
  { recovery }: RecordContext,
  { keep, beside }: Extract<Decision, { kind: 'replace' }>,
  at: number,
): Promise<void> {
  if (recovery.mode === 'OBSERVE' || keep === 'old' || beside === null) return;
  await updateNode(tx, recovery.nodeId, { ...beside.made, updatedAt: at });
}

async function settle(
  tx: Tx,
  context: RecordContext,
  { state, reason, helped }: Extract<ChainNote, { kind: 'settle' }>,
): Promise<void> {
  const { recovery, now } = context;
  await recoverySettled(tx, recovery.recoveryId, helped, now);
  if (recovery.mode === 'OBSERVE') return;
  const healed = state === 'RECOVERED';
  const statusReason = healed ? `Recovered: ${reason}` : `Recovery failed: ${reason}`;
  await updateNode(tx, recovery.nodeId, {
    status: healed ? 'ACTIVE' : 'ERROR',
    statusReason,
    updatedAt: now,
  });
  if (healed) await markHealthy(tx, context, reason);
  else await recordStillFailed(tx, context);
  await evaluate(tx, context);
}

async function close(
  tx: Tx,
  context: RecordContext,
  { state, reason, next }: Extract<End, { kind: 'close' }>,
  decisions: readonly TimedDecision[],
): Promise<void> {
  const { recovery, now } = context;
  const { recoveryId } = recovery;
  await closeRecovery(tx, recoveryId, { state, reason, isRecorded: true }, now);
  if (recovery.mode === 'OBSERVE') return;
  await countForBreaker(tx, context, state, decisions);
  if (next?.kind === 'quarantine')
    await quarantine(tx, context, next.reason === reason ? reason : `${next.reason}: ${reason}`);
  if (state === 'SELF_HEALED') {
    await updateNode(tx, recovery.nodeId, { status: 'ACTIVE', statusReason: `Self-healed: ${reason}` });
    await markHealthy(tx, context, reason);
    await evaluate(tx, context);
  }
  if (state === 'CANCELLED') await restoreStatus(tx, context, `Recovery cancelled: ${reason}`);
}

/**
 * What an operator asked for says nothing about whether automation helps, and neither does a recovery that
 * tried nothing.
 */
async function countForBreaker(
  tx: Tx,
  { recovery, action, now }: RecordContext,
  state: CountedRecovery['state'],
  decisions: readonly TimedDecision[],
): Promise<void> {
  const { recoveryId: id, facts, policy } = recovery;
  const startedAt = await recoveryStartedAt(tx.db, id);
  const hasTried = !decisions.some(({ decision }) => decision.kind === 'stop');
  if (action.clusterId === null || startedAt === null || facts.manual !== null || !hasTried) return;
  const ended = { id, state, startedAt, closedAt: now };
  await countEndForBreaker(tx, action.clusterId, ended, policy?.safety.breaker ?? null);
}

async function quarantine(tx: Tx, context: RecordContext, reason: string): Promise<void> {
  const { recovery, action, now } = context;
  const { nodeId, recoveryId } = recovery;
  await quarantineNode(tx, { id: nodeId, clusterId: action.clusterId }, reason, now);
  await recordRecoveryEvent(tx, recoveryId, { status: 'quarantined', statusReason: reason, now });
  await enqueueRecoveryNews(tx, { event: 'quarantined', recoveryId, reason, at: now });
}

/**
 * The node was just seen to be failed: it need not be confirmed, and has no grace, before `retry` lets the
 * next recovery begin.
 */
async function recordStillFailed(tx: Tx, { recovery, now, verdict }: RecordContext): Promise<void> {
  const node = await getNode(tx.db, recovery.nodeId);
  const record = (await healthOfNodes(tx.db, [recovery.nodeId])).get(recovery.nodeId);
  if (node === undefined || node.clusterId === null || record?.state !== 'FAILED') return;
  // What the rounds found is of the process or server that the recovery has replaced.
  const found =
    verdict?.health === 'unhealthy'
      ? {
          reason: verdict.reason,
          failure: { class: verdict.failure, reason: verdict.reason },
          detectors: record.detectors.map((each) =>
            each.verdict.health === 'unhealthy' ? { ...each, verdict } : each,
          ),
        }
      : {};
  await saveNodeHealth(tx, node.id, node.clusterId, { ...record, ...found, probedAt: now });
}

/** What was seen of the node before is over: it counts as healthy until it is seen to fail again. */
async function markHealthy(tx: Tx, { recovery, now }: RecordContext, reason: string): Promise<void> {
  const node = await getNode(tx.db, recovery.nodeId);
  if (node === undefined || node.clusterId === null || recovery.policy === null) return;
  await saveNodeHealth(
    tx,
    node.id,
    node.clusterId,
    healthAfterRecovery(recovery.policy.detection, reason, now, recovery.facts.rules.verify === 'DETECTION'),
  );
}

/**
 * Nothing is known to be better than before, and a recovery that was cut off may have left the node half
 * done.
 */
async function restoreStatus(tx: Tx, context: RecordContext, statusReason: string): Promise<void> {
  const { nodeId, statusBefore } = context.recovery;
  const status: Node['status'] =
    statusBefore === 'ACTIVE' || statusBefore === 'WARNING' ? statusBefore : 'ERROR';
  await updateNode(tx, nodeId, { status, statusReason });
  await evaluate(tx, context);
}

/** A parent that holds the cluster evaluates it itself, at its end. */
async function evaluate(tx: Tx, { action, now }: RecordContext): Promise<void> {
  if (action.clusterId === null || action.parentId !== null) return;
  await evaluateCluster(tx, action.clusterId, 'NODE_RECOVER', now);
}

/** What an action that ended without closing its recovery leaves behind. For the engine's observer. */
export async function closeAbandonedRecovery(
  tx: Tx,
  action: Pick<Action, 'id' | 'action' | 'target'>,
  reason: string,
  now: number,
): Promise<void> {
  if (action.action !== 'NODE_RECOVER' || !(await closeAbandoned(tx, action, reason, now))) return;
  const node = await getNode(tx.db, action.target);
  if (node?.status === 'RECOVERING') await updateNode(tx, node.id, { status: 'ERROR', statusReason: reason });
}
