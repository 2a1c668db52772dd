/**
 * What is known of a node's health as of when, from which probe, and whether it is of the present: what was
 * seen of a node that is not probed any more, or that was changed since, is shown as what it is, and never as
 * how the node is.
 */
import type { Verdict } from '../domain/verdict.ts';
import type { DetectorVerdict, Failure, HealthRecord, HealthState } from '../domain/health-record.ts';
import { duration } from '../domain/duration.ts';

export interface Knowledge {
  readonly state: HealthState;
  readonly reason: string;
  readonly failure: Failure | null;
  /** Since when it is in this state; null: it is not known. */
  readonly since: number | null;
  /** When it was last probed; null: never, or not since it was last changed. */
  readonly asOf: number | null;
  /**
   * ROUND: the policy's detection modes, one after another. VERIFICATION: the probe of a running recovery.
   */
  readonly probedBy: 'ROUND' | 'VERIFICATION' | null;
  readonly detectors: readonly (DetectorVerdict & { readonly since: number })[];
  /** False: the node is not probed now, or no probe is recorded, and what stands here is the past. */
  readonly current: boolean;
}

export interface KnowledgeFacts {
  readonly now: number;
  /** Why the node is not probed; null: it is. */
  readonly notWatched: string | null;
  /** Why the record does not say how the node is, though the node is to be probed; null: it does. */
  readonly outdated: string | null;
  /** The last record, of whatever time. */
  readonly record: HealthRecord | null;
  /** When the node was last created, updated or recovered. */
  readonly changedAt: number;
  /** The last probe of the recovery that runs. */
  readonly verification: { readonly at: number; readonly verdict: Verdict } | null;
}

export const notProbed = 'not probed since it was last changed';

export function knowledgeOf(facts: KnowledgeFacts): Knowledge {
  const { record, changedAt, verification, notWatched, outdated } = facts;
  const isOfThisNode = record !== null && record.probedAt >= changedAt;
  if (verification !== null && verification.at > (record?.probedAt ?? 0))
    return fromVerification(verification);
  if (notWatched !== null) return past(facts, notWatched, 'its last probe');
  if (outdated !== null) return past(facts, outdated, 'its last recorded probe');
  if (!isOfThisNode) return nothing(notProbed, true);
  const { state, reason, failure, since, probedAt, detectors } = record;
  return { state, reason, failure, since, asOf: probedAt, probedBy: 'ROUND', detectors, current: true };
}

function fromVerification({ at, verdict }: NonNullable<KnowledgeFacts['verification']>): Knowledge {
  const states = { healthy: 'HEALTHY', unhealthy: 'FAILED', unknown: 'UNKNOWN' } as const;
  const failure = verdict.health === 'unhealthy' ? { class: verdict.failure, reason: verdict.reason } : null;
  const known = { state: states[verdict.health], reason: verdict.reason, failure, since: null, asOf: at };
  return { ...known, probedBy: 'VERIFICATION', detectors: [], current: true };
}

function past({ now, record, changedAt }: KnowledgeFacts, why: string, probe: string): Knowledge {
  if (record === null || record.probedAt < changedAt) return nothing(why, false);
  const reason = `${why}; ${probe}, ${duration(now - record.probedAt)} ago, found ${record.state}: ${record.reason}`;
  return { ...nothing(reason, false), asOf: record.probedAt, probedBy: 'ROUND' };
}

function nothing(reason: string, current: boolean): Knowledge {
  const unknown = { state: 'UNKNOWN', failure: null, since: null, asOf: null, probedBy: null } as const;
  return { ...unknown, reason, detectors: [], current };
}
