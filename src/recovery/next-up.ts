/**
 * What happens to one node next, and when: what a round would do with it now, in the words of the planner.
 */
import type { HealthPolicy } from '../domain/health-policy.ts';
import { duration } from '../domain/duration.ts';
import { closedGates, inOrder, zoneOutageGate } from './gates.ts';
import type { ClosedGate, GateName, GateView } from './gates.ts';
import { automaticInFlight, countUnhealthy } from './plan-round.ts';
import type { RoundPlan } from './plan-round.ts';
import type { RoundSnapshot } from './round-snapshot.ts';
import { destinations, elsewhereThan, standingOutages } from './zone-outage.ts';

export const nextSteps = ['RECOVER', 'HOLD', 'CLOSE', 'SKIP', 'IN_PROGRESS', 'PROBE', 'NOTHING'] as const;

export interface NextUp {
  /** IN_PROGRESS: its recovery runs. NOTHING: it is not probed. */
  readonly what: (typeof nextSteps)[number];
  /** null: at any time, or when an operator does something. */
  readonly at: number | null;
  readonly reason: string;
  /** HOLD: all gates that are closed for it; empty: it is the node itself that holds. Absent: not HOLD. */
  readonly heldBy?: readonly GateName[];
}

/** For any node of the cluster: what a round, planned once, says of it. */
export function nextUps(snapshot: RoundSnapshot, plan: RoundPlan): (nodeId: string) => NextUp {
  const { now } = snapshot;
  const said = new Map<string, NextUp>();
  const say = (nodeId: string, next: NextUp) => void (said.has(nodeId) || said.set(nodeId, next));
  for (const { nodeId, reason } of plan.start)
    say(nodeId, { what: 'RECOVER', at: now, reason: `its recovery starts: ${reason}` });
  for (const { nodeId, reason, until, gates } of plan.hold)
    say(nodeId, { what: 'HOLD', at: until, reason, heldBy: gates.map(({ gate }) => gate) });
  for (const { nodeId, reason } of plan.close) say(nodeId, { what: 'CLOSE', at: now, reason });
  for (const { nodeId, reason, until } of plan.skip) say(nodeId, { what: 'SKIP', at: until, reason });
  for (const { nodeId, startedAt } of snapshot.recoveries) {
    if (startedAt !== null) say(nodeId, { what: 'IN_PROGRESS', at: null, reason: 'its recovery runs' });
  }
  const probe = nextProbe(snapshot);
  return (nodeId) => said.get(nodeId) ?? probe;
}

function nextProbe({ policy, policyEnabled, now }: RoundSnapshot): NextUp {
  if (policy === null) return { what: 'NOTHING', at: null, reason: 'no health policy is attached' };
  if (!policyEnabled)
    return { what: 'NOTHING', at: null, reason: 'the health policy is disabled: it is not probed' };
  const { intervalMs } = policy.detection;
  return { what: 'PROBE', at: now + intervalMs, reason: `probed every ${duration(intervalMs)}` };
}

/** What the gates would see if a node of this cluster asked now, of which no recovery was started yet. */
export function gateView(snapshot: RoundSnapshot, policy: HealthPolicy): GateView {
  return {
    ...snapshot,
    policy,
    unhealthy: countUnhealthy(snapshot),
    inFlight: automaticInFlight(snapshot.recoveries),
    startsOfCluster: snapshot.starts.map((start) => start.at),
    startsOfNode: [],
    noHost: [...(snapshot.withoutHost?.values() ?? [])][0] ?? null,
    zoneOutage: null,
    elsewhere: null,
  };
}

/**
 * All gates that would hold a recovery in this cluster now, also those that hold nodes of one zone or region
 * only; none without a policy.
 */
export function gatesClosedNow(snapshot: RoundSnapshot): ClosedGate[] {
  if (snapshot.policy === null) return [];
  const view = gateView(snapshot, snapshot.policy);
  const outages = standingOutages(snapshot, snapshot.policy);
  const places = destinations(snapshot);
  const ofZones = outages.flatMap(
    (zoneOutage) =>
      zoneOutageGate({ ...view, zoneOutage, elsewhere: elsewhereThan(zoneOutage, outages, places) }) ?? [],
  );
  return inOrder([...closedGates(view), ...ofZones]);
}
