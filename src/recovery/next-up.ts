/** What happens to one node next, and when: what a round would do with it now, in the words of the planner. */
import type { HealthPolicy } from '../domain/health-policy.ts';
import { duration } from './describe.ts';
import { closedGates } from './gates.ts';
import type { ClosedGate, GateView } from './gates.ts';
import { countUnhealthy } from './plan-round.ts';
import type { RoundPlan, RoundSnapshot } from './plan-round.ts';

export const nextSteps = ['RECOVER', 'HOLD', 'CLOSE', 'LEAVE', 'GO_ON', 'LOOK', 'NOTHING'] as const;

export interface NextUp {
  /** GO_ON: its recovery runs. NOTHING: nobody looks. */
  readonly what: (typeof nextSteps)[number];
  /** null: at any time, or when a person does something. */
  readonly at: number | null;
  readonly reason: string;
}

export function nextUp(snapshot: RoundSnapshot, plan: RoundPlan, nodeId: string): NextUp {
  const { now } = snapshot;
  const of = <T extends { readonly nodeId: string }>(entries: readonly T[]): T | undefined =>
    entries.find((entry) => entry.nodeId === nodeId);
  const started = of(plan.start);
  if (started !== undefined) return { what: 'RECOVER', at: now, reason: started.reason };
  const held = of(plan.hold);
  if (held !== undefined) return { what: 'HOLD', at: held.until, reason: held.reason };
  const closed = of(plan.close);
  if (closed !== undefined) return { what: 'CLOSE', at: now, reason: closed.reason };
  const left = of(plan.leave);
  if (left !== undefined) return { what: 'LEAVE', at: left.until, reason: left.reason };
  const running = snapshot.episodes.some((each) => each.nodeId === nodeId && each.startedAt !== null);
  return running ? { what: 'GO_ON', at: null, reason: 'its recovery runs' } : nextLook(snapshot);
}

function nextLook({ policy, policyEnabled, now }: RoundSnapshot): NextUp {
  if (policy === null) return { what: 'NOTHING', at: null, reason: 'no health policy is attached' };
  if (!policyEnabled)
    return { what: 'NOTHING', at: null, reason: 'the health policy is disabled: nobody looks' };
  const { intervalMs } = policy.detection;
  return { what: 'LOOK', at: now + intervalMs, reason: `looked at every ${duration(intervalMs)}` };
}

/** What the gates would see if a node of this cluster asked now, of which no recovery was started yet. */
export function gateView(snapshot: RoundSnapshot, policy: HealthPolicy): GateView {
  return {
    ...snapshot,
    policy,
    unhealthy: countUnhealthy(snapshot),
    inFlight: snapshot.episodes.flatMap(({ startedAt }) => startedAt ?? []),
    startsOfCluster: snapshot.starts.map((start) => start.at),
    startsOfNode: [],
  };
}

/** All gates that would hold a recovery in this cluster now; none without a policy. */
export function gatesClosedNow(snapshot: RoundSnapshot): ClosedGate[] {
  return snapshot.policy === null ? [] : closedGates(gateView(snapshot, snapshot.policy));
}
