/**
 * How a node or a cluster stands, in one word: what a list shows beside the status. A status says what was
 * last done with a node, so that a dead node may be ACTIVE; the standing says what is known of its health,
 * and whether something is done about it.
 */
import type { NodeStatus } from '../domain/states.ts';
import type { HealthState } from '../domain/health-record.ts';

/** The worst first. */
export const standings = [
  'QUARANTINED',
  'UNKNOWN',
  'FAILED',
  'HELD',
  'INCOMPLETE',
  'RECOVERING',
  'SUSPECTED',
  'WARNING',
  'EXCLUDED',
  'NOT_PROBED',
  'UNWATCHED',
  'HEALTHY',
] as const;
export type Standing = (typeof standings)[number];

/** For the API's documentation. */
export const standingsInWords =
  'QUARANTINED: left alone until an operator releases it. UNKNOWN: cannot be probed, or not known any more. FAILED: confirmed, and no recovery is open. ' +
  'HELD: its recovery waits. INCOMPLETE: a cluster has fewer nodes than desired. RECOVERING: its recovery runs. SUSPECTED: failed its ' +
  'last probe, not yet confirmed. WARNING: healthy, and yet something needs a look. EXCLUDED: taken out of healing. NOT_PROBED: not ' +
  'probed since it was last changed. UNWATCHED: it is not probed. HEALTHY. Of a cluster: the worst of its nodes.';

export interface NodeStandingFacts {
  /** Whether an enabled health policy probes the node; if none does, its status is all that is known. */
  readonly watched: boolean;
  readonly status: NodeStatus;
  /** null: not probed since the node was last changed. */
  readonly state: HealthState | null;
  readonly quarantined: boolean;
  readonly excluded: boolean;
  /** null: none is open. */
  readonly recovery: 'RUNNING' | 'HELD' | null;
  /** A hook after its last recovery failed. */
  readonly warning: boolean;
}

export function nodeStanding(facts: NodeStandingFacts): Standing {
  if (facts.recovery === 'RUNNING') return 'RECOVERING';
  if (facts.quarantined) return 'QUARANTINED';
  if (facts.excluded) return 'EXCLUDED';
  if (facts.recovery === 'HELD') return 'HELD';
  if (!facts.watched) return facts.status === 'ERROR' ? 'FAILED' : 'UNWATCHED';
  if (facts.state === null) return 'NOT_PROBED';
  return facts.state === 'HEALTHY' && facts.warning ? 'WARNING' : facts.state;
}

export interface ClusterStandingFacts {
  readonly watched: boolean;
  readonly paused: boolean;
  /** Nodes that there are fewer than desired, with no action under way. */
  readonly missing: number;
  readonly nodes: Iterable<Standing>;
}

export function clusterStanding({ watched, paused, missing, nodes }: ClusterStandingFacts): Standing {
  const found: Standing[] = [watched ? 'HEALTHY' : 'UNWATCHED', ...nodes];
  if (missing > 0) found.push('INCOMPLETE');
  if (paused) found.push('WARNING');
  return found.reduce(worse);
}

/** How many there are of each. */
export function countStandings(found: readonly Standing[]): Record<Standing, number> {
  const counts = Object.fromEntries(standings.map((each) => [each, 0])) as Record<Standing, number>;
  for (const each of found) counts[each] += 1;
  return counts;
}

function worse(one: Standing, other: Standing): Standing {
  return compareStandings(one, other) <= 0 ? one : other;
}

/** The worst first. */
export function compareStandings(one: Standing, other: Standing): number {
  return standings.indexOf(one) - standings.indexOf(other);
}
