/**
 * The gates that a recovery passes before it starts, in order: policy enabled, no maintenance, not stopped by
 * a user, a host of the cloud up, breaker closed, no outage of the node's zone, max_unhealthy,
 * max_in_flight, rate limits. A closed gate holds a recovery, with a reason and a time to look again; it
 * never drops it.
 */
import { domainNoun, type Elsewhere } from '../domain/failure-domain.ts';
import type { HealthPolicy, Rate, Share, ZoneOutageRules } from '../domain/health-policy.ts';
import type { Maintenance } from '../domain/maintenance.ts';
import type { BreakerState } from '../domain/breaker-state.ts';
import type { UserStop } from '../domain/user-stop.ts';
import { count } from './describe.ts';
import { duration } from '../domain/duration.ts';
import { endOfOutage, outageInWords, type StandingOutage } from './zone-outage.ts';

export type GateName =
  | 'policy'
  | 'maintenance'
  | 'stopped_by_user'
  | 'no_host'
  | 'breaker'
  | 'zone_outage'
  | 'max_unhealthy'
  | 'max_in_flight'
  | 'rate_limit.node'
  | 'rate_limit.cluster';

/** `total` and `limit` are what was compared; null for a gate that counts nothing. */
export interface ClosedGate {
  readonly gate: GateName;
  readonly total: number | null;
  readonly limit: number | null;
  /** Since when it is closed; null: it is not kept. */
  readonly since: number | null;
  readonly until: number;
  /** Without the words around it: `the breaker is open: 2 recoveries did not help`. */
  readonly why: string;
  /** What opens it: `one recovery is tried in 15 min`. */
  readonly ends: string;
  readonly reason: string;
}

/** What counts against `max_unhealthy`, in nodes. */
export interface UnhealthyCount {
  readonly total: number;
  /** Of these, those that cannot be probed, or were not probed yet. */
  readonly unknown: number;
  /** Of these, those that there are fewer than desired. */
  readonly missing: number;
}

/** What the gates read, as it stands when one recovery is checked. */
export interface GateView {
  readonly now: number;
  readonly policy: HealthPolicy;
  readonly policyEnabled: boolean;
  readonly maintenance: Maintenance | null;
  readonly breaker: BreakerState;
  readonly desiredCapacity: number;
  readonly unhealthy: UnhealthyCount;
  /** When each recovery that runs now was started. */
  readonly inFlight: readonly number[];
  /** Why no host of the cloud can run the node; null: one can, it needs none, or that is not known. */
  readonly noHost: string | null;
  /** Absent or null: no user has stopped the node, or that is not looked at. */
  readonly userStop?: UserStop | null;
  /** Of the node's failure domain; null: it has none. */
  readonly zoneOutage: StandingOutage | null;
  /** Where nodes of that domain may be created again; null: in no other one. */
  readonly elsewhere: Elsewhere | null;
  /** When recoveries were started, oldest first, at least as far back as the rate limits look. */
  readonly startsOfNode: readonly number[];
  readonly startsOfCluster: readonly number[];
}

type Gate = (view: GateView) => ClosedGate | null;

/** These check the cluster alone; what is started in a round opens none of them. */
const gatesOfCluster: readonly Gate[] = [
  policyGate,
  maintenanceGate,
  breakerGate,
  maxUnhealthyGate,
  maxInFlightGate,
];

/** These may differ from node to node. */
const gatesOfNode: readonly Gate[] = [
  userStopGate,
  noHostGate,
  zoneOutageGate,
  (view) =>
    rateGate(view, 'rate_limit.node', view.policy.safety.rateLimit.node, view.startsOfNode, 'of this node'),
  (view) =>
    rateGate(
      view,
      'rate_limit.cluster',
      view.policy.safety.rateLimit.cluster,
      view.startsOfCluster,
      'of this cluster',
    ),
];

const order: readonly GateName[] = [
  'policy',
  'maintenance',
  'stopped_by_user',
  'no_host',
  'breaker',
  'zone_outage',
  'max_unhealthy',
  'max_in_flight',
  'rate_limit.node',
  'rate_limit.cluster',
];

/** All of the cluster that are closed, for each of its nodes. */
export function closedForAll(view: GateView): ClosedGate[] {
  return gatesOfCluster.flatMap((gate) => gate(view) ?? []);
}

/**
 * All that are closed: the first is the one that holds.
 * @param forAll what `closedForAll` said, where that was asked before.
 */
