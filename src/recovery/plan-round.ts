/**
 * One pass over a whole cluster: which recoveries to open, start, hold, close, and which nodes to leave
 * alone, each with its reason. It takes what is, not what changed, so that a missed event, a restart or a
 * second pass changes nothing.
 *
 *     classify-health -> plan-round -> (start) plan-chain
 *
 * Refuses to know how a node is recovered, and to remember: everything it needs is in the snapshot.
 */
import { domainNoun, type Elsewhere } from '../domain/failure-domain.ts';
import type { HealthPolicy } from '../domain/health-policy.ts';
import type { Relapse } from '../domain/model.ts';
import { breakerAfterRelapse } from './breaker.ts';
import type { Failure } from '../domain/health-record.ts';
import { probingAgain } from './describe.ts';
import { closedForAll, closedGates, heldBy } from './gates.ts';
import type { ClosedGate, UnhealthyCount } from './gates.ts';
import { isExcluded, obstacleOf, retryObstacle } from './obstacles.ts';
import type { Obstacle } from './obstacles.ts';
import { describeRelapse, relapseOf } from './relapse.ts';
import type { NodeSnapshot, RecoverySnapshot, RoundSnapshot } from './round-snapshot.ts';
import {
  destinations,
  elsewhereThan,
  explainedDomains,
  outageInWords,
  standingOutages,
} from './zone-outage.ts';
import type { StandingOutage } from './zone-outage.ts';

interface Entry {
  readonly nodeId: string;
  readonly reason: string;
}

/** `recoveryId` is null where the recovery is opened in this same round. */
interface RecoveryEntry extends Entry {
  readonly recoveryId: string | null;
}

export interface RoundPlan {
  readonly open: readonly (Entry & {
    readonly failure: Failure;
    readonly failedAt: number;
    /** null: the failure is a new one. */
    readonly relapse: Relapse | null;
  })[];
  /** `elsewhere`: not by the actions of the policy, but by RECREATE in another failure domain. */
  readonly start: readonly (RecoveryEntry & { readonly elsewhere?: Elsewhere })[];
  /** `gates`: the first is the one that holds. Empty: it is not a gate but the node itself that holds. */
  readonly hold: readonly (RecoveryEntry & {
    readonly until: number;
    readonly gates: readonly ClosedGate[];
  })[];
  readonly close: readonly (RecoveryEntry & { readonly state: 'SELF_HEALED' | 'CANCELLED' })[];
  /**
   * Nodes that count as failed and are well, with no recovery that would say so: their status is put right.
   */
  readonly restore: readonly Entry[];
  /** Failed nodes for which no recovery is opened. `until` null: an operator has to act. */
  readonly skip: readonly (Entry & { readonly until: number | null })[];
  /** Those that are not over, and those that begin. */
  readonly zoneOutages: readonly StandingOutage[];
}

export function planRound(snapshot: RoundSnapshot): RoundPlan {
  const zoneOutages = standingOutages(snapshot, snapshot.policy);
  const plan = emptyPlan(zoneOutages);
  const nodes = sortNodes(snapshot, zoneOutages);
  const waiting = heldRecoveries(snapshot, nodes.unhealthyNodes, plan);
  if (snapshot.policy === null) return plan;
  if (snapshot.policy.mode === 'ENFORCE') plan.restore.push(...nodes.restored);
  const candidates = [...waiting, ...openRecoveries(snapshot, nodes.failed, plan)];
  startOrHold(afterRelapses(snapshot, plan), snapshot.policy, nodes.unhealthy, candidates, plan);
  return plan;
}

function emptyPlan(zoneOutages: StandingOutage[]): Mutable<RoundPlan> {
  return { open: [], start: [], hold: [], close: [], restore: [], skip: [], zoneOutages };
}

interface SortedNodes {
  /** All that is not known to be healthy, by id: suspected, failed, in recovery, unknown, quarantined. */
  readonly unhealthyNodes: ReadonlyMap<string, NodeSnapshot>;
  /** Those confirmed failed that have no open recovery. */
  readonly failed: readonly NodeSnapshot[];
  /** Those that are healthy again without a recovery, and whose status still says that they are not. */
  readonly restored: readonly Entry[];
  /**
   * What counts for `max_unhealthy`: these, and those that are missing against the desired capacity; but not
   * the excluded ones. The operator has taken them on: what is wrong with them is explained, and is no sign
   * of a cause that lies outside of the nodes. So is what is wrong with the nodes of a zone that has an
   * outage, while it is the only one. Nor do those count that are down only because an operator recovers
   * them.
   */
  readonly unhealthy: UnhealthyCount;
}

/**
 * One read of each node, and no more of the many that are healthy: of 100,000 each read is a way to memory.
 */
