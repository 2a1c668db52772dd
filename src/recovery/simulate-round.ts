/**
 * What would happen if these nodes failed now: the planner's own round over the cluster as it is with these
 * failures laid over it, and its own chain for each node that would be recovered, with supposed answers.
 * Nothing is probed, written or touched.
 */
import type { HealthPolicy } from '../domain/health-policy.ts';
import type { FailureClass, Verdict } from '../domain/verdict.ts';
import { chainFacts } from './chain.ts';
import type { ChainFacts } from './chain.ts';
import type { Failure, HealthRecord } from '../domain/health-record.ts';
import type { ClosedGate } from './gates.ts';
import type { ChainPlan } from './plan-chain.ts';
import { countUnhealthy, planRound } from './plan-round.ts';
import type { RoundPlan } from './plan-round.ts';
import type { NodeSnapshot, RoundSnapshot } from './round-snapshot.ts';
import { simulateChain } from './simulate-chain.ts';
import type { StandingOutage } from './zone-outage.ts';

export interface SimulatedFailure extends Failure {
  readonly nodeId: string;
}

export interface Suppositions {
  /** Every operation succeeds, and the node stays as unhealthy as it was. */
  readonly nothingHelps: boolean;
  /** Items (`actions[0]`, or the id that the user gave) whose operation fails. */
  readonly failing: readonly string[];
}

export interface SimulatedNode {
  readonly nodeId: string;
  /** It has failed without being supposed to: the answer starts from where it stands. */
  readonly alreadyFailed: boolean;
  readonly failure: Failure;
  /**
   * START: at once. HOLD: once it is let go. SKIP: no recovery is opened. RUNNING: one is under way already.
   */
  readonly decision: 'START' | 'HOLD' | 'SKIP' | 'RUNNING';
  readonly reason: string;
  readonly gate: ClosedGate | null;
  /** When it is probed again; null: at once, or when an operator does something. */
  readonly until: number | null;
  /**
   * What its recovery would do from now on; null where none starts now: it is not known how the node is once
   * what holds it is over.
   */
  readonly chain: ChainPlan | null;
}

export interface Simulation {
  readonly unhealthy: number;
  /** Those that there would be, in the order of their names. */
  readonly zoneOutages: readonly StandingOutage[];
  readonly nodes: readonly SimulatedNode[];
}

/**
 * @param exhaustedAt when earlier recoveries of a node ended that did not help, as far back as `retry` looks.
 */
export function simulateRound(
  snapshot: RoundSnapshot,
  policy: HealthPolicy,
  failures: readonly SimulatedFailure[],
  suppose: Suppositions,
  exhaustedAt: ReadonlyMap<string, readonly number[]> = new Map(),
): Simulation {
  const failed = new Map(failures.map((failure) => [failure.nodeId, failure]));
  const supposed = {
    ...snapshot,
    nodes: snapshot.nodes.map((node) => supposeFailed(node, failed.get(node.id), snapshot.now)),
  };
  const plan = planRound(supposed);
  const nodes = [...failures, ...alreadyFailed(snapshot, failed)].map((failure) => {
    const decided = decisionFor(supposed, plan, failure.nodeId);
    const starts = decided.decision === 'START';
    const past = pastOf(supposed, plan, failure.nodeId, exhaustedAt.get(failure.nodeId) ?? []);
    const elsewhere = plan.start.find(({ nodeId }) => nodeId === failure.nodeId)?.elsewhere;
    const facts = elsewhere === undefined ? past : { ...past, elsewhere };
    const chain = starts ? simulateOne(policy, failure, snapshot.now, suppose, facts) : null;
    return {
      nodeId: failure.nodeId,
      alreadyFailed: isFailed(snapshot.nodes.find(({ id }) => id === failure.nodeId)),
      failure: { class: failure.class, reason: failure.reason },
      ...decided,
      chain,
    };
  });
  return { unhealthy: countUnhealthy(supposed).total, zoneOutages: plan.zoneOutages, nodes };
}

