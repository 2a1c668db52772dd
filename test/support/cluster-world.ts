/**
 * A cluster that is healed by the planner, round by round, in a world that lies and keeps quiet: what the
 * planner is asked, it is asked as the real loops ask it. One turn is one round of detection, and one event
 * for every recovery that runs.
 */
import type { HealthPolicy } from '../../src/domain/health-policy.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { breakerAfter, closedBreaker } from '../../src/recovery/breaker.ts';
import type { ZoneOutage } from '../../src/domain/zone-outage.ts';
import type { BreakerState } from '../../src/domain/breaker-state.ts';
import { chainFacts } from '../../src/recovery/chain.ts';
import type { ChainEvent, ChainFacts } from '../../src/recovery/chain.ts';
import { classifyHealth, healthAfterRecovery } from '../../src/recovery/classify-health.ts';
import type { HealthRecord } from '../../src/domain/health-record.ts';
import { planChain } from '../../src/recovery/plan-chain.ts';
import { planRound } from '../../src/recovery/plan-round.ts';
import type { RoundPlan } from '../../src/recovery/plan-round.ts';
import type { RoundSnapshot, NodeSnapshot } from '../../src/recovery/round-snapshot.ts';
import { eventOf } from './recovery-arbitraries.ts';
import type { Fate } from './recovery-arbitraries.ts';

interface Running {
  readonly facts: ChainFacts;
  readonly history: ChainEvent[];
}

interface OpenRecovery {
  readonly recoveryId: string;
  readonly nodeId: string;
  readonly openedAt: number;
  startedAt: number | null;
  notBefore: number | null;
  running: Running | null;
}

export interface Turn {
  readonly verdicts: readonly Verdict[];
  readonly fates: readonly Fate[];
  readonly enabled: boolean;
  readonly maintenance: boolean;
}

export class ClusterWorld {
  now = 1_000_000;
  breaker: BreakerState = closedBreaker;
  zoneOutages: readonly ZoneOutage[] = [];
  readonly zones: number;
  readonly policy: HealthPolicy;
  readonly capacity: number;
  readonly names: readonly string[];
  readonly records = new Map<string, HealthRecord>();
  readonly quarantined = new Map<string, number>();
  readonly exhausted = new Map<string, number[]>();
  readonly starts: { nodeId: string; at: number }[] = [];
  open: OpenRecovery[] = [];
  opened = 0;

  /** @param zones over which the nodes are spread. */
  constructor(policy: HealthPolicy, nodes: number, capacity: number, zones = 1) {
    this.policy = policy;
    this.zones = zones;
    this.capacity = capacity;
    this.names = Array.from({ length: nodes }, (_, index) => `n${index}`);
  }

  snapshot(turn: Turn, policy = this.policy): RoundSnapshot {
    return {
      now: this.now,
      desiredCapacity: this.capacity,
      policy,
      policyEnabled: turn.enabled,
      maintenance: turn.maintenance ? { until: null, reason: 'test' } : null,
      breaker: this.breaker,
      zoneOutages: this.zoneOutages,
      nodes: this.names.map((id, index) => ({
        id,
        domain: `z${index % this.zones}`,
        name: id,
        status: 'ACTIVE',
        health: this.records.get(id) ?? null,
        excluded: null,
        quarantinedSince: this.quarantined.get(id) ?? null,
        lastTry: this.#lastTry(id),
      })),
      recoveries: this.open,
      starts: this.starts,
    };
  }

  #lastTry(id: string): NodeSnapshot['lastTry'] {
    const at = this.exhausted.get(id)?.at(-1);
    return at === undefined ? null : { at, end: 'EXHAUSTED' };
  }

  probe(turn: Turn): void {
    this.now += this.policy.detection.intervalMs;
    this.names.forEach((id, index) => {
      const verdict = turn.verdicts[index % turn.verdicts.length] as Verdict;
      const record = this.records.get(id) ?? null;
      const verdicts = [{ detector: 'NODE_STATUS_POLLING', verdict }];
      this.records.set(
        id,
        classifyHealth({ record, verdicts, detection: this.policy.detection, changedAt: 0, now: this.now }),
      );
    });
  }

  plan(turn: Turn): RoundPlan {
    return planRound(this.snapshot(turn));
  }

  apply(plan: RoundPlan): void {
    this.zoneOutages = plan.zoneOutages;
    const closed = new Set(plan.close.map((each) => each.recoveryId));
    this.open = this.open.filter((recovery) => !closed.has(recovery.recoveryId));
    for (const { nodeId } of plan.open) {
      this.opened += 1;
      this.open.push({
        recoveryId: `r${this.opened}`,
        nodeId,
        openedAt: this.now,
        startedAt: null,
        notBefore: null,
        running: null,
      });
    }
    for (const { nodeId } of plan.start) this.start(nodeId);
  }

  private start(nodeId: string): void {
    const recovery = this.open.find((each) => each.nodeId === nodeId);
    if (recovery === undefined) throw new Error(`nothing is open for ${nodeId}`);
    const failure = this.records.get(nodeId)?.failure ?? { class: 'SERVER_ERROR', reason: 'r' };
    const facts = chainFacts(this.policy, {
      startedAt: this.now,
      failure,
      manual: null,
      exhaustedAt: this.exhausted.get(nodeId) ?? [],
    });
    recovery.startedAt = this.now;
    recovery.running = { facts, history: [] };
    this.starts.push({ nodeId, at: this.now });
  }

  /** One event for each recovery that runs. */
  recover(turn: Turn): void {
    for (const [index, recovery] of [...this.open].entries()) {
      const { running } = recovery;
      if (running === null) continue;
      const { next } = planChain(running.facts, running.history);
      if (next.kind === 'close' || next.kind === 'release') this.end(recovery, next);
      else
        running.history.push(
          eventOf(
            next,
            Math.max(this.now, running.history.at(-1)?.at ?? 0),
            turn.fates[index % turn.fates.length] as Fate,
          ),
        );
    }
  }

  private end(
    recovery: OpenRecovery,
    end: Extract<ReturnType<typeof planChain>['next'], { kind: 'close' | 'release' }>,
  ): void {
    const startedAt = recovery.startedAt ?? this.now;
    recovery.running = null;
    recovery.startedAt = null;
    if (end.kind === 'release') {
      recovery.notBefore = end.until;
      return;
    }
    this.open = this.open.filter((each) => each !== recovery);
    const limits = this.policy.safety.breaker;
    if (limits !== null)
      this.breaker = breakerAfter(
        this.breaker,
        { id: recovery.recoveryId, state: end.state, startedAt, closedAt: this.now },
        limits,
      );
    if (end.state === 'RECOVERED') {
      this.records.set(
        recovery.nodeId,
        healthAfterRecovery(this.policy.detection, end.reason, this.now, true),
      );
      this.exhausted.delete(recovery.nodeId);
    }
    if (end.state === 'EXHAUSTED')
      this.exhausted.set(recovery.nodeId, [...(this.exhausted.get(recovery.nodeId) ?? []), this.now]);
    if (end.next?.kind === 'quarantine') this.quarantined.set(recovery.nodeId, this.now);
  }
}
