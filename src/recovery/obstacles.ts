/**
 * What of a node itself keeps a recovery from being opened or started, whatever the gates of its cluster say.
 */
import type { HealthPolicy } from '../domain/health-policy.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import type { Relapse } from '../domain/model.ts';
import type { NodeStatus } from '../domain/states.ts';
import { duration } from '../domain/duration.ts';
import type { LastTry, NodeSnapshot, RoundSnapshot } from './round-snapshot.ts';
import { describeRelapse } from './relapse.ts';

export interface Obstacle {
  readonly reason: string;
  readonly until: number | null;
}

/** What of a node itself keeps a recovery from starting. */
export function obstacleOf(node: NodeSnapshot, { now, policy }: RoundSnapshot): Obstacle | null {
  const { health, excluded } = node;
  const nextProbe = nextProbeAt(health, policy, now);
  if (node.quarantinedSince !== null) {
    return {
      until: null,
      reason: `quarantined ${duration(now - node.quarantinedSince)} ago${node.quarantineReason === undefined ? '' : ` (${node.quarantineReason})`}, until an operator releases it`,
    };
  }
  if (excluded !== null && isExcluded(node, now)) {
    return { until: excluded.until, reason: `excluded from healing (${excluded.reason})` };
  }
  if (!settled.has(node.status)) {
    return { until: now + (policy?.detection.intervalMs ?? 0), reason: `the node is busy (${node.status})` };
  }
  if (health?.last === 'unknown')
    return { until: nextProbe, reason: `cannot probe the node: ${health.reason}` };
  if (health?.last === 'healthy')
    return { until: nextProbe, reason: `its last look was good: ${health.reason}` };
  return health?.state === 'FAILED' ? null : { until: nextProbe, reason: 'not confirmed failed' };
}

export function isExcluded({ excluded }: NodeSnapshot, now: number): boolean {
  return excluded !== null && (excluded.until === null || excluded.until > now);
}

/**
 * A record that says nothing new is not written again: from the time in it the probes continue, an interval
 * apart.
 */
function nextProbeAt(health: HealthRecord | null, policy: HealthPolicy | null, now: number): number {
  const known = health?.probeAgainAt ?? 0;
  const intervalMs = policy?.detection.intervalMs ?? 1;
  // Further away it is only where the clock was set back since.
  if (known > now) return Math.min(known, now + intervalMs);
  return known + (Math.floor((now - known) / intervalMs) + 1) * intervalMs;
}

const settled: ReadonlySet<NodeStatus> = new Set(['ACTIVE', 'ERROR', 'WARNING', 'RECOVERING']);

/** Of a policy without `retry.delay`, which is so long by default; intervals may be longer. */
const LONGEST_WAIT_MS = 60_000;

/**
 * After a recovery that did not help, or that an operator cancelled, the next one waits: `retry.delay`, or a
 * round, a minute at most. What an operator had tried is not counted as a try: a round, so that the two do
 * not get in each other's way.
 */
export function retryObstacle(
  { observedAt, lastTry, recoveredBefore }: NodeSnapshot,
  { now, policy }: RoundSnapshot,
  relapse: Relapse | null,
): Obstacle | null {
  if (observedAt != null)
    return {
      until: null,
      reason: `what would be done was decided ${duration(now - observedAt)} ago; mode OBSERVE touches nothing`,
    };
  if (policy === null) return null;
  const roundMs = Math.min(policy.detection.intervalMs, LONGEST_WAIT_MS);
  const delayMs = policy.recovery.retry?.delayMs ?? roundMs;
  if (relapse !== null) {
    const helpedFor = `the last recovery helped for ${duration(relapse.healthyMs)} only (${describeRelapse(relapse, now)})`;
    return waitUntil((recoveredBefore?.closedAt ?? 0) + delayMs, now, helpedFor, policy);
  }
  if (lastTry === null) return null;
  const waitMs = lastTry.origin === 'OPERATOR' ? roundMs : delayMs;
  return waitUntil(lastTry.at + waitMs, now, lastTryInWords(lastTry), policy);
}

function waitUntil(until: number, now: number, why: string, policy: HealthPolicy): Obstacle | null {
  if (until <= now) return null;
  const limit = policy.recovery.retry === null ? ' (no limit on recoveries is set)' : '';
  return { until, reason: `${why}; the next recovery begins in ${duration(until - now)}${limit}` };
}

/** `the last recovery (5a1f09c2) did not help: RECREATE: ...` */
function lastTryInWords({ end, recoveryId, reason }: LastTry): string {
  const which = recoveryId === undefined ? '' : ` (${recoveryId.slice(0, 8)})`;
  const how = end === 'EXHAUSTED' ? 'did not help' : 'was cancelled';
  return `the last recovery${which} ${how}${reason === undefined ? '' : `: ${reason}`}`;
}