/** Those that have failed and are not supposed to: what happens to them belongs to the answer. */
function alreadyFailed(
  { nodes }: RoundSnapshot,
  supposed: ReadonlyMap<string, SimulatedFailure>,
): SimulatedFailure[] {
  return nodes.flatMap(({ id, health }) =>
    health?.state !== 'FAILED' || health.failure === null || supposed.has(id)
      ? []
      : { nodeId: id, ...health.failure },
  );
}

function isFailed(node: NodeSnapshot | undefined): boolean {
  return node?.health?.state === 'FAILED';
}

/** A node that has failed in this way already stays as it is: its tries and what it waits for count. */
function supposeFailed(node: NodeSnapshot, failure: SimulatedFailure | undefined, now: number): NodeSnapshot {
  if (failure === undefined || (isFailed(node) && node.health?.failure?.class === failure.class)) return node;
  const health: HealthRecord = {
    state: 'FAILED',
    since: now,
    reason: failure.reason,
    last: 'unhealthy',
    failures: 1,
    successes: 0,
    failedAt: now,
    failure: { class: failure.class, reason: failure.reason },
    detectors: [],
    healthyAt: null,
    probedAt: now,
    probeAgainAt: now,
  };
  return { ...node, health };
}

/** What the recovery continues; the one before then counts as one that did not help. */
function pastOf(
  { nodes, recoveries }: RoundSnapshot,
  plan: RoundPlan,
  nodeId: string,
  exhaustedAt: readonly number[],
): Pick<ChainFacts, 'exhaustedAt' | 'relapse'> {
  const opened = plan.open.find((entry) => entry.nodeId === nodeId)?.relapse;
  const open = recoveries.find((each) => each.nodeId === nodeId)?.relapse;
  if (opened == null) return { exhaustedAt, relapse: open ?? null };
  const before = nodes.find(({ id }) => id === nodeId)?.recoveredBefore;
  return { exhaustedAt: [...exhaustedAt, before?.closedAt ?? 0], relapse: opened };
}

type Decided = Pick<SimulatedNode, 'decision' | 'reason' | 'gate' | 'until'>;

function decisionFor(snapshot: RoundSnapshot, plan: RoundPlan, nodeId: string): Decided {
  const isIt = (entry: { readonly nodeId: string }) => entry.nodeId === nodeId;
  const start = plan.start.find(isIt);
  if (start !== undefined) return { decision: 'START', reason: start.reason, gate: null, until: null };
  const hold = plan.hold.find(isIt);
  if (hold !== undefined)
    return { decision: 'HOLD', reason: hold.reason, gate: hold.gates[0] ?? null, until: hold.until };
  const leave = plan.skip.find(isIt) ?? plan.close.find(isIt);
  if (leave !== undefined) {
    return {
      decision: 'SKIP',
      reason: leave.reason,
      gate: null,
      until: 'until' in leave ? leave.until : null,
    };
  }
  const runs = snapshot.recoveries.some(isIt);
  return runs
    ? { decision: 'RUNNING', reason: 'a recovery of this node runs already', gate: null, until: null }
    : { decision: 'SKIP', reason: 'this node is not watched', gate: null, until: null };
}

function simulateOne(
  policy: HealthPolicy,
  failure: SimulatedFailure,
  now: number,
  { nothingHelps, failing }: Suppositions,
  past: Pick<ChainFacts, 'exhaustedAt' | 'relapse' | 'elsewhere'>,
): ChainPlan {
  const { class: failureClass, reason } = failure;
  const facts = chainFacts(policy, {
    startedAt: now,
    failure: { class: failureClass, reason },
    manual: null,
    ...past,
  });
  // A profile may have classes of its own.
  const unhealthy: Verdict = { health: 'unhealthy', failure: failureClass as FailureClass, reason };
  const well: Verdict = { health: 'healthy', reason: 'supposed' };
  return simulateChain(facts, {
    firstProbe: unhealthy,
    step: ({ item }) =>
      failing.includes(item)
        ? { ok: false, reason: 'supposed to fail', retryable: true }
        : { ok: true, output: {} },
    probe: (step) => (nothingHelps || (step !== null && failing.includes(step.item)) ? unhealthy : well),
  });
}