function sortNodes(
  { now, nodes, healthyNodes = 0, recoveries, desiredCapacity }: NodesOfRound,
  outages: readonly StandingOutage[],
): SortedNodes {
  const unhealthyNodes = new Map<string, NodeSnapshot>();
  const inRecovery = new Set(recoveries.map((recovery) => recovery.nodeId));
  const restored: Entry[] = [];
  for (const node of nodes) {
    const { id, status, health } = node;
    if (health?.state !== 'HEALTHY' || node.quarantinedSince !== null) unhealthyNodes.set(id, node);
    if (health?.state === 'HEALTHY' && status === 'ERROR' && !inRecovery.has(id))
      restored.push({ nodeId: id, reason: health.reason });
  }
  const failed = [...unhealthyNodes.values()].filter(
    ({ id, health }) => health?.state === 'FAILED' && !inRecovery.has(id),
  );
  // One in a recovery may look healthy again, and is not yet known to be; one that is not here is gone.
  const seemsHealthy = new Set([...inRecovery].filter((id) => !unhealthyNodes.has(id)));
  const inDoubt = seemsHealthy.size === 0 ? [] : nodes.filter(({ id }) => seemsHealthy.has(id));
  for (const node of inDoubt) unhealthyNodes.set(node.id, node);
  const operators = new Set(recoveries.filter(isOperators).map((each) => each.nodeId));
  const explained = explainedDomains(outages);
  const counted = [...unhealthyNodes.values()].filter(
    (node) =>
      !isExcluded(node, now) &&
      !(operators.has(node.id) && isNotKnownFailed(node)) &&
      !explained.has(node.domain ?? ''),
  );
  const missing = Math.max(0, desiredCapacity - healthyNodes - nodes.length);
  const unknown = counted.filter(isUnseen).length;
  const unhealthy = { total: missing + counted.length, unknown, missing };
  return { unhealthyNodes, failed, restored, unhealthy };
}

function isUnseen({ health, quarantinedSince }: NodeSnapshot): boolean {
  return quarantinedSince === null && (health === null || health.state === 'UNKNOWN');
}

function isOperators({ origin }: RecoverySnapshot): boolean {
  return origin === 'OPERATOR';
}

/** When the recoveries that count were started. */
export function automaticInFlight(recoveries: readonly RecoverySnapshot[]): number[] {
  return recoveries.filter((each) => !isOperators(each)).flatMap(({ startedAt }) => startedAt ?? []);
}

function isNotKnownFailed({ health, quarantinedSince }: NodeSnapshot): boolean {
  return quarantinedSince === null && (health === null || health.state === 'HEALTHY');
}

type NodesOfRound = Pick<
  RoundSnapshot,
  'now' | 'nodes' | 'healthyNodes' | 'healthyInDomain' | 'zoneOutages' | 'recoveries' | 'desiredCapacity'
>;

/** See `SortedNodes`. @param snapshot without a policy no zone has an outage. */
export function countUnhealthy(
  snapshot: NodesOfRound & Partial<Pick<RoundSnapshot, 'policy'>>,
): UnhealthyCount {
  return sortNodes(snapshot, standingOutages(snapshot, snapshot.policy ?? null)).unhealthy;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** A recovery that may be started now. */
interface Candidate {
  readonly node: NodeSnapshot;
  readonly recoveryId: string | null;
  readonly wait: Pick<RecoverySnapshot, 'notBefore' | 'releasedBecause'> | null;
}

/**
 * Oldest first; those that have nothing left to do are closed. One that runs is closed by its own recovery.
 */
function heldRecoveries(
  snapshot: RoundSnapshot,
  nodes: ReadonlyMap<string, NodeSnapshot>,
  plan: Mutable<RoundPlan>,
): Candidate[] {
  const held = snapshot.recoveries.filter((recovery) => recovery.startedAt === null);
  return held
    .sort((a, b) => a.openedAt - b.openedAt)
    .flatMap((recovery) => {
      const { recoveryId, nodeId } = recovery;
      const node = nodes.get(nodeId);
      const end = endOf(node, snapshot);
      if (end !== null) plan.close.push({ recoveryId, nodeId, ...end });
      return end !== null || node === undefined ? [] : { node, recoveryId, wait: recovery };
    });
}

function endOf(
  node: NodeSnapshot | undefined,
  snapshot: RoundSnapshot,
): { state: 'SELF_HEALED' | 'CANCELLED'; reason: string } | null {
  if (node === undefined || node.status === 'DELETING')
    return { state: 'CANCELLED', reason: 'the node is being deleted, or is gone' };
  if (snapshot.policy === null) return { state: 'CANCELLED', reason: 'the health policy was detached' };
  if (node.health?.state !== 'HEALTHY') return null;
  return { state: 'SELF_HEALED', reason: `healthy again before anything was started: ${node.health.reason}` };
}

function openRecoveries(
  snapshot: RoundSnapshot,
  failed: readonly NodeSnapshot[],
  plan: Mutable<RoundPlan>,
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const node of failed) {
    const { health } = node;
    if (health === null || health.failure === null) continue;
    const failedAt = health.failedAt ?? snapshot.now;
    // What a user has stopped says nothing of the recovery before, and does not wait for the next one.
    const isStopped = (snapshot.userStops?.get(node.id)?.at ?? null) !== null;
    const relapseMs = isStopped ? 0 : (snapshot.policy?.recovery.relapseMs ?? 0);
    const relapse = relapseOf(node.recoveredBefore, failedAt, relapseMs);
    const tried = isStopped ? { ...node, lastTry: null } : node;
    const obstacle = obstacleOf(node, snapshot) ?? retryObstacle(tried, snapshot, relapse);
    if (obstacle !== null) {
      plan.skip.push({ nodeId: node.id, ...obstacle });
      continue;
    }
    const again = relapse === null ? '' : `; ${describeRelapse(relapse, failedAt)}`;
    const reason = `confirmed failed (${health.failure.class}): ${health.reason}${again}`;
    plan.open.push({ nodeId: node.id, failure: health.failure, failedAt, reason, relapse });
    candidates.push({ node, recoveryId: null, wait: null });
  }
  return candidates;
}