export function closedGates(
  view: GateView,
  forAll: readonly ClosedGate[] = closedForAll(view),
): ClosedGate[] {
  return inOrder([...forAll, ...gatesOfNode.flatMap((gate) => gate(view) ?? [])]);
}

export function inOrder(closed: readonly ClosedGate[]): ClosedGate[] {
  return closed.toSorted((one, other) => order.indexOf(one.gate) - order.indexOf(other.gate));
}

/** All of them in one sentence: when the first one opens, the next one holds. */
export function heldBy(closed: readonly [ClosedGate, ...ClosedGate[]]): string {
  const [first, ...others] = closed;
  if (others.length === 0) return first.reason;
  const also = others.map(({ why }) => why).join('; also ');
  return `held: ${first.why} (${first.ends}); also ${also}`;
}

/** The limit in nodes: rounded down, but never under its floor. */
export function shareOf(share: Share, desiredCapacity: number): number {
  return Math.max(Math.floor((desiredCapacity * share.percent) / 100), share.atLeast);
}

function policyGate(view: GateView): ClosedGate | null {
  if (view.policyEnabled) return null;
  return close(view, 'policy', {
    why: 'the health policy is disabled on this cluster',
    ends: 'nothing is probed or recovered until an operator enables it',
  });
}

function maintenanceGate(view: GateView): ClosedGate | null {
  const { maintenance, now } = view;
  if (maintenance === null || (maintenance.until !== null && maintenance.until <= now)) return null;
  if (maintenance.action !== undefined) {
    const why = `healing is paused while ${maintenance.action} makes the cluster smaller`;
    return close(view, 'maintenance', { why, ends: 'it goes on when that action has ended' });
  }
  const { until } = maintenance;
  const why = `healing of the cluster is paused (${maintenance.reason})`;
  const ends =
    until === null ? 'until an operator resumes it' : `it is resumed by itself in ${duration(until - now)}`;
  const closed = close(view, 'maintenance', { why, ends, until });
  return { ...closed, since: maintenance.since ?? null };
}

function userStopGate(view: GateView): ClosedGate | null {
  const { userStop = null } = view;
  return userStop === null ? null : close(view, 'stopped_by_user', userStop);
}

/** Workflows are run also then: one of them may bring a host up. */
function noHostGate(view: GateView): ClosedGate | null {
  const { noHost, policy } = view;
  if (noHost === null || policy.recovery.items.every(({ name }) => name === 'WORKFLOW')) return null;
  return close(view, 'no_host', { why: noHost, ends: 'it opens when one is up' });
}

function breakerGate(view: GateView): ClosedGate | null {
  const { breaker, now } = view;
  if (view.policy.safety.breaker === null || breaker.kind === 'closed') return null;
  if (now < breaker.until) {
    const why = `the breaker is open: ${count(breaker.failures, 'recovery', 'recoveries')} did not help`;
    const ends = `one recovery is tried in ${duration(breaker.until - now)}`;
    return { ...close(view, 'breaker', { why, ends, until: breaker.until }), since: breaker.since };
  }
  const trial = view.inFlight.some((startedAt) => startedAt >= breaker.until);
  return trial
    ? close(view, 'breaker', {
        why: 'the breaker is half-open: one recovery is tried',
        ends: 'the others wait until it has ended',
      })
    : null;
}

/** Closed for the nodes of one domain; its `limit` is how many of them may have failed. */
export function zoneOutageGate(view: GateView): ClosedGate | null {
  const { policy, zoneOutage: outage } = view;
  const rules = policy.safety.zoneOutage;
  if (rules === null || outage === null || outage.releasedAt !== null) return null;
  if (rules.action === 'REPLACE_ELSEWHERE' && outage.isConfirmed && view.elsewhere !== null) return null;
  const why = outageInWords(outage);
  const ends = waitOfOutage(view, outage, rules);
  const limit = Math.ceil((outage.of * rules.percent) / 100) - 1;
  return { ...close(view, 'zone_outage', { why, ends, total: outage.failed, limit }), since: outage.since };
}

function waitOfOutage({ elsewhere }: GateView, outage: StandingOutage, rules: ZoneOutageRules): string {
  if (rules.action === 'HOLD') return endOfOutage(outage, rules);
  const noun = domainNoun(outage.domain);
  return elsewhere === null
    ? `no other ${noun} of this cluster is without an outage, in which they could be recreated`
    : `they are recreated in another ${noun} once ${rules.percent} % are confirmed failed`;
}

