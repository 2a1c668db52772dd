/**
 * One round of healing for one cluster: reads what is, asks the pure planner (`recovery/plan-round.ts`), and
 * writes down what it decided, all in one transaction: recoveries are opened, started (as a NODE_RECOVER in
 * the queue), held or closed. Repeating a round changes nothing.
 */
import { randomUUID } from 'node:crypto';
import { actionName } from '../domain/action-name.ts';
import { poolsOfCluster, registerAgain } from '../clusters/schedule-registration.ts';
import { evaluateCluster } from '../clusters/evaluate-cluster.ts';
import type { JsonObject } from '../domain/json.ts';
import { onNode } from '../domain/action-requests.ts';
import type { Cluster, Node } from '../domain/model.ts';
import {
  cancelHeld,
  closeRecovery,
  holdRecovery,
  openRecovery,
  startRecovery,
} from '../recovery-record/recovery-lifecycle.ts';
import type { RecoveryMode } from '../domain/states.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { recordZoneOutages } from '../recovery-record/record-zone-outages.ts';
import { lostRegistrations, type LostRegistration } from '../recovery/lost-registrations.ts';
import type { UserStop } from '../domain/user-stop.ts';
import { planRound, type RoundPlan } from '../recovery/plan-round.ts';
import { insertActions } from '../store/actions.ts';
import { getCluster } from '../store/clusters.ts';
import { insertEvent } from '../store/events.ts';
import { healingOfCluster, setBreaker } from '../store/healing.ts';
import { updateNode } from '../store/nodes.ts';
import type { Tx } from '../store/store.ts';
import { takeSnapshot } from './snapshot.ts';
import type { WatchedCluster } from './watch-list.ts';

export interface HealRoundResult {
  /** Something is held or left until then; null: plan again when something changes. */
  readonly planAgainAt: number | null;
  /** There are open recoveries, or failed nodes that are left alone for now. */
  readonly isActive: boolean;
  /** What is written of the nodes' health; a recovery that ended has written it again. */
  readonly health: ReadonlyMap<string, HealthRecord>;
}

export interface HealRoundRequest {
  readonly clusterId: string;
  /** null where the cluster has no health policy any more. */
  readonly watched: WatchedCluster | null;
  readonly profileTypes: ProfileTypes;
  /** Regions of the cloud of which no host is up. Absent: none. */
  readonly withoutHost?: ReadonlyMap<string | null, string>;
  /** Nodes that users have stopped, and that the policy leaves alone. Absent: none. */
  readonly userStops?: ReadonlyMap<string, UserStop>;
}

export async function healRound(
  tx: Tx,
  { clusterId, watched, profileTypes, withoutHost, userStops }: HealRoundRequest,
  now: number,
): Promise<HealRoundResult> {
  const cluster = await getCluster(tx.db, clusterId);
  if (cluster === undefined) {
    await cancelHeld(tx, { clusterId }, 'the cluster is gone', now);
    return { planAgainAt: null, isActive: false, health: new Map() };
  }
  await keepBreakerInTime(tx, cluster.id, now);
  const { round, nodes, health, recoveries } = await takeSnapshot(
    { db: tx.db, profileTypes },
    cluster,
    watched,
    now,
  );
  const snapshot = {
    ...round,
    ...(withoutHost === undefined ? {} : { withoutHost }),
    ...(userStops === undefined ? {} : { userStops }),
  };
  const plan = planRound(snapshot);
  await recordZoneOutages(
    tx,
    cluster,
    {
      before: snapshot.zoneOutages ?? [],
      standing: plan.zoneOutages,
      replaced: replacedElsewhere(plan),
      mode: watched?.policy.mode ?? 'ENFORCE',
    },
    now,
  );
  const isMissing = await registerLost(tx, cluster.id, lostRegistrations(snapshot), now);
  const modes = new Map(recoveries.map((each) => [each.recoveryId, each.mode]));
  await carryOut(tx, { cluster, nodes, watched, modes, now }, plan);
  const times = [...plan.hold, ...plan.skip].flatMap(({ until }) => until ?? []);
  if (isMissing) times.push(now + (watched?.policy.detection.intervalMs ?? 0));
  return {
    planAgainAt: times.length === 0 ? null : Math.min(...times),
    isActive: snapshot.recoveries.length + plan.open.length + plan.skip.length > 0 || isMissing,
    health,
  };
}

/**
 * Where a policy of the cluster wants them.
 * @returns whether there are any, also such as may not be registered now.
 */
async function registerLost(
  tx: Tx,
  clusterId: string,
  lost: readonly LostRegistration[],
  now: number,
): Promise<boolean> {
  if (lost.length === 0) return false;
  const isWanted = await poolsOfCluster(tx.db, clusterId);
  const wanted = lost.filter(({ pool }) => isWanted(pool));
  for (const { nodeId, isDue } of wanted) if (isDue) await registerAgain(tx, nodeId, now);
  return wanted.length > 0;
}

/**
 * A clock that was set back leaves a breaker that opened at a time still to come: it is open from now on, for
 * as long as it was to be.
 */
async function keepBreakerInTime(tx: Tx, clusterId: string, now: number): Promise<void> {
  const { breaker } = await healingOfCluster(tx.db, clusterId);
  if (breaker?.kind !== 'open' || breaker.since <= now) return;
  await setBreaker(tx, clusterId, { ...breaker, since: now, until: now + breaker.until - breaker.since });
}

interface Round {
  readonly cluster: Cluster;
  readonly nodes: readonly Node[];
  readonly watched: WatchedCluster | null;
  /** Of the recoveries that were open before. */
  readonly modes: ReadonlyMap<string, RecoveryMode>;
  readonly now: number;
}