/** A relapse counts for the breaker before anything of the same round is started. */
function afterRelapses(snapshot: RoundSnapshot, plan: RoundPlan): RoundSnapshot {
  const { policy, now } = snapshot;
  const limits = policy?.safety.breaker ?? null;
  if (limits === null || policy?.mode !== 'ENFORCE') return snapshot;
  const relapses = plan.open.flatMap(({ relapse }) => relapse ?? []);
  const breaker = relapses.reduce(
    (before, { of }) => breakerAfterRelapse(before, of, now, limits),
    snapshot.breaker,
  );
  return { ...snapshot, breaker };
}

function startOrHold(
  snapshot: RoundSnapshot,
  policy: HealthPolicy,
  unhealthy: UnhealthyCount,
  candidates: readonly Candidate[],
  plan: Mutable<RoundPlan>,
): void {
  const { now } = snapshot;
  const inFlight = automaticInFlight(snapshot.recoveries);
  const startsOfCluster = snapshot.starts.map((start) => start.at);
  const startsOfNode = groupStarts(snapshot);
  const view = { ...snapshot, policy, unhealthy, inFlight, startsOfCluster };
  const outages = new Map(plan.zoneOutages.map((outage) => [outage.name, outage]));
  const places = destinations(snapshot);
  // Thousands may be held by the same gates: those of the cluster are asked again only after a start.
  let forAll: readonly ClosedGate[] | null = null;
  for (const { node, recoveryId, wait } of candidates) {
    const nodeId = node.id;
    const obstacle = obstacleOf(node, snapshot) ?? waitOf(wait, now);
    if (obstacle !== null) {
      const until = obstacle.until ?? now + policy.detection.intervalMs;
      plan.hold.push({
        nodeId,
        recoveryId,
        until,
        gates: [],
        reason: `held: ${obstacle.reason}${obstacle.until === null ? '' : `; ${probingAgain(until, now)}`}`,
      });
      continue;
    }
    const zoneOutage = outages.get(node.domain ?? '') ?? null;
    const elsewhere = zoneOutage && elsewhereThan(zoneOutage, plan.zoneOutages, places);
    const noHost = snapshot.withoutHost?.get(node.region ?? null) ?? null;
    const startsBefore = startsOfNode.get(nodeId) ?? [];
    const userStop = snapshot.userStops?.get(nodeId) ?? null;
    const ofNode = { ...view, noHost, userStop, zoneOutage, elsewhere, startsOfNode: startsBefore };
    forAll ??= closedForAll(ofNode);
    const [gate, ...others] = closedGates(ofNode, forAll);
    if (gate !== undefined) {
      const gates = [gate, ...others] as const;
      plan.hold.push({ nodeId, recoveryId, until: gate.until, gates, reason: heldBy(gates) });
      continue;
    }
    forAll = null;
    plan.start.push({ nodeId, recoveryId, ...startOf(policy, zoneOutage, elsewhere) });
    inFlight.push(now);
    startsOfCluster.push(now);
  }
}

/** Why it starts, and where: an outage that was released is none any more. */
function startOf(
  { safety: { zoneOutage: rules } }: HealthPolicy,
  outage: StandingOutage | null,
  elsewhere: Elsewhere | null,
): Pick<RoundPlan['start'][number], 'reason' | 'elsewhere'> {
  if (
    rules?.action !== 'REPLACE_ELSEWHERE' ||
    outage === null ||
    outage.releasedAt !== null ||
    elsewhere === null
  )
    return { reason: 'all gates are open' };
  const reason = `${outageInWords(outage)}; it is recreated in another ${domainNoun(outage.domain)}`;
  return { reason, elsewhere };
}

function waitOf(wait: Candidate['wait'], now: number): Obstacle | null {
  const until = wait?.notBefore ?? null;
  if (until === null || until <= now) return null;
  const reason = wait?.releasedBecause?.replace(/^held: /, '').replace(/; probing again in [^;]*$/, '');
  return { until, reason: reason ?? 'its recovery could not probe the node' };
}

function groupStarts(snapshot: RoundSnapshot): Map<string, number[]> {
  const starts = new Map<string, number[]>();
  for (const { nodeId, at } of snapshot.starts) {
    const known = starts.get(nodeId);
    if (known === undefined) starts.set(nodeId, [at]);
    else known.push(at);
  }
  return starts;
}