function maxUnhealthyGate(view: GateView): ClosedGate | null {
  const share = view.policy.safety.maxUnhealthy;
  if (share === null) return null;
  const limit = shareOf(share, view.desiredCapacity);
  const { total } = view.unhealthy;
  if (total <= limit) return null;
  const { found, state } = unhealthyInWords(view.unhealthy);
  const why = `${total} of ${count(view.desiredCapacity, 'node')} ${are(total)} ${found}, the limit is ${limitInWords(share, view.desiredCapacity)}`;
  return close(view, 'max_unhealthy', {
    why,
    ends: `it opens when ${limit} or fewer are ${state}`,
    total,
    limit,
  });
}

/** `unhealthy`; where not all are known to be, how many are: `not healthy (1 unhealthy, 2 unknown)`. */
function unhealthyInWords({ total, unknown, missing }: UnhealthyCount): {
  readonly found: string;
  readonly state: string;
} {
  if (unknown === 0 && missing === 0) return { found: 'unhealthy', state: 'unhealthy' };
  const parts = [
    [total - unknown - missing, 'unhealthy'],
    [unknown, 'unknown'],
    [missing, 'missing'],
  ] as const;
  const said = parts.flatMap(([number, what]) => (number === 0 ? [] : `${number} ${what}`));
  return { found: `not healthy (${said.join(', ')})`, state: 'not healthy' };
}

function maxInFlightGate(view: GateView): ClosedGate | null {
  const share = view.policy.safety.maxInFlight;
  if (share === null) return null;
  const limit = shareOf(share, view.desiredCapacity);
  const total = view.inFlight.length;
  if (total < limit) return null;
  const why = `${total} of ${count(view.desiredCapacity, 'node')} ${are(total)} being recovered, the limit is ${limitInWords(share, view.desiredCapacity)}`;
  const ends = limit < 1 ? 'no recovery can start with this limit' : 'the next one starts when one has ended';
  return close(view, 'max_in_flight', { why, ends, total, limit });
}

function rateGate(
  view: GateView,
  gate: GateName,
  rate: Rate | null,
  starts: readonly number[],
  of: string,
): ClosedGate | null {
  if (rate === null) return null;
  const since = view.now - rate.periodMs;
  // Oldest first: the one that makes the limit full, if it is still in the period.
  const oldest = starts[starts.length - rate.count];
  if (oldest === undefined || oldest <= since) return null;
  const total = starts.length - countUpTo(starts, since);
  const why = `${count(total, 'recovery', 'recoveries')} ${of} in ${duration(rate.periodMs)}, the limit is ${rate.count}`;
  const until = oldest + rate.periodMs;
  const ends = `the next one can start in ${duration(until - view.now)}`;
  return close(view, gate, { why, ends, until, total, limit: rate.count });
}

/**
 * How many of `times`, oldest first, are not after `until`: by halving, because thousands may be held by
 * thousands of starts.
 */
function countUpTo(times: readonly number[], until: number): number {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((times[middle] ?? Infinity) <= until) from = middle + 1;
    else to = middle;
  }
  return from;
}

function are(number: number): string {
  return number === 1 ? 'is' : 'are';
}

/** As `shareOf` makes it: `2 (40 % of 7, rounded down)`, `1 (10 % of 7, but at least 1)`. */
function limitInWords(share: Share, desiredCapacity: number): string {
  const { percent, atLeast } = share;
  const exact = (desiredCapacity * percent) / 100;
  const isFloor = Math.floor(exact) < atLeast;
  const how = isFloor ? `, but at least ${atLeast}` : Number.isInteger(exact) ? '' : ', rounded down';
  return `${shareOf(share, desiredCapacity)} (${percent} % of ${desiredCapacity}${how})`;
}

function nextRound(view: GateView): number {
  return view.now + view.policy.detection.intervalMs;
}

/** @param closed its `until`: when it opens by itself; without one it is checked again in the next round. */
function close(
  view: GateView,
  gate: GateName,
  {
    why,
    ends,
    until = null,
    total = null,
    limit = null,
  }: Pick<ClosedGate, 'why' | 'ends'> & {
    readonly until?: number | null;
    readonly total?: number | null;
    readonly limit?: number | null;
  },
): ClosedGate {
  const reason = `held: ${why}; ${ends}`;
  return { gate, total, limit, since: null, until: until ?? nextRound(view), why, ends, reason };
}