async function carryOut(tx: Tx, round: Round, plan: RoundPlan): Promise<void> {
  const nodes = new Map(round.nodes.map((node) => [node.id, node]));
  const opened = new Map<string, string>();
  for (const entry of plan.open) {
    const node = nodes.get(entry.nodeId);
    if (node !== undefined) opened.set(node.id, await openOne(tx, round, node, entry));
  }
  const idOf = (entry: { recoveryId: string | null; nodeId: string }) =>
    entry.recoveryId ?? opened.get(entry.nodeId) ?? '';
  for (const entry of plan.close) await closeOne(tx, round, idOf(entry), nodes.get(entry.nodeId), entry);
  for (const entry of plan.hold) await holdOne(tx, round, idOf(entry), entry);
  for (const entry of plan.start) {
    const node = nodes.get(entry.nodeId);
    if (node !== undefined) await startOne(tx, round, idOf(entry), node, entry);
  }
  for (const { nodeId, reason } of plan.restore) {
    const node = nodes.get(nodeId);
    if (node !== undefined) await restoreNode(tx, round, node, reason);
  }
  const isChanged = plan.open.length > 0 || plan.restore.length > 0;
  if (isChanged && modeOf(round) === 'ENFORCE')
    await evaluateCluster(tx, round.cluster.id, 'HEALTH_POLICY', round.now);
}

/** By the name of the domain that they leave. */
function replacedElsewhere({ start }: RoundPlan): Map<string, string[]> {
  const replaced = new Map<string, string[]>();
  for (const { nodeId, elsewhere } of start) {
    const [from] = elsewhere?.avoid ?? [];
    if (from !== undefined) replaced.set(from, [...(replaced.get(from) ?? []), nodeId]);
  }
  return replaced;
}

/** Of what is opened and started from now on. */
function modeOf({ watched }: Round): RecoveryMode {
  return watched?.policy.mode ?? 'ENFORCE';
}

/** It recovered without Coppice, or an operator repaired it, after Coppice had given up on it. */
async function restoreNode(tx: Tx, { cluster, now }: Round, node: Node, reason: string): Promise<void> {
  const statusReason = `Healthy again: ${reason}`;
  await updateNode(tx, node.id, { status: 'ACTIVE', statusReason });
  await insertEvent(tx, {
    id: randomUUID(),
    timestamp: now,
    level: 'INFO',
    status: 'healthy',
    statusReason,
    otype: 'NODE',
    oid: node.id,
    oname: node.name,
    clusterId: cluster.id,
    action: 'NODE_CHECK',
    metaData: {},
    project: node.project,
    user: node.user,
  });
}

async function openOne(tx: Tx, round: Round, node: Node, entry: RoundPlan['open'][number]): Promise<string> {
  const { watched, now } = round;
  const mode = modeOf(round);
  const { failure, failedAt, reason, relapse } = entry;
  const opening = {
    node,
    policyId: watched?.policyId ?? null,
    mode,
    origin: 'AUTOMATIC' as const,
    failure,
    failedAt,
    reason,
    relapse,
    breaker: watched?.policy.safety.breaker ?? null,
  };
  const id = await openRecovery(tx, opening, now);
  if (mode === 'ENFORCE')
    await updateNode(tx, node.id, {
      status: 'ERROR',
      statusReason: `${failure.class}: ${failure.reason}`,
    });
  return id;
}

async function startOne(
  tx: Tx,
  round: Round,
  id: string,
  node: Node,
  { reason, elsewhere }: RoundPlan['start'][number],
): Promise<void> {
  const { now } = round;
  const actionId = randomUUID();
  const inputs = {
    recovery_id: id,
    ...(elsewhere === undefined ? {} : { elsewhere: elsewhere as unknown as JsonObject }),
  };
  // The chain limits itself: each of its steps has a timeout.
  const usual = { ...onNode('NODE_RECOVER', node, inputs), timeout: 0 };
  // What touches nothing keeps nothing from being touched.
  const request = isObserved(round, id) ? { ...usual, locks: [] } : usual;
  const named = { id: actionId, name: actionName(request), parentId: null };
  const action = { ...request, ...named, cause: 'Health Policy' as const };
  await insertActions(tx, [action], now);
  await startRecovery(tx, id, { id: actionId }, { name: 'start', reason }, now);
}

/** One that was opened in this same round is of the policy's mode. */
function isObserved(round: Round, recoveryId: string): boolean {
  return (round.modes.get(recoveryId) ?? modeOf(round)) === 'OBSERVE';
}

async function holdOne(
  tx: Tx,
  { watched, now }: Round,
  id: string,
  { reason, gates }: RoundPlan['hold'][number],
): Promise<void> {
  const intervalMs = watched?.policy.detection.intervalMs ?? 0;
  await holdRecovery(tx, id, { reason, gate: gates[0]?.gate ?? null, intervalMs }, now);
}

async function closeOne(
  tx: Tx,
  round: Round,
  id: string,
  node: Node | undefined,
  { state, reason }: RoundPlan['close'][number],
): Promise<void> {
  const isClosed = await closeRecovery(tx, id, { state, reason }, round.now);
  if (!isClosed || node === undefined || state !== 'SELF_HEALED' || isObserved(round, id)) return;
  await updateNode(tx, node.id, { status: 'ACTIVE', statusReason: `Self-healed: ${reason}` });
  await evaluateCluster(tx, round.cluster.id, 'HEALTH_POLICY', round.now);
}
