/**
 * From the verdicts of one round to what is known of a node: thresholds and grace. Part one of the planner;
 * `plan-round.ts` reads the result.
 *
 *     verdicts of the detectors --recovery_conditional--> one verdict
 *         --thresholds, grace--> HEALTHY | SUSPECTED | FAILED | UNKNOWN
 *
 * SUSPECTED failed its last probe and is not yet confirmed; FAILED is confirmed. UNKNOWN could not be looked
 * at: it changes no count, it starts no recovery, and it is not healthy.
 */
import type { Detection } from '../domain/health-policy.ts';
import type { DetectorVerdict, Failure, HealthRecord } from '../domain/health-record.ts';
import type { Verdict } from '../domain/verdict.ts';
import { count } from './describe.ts';
import { duration } from '../domain/duration.ts';

export interface Observation {
  /** null: the node was never probed. */
  readonly record: HealthRecord | null;
  /**
   * One for each detector that was asked, or the one that reported an event; none: nothing could be asked.
   */
  readonly verdicts: readonly DetectorVerdict[];
  readonly detection: Detection;
  /** When the node was last created, updated or recovered: grace counts from here. */
  readonly changedAt: number;
  readonly now: number;
}

export function classifyHealth(observation: Observation): HealthRecord {
  const verdict = combineVerdicts(observation.verdicts, observation.detection.recoveryConditional);
  const judged = judge(observation, verdict);
  return {
    ...judged,
    since: observation.record?.state === judged.state ? observation.record.since : observation.now,
    last: verdict.health,
    healthyAt: verdict.health === 'healthy' ? observation.now : healthyAt(observation.record),
    detectors: withSince(observation),
    probedAt: observation.now,
    probeAgainAt: probeAgainAt(observation, judged),
  };
}

/** What grace puts off is decided when it ends: the next round may come long after that. */
function probeAgainAt(observation: Observation, judged: Judgement): number {
  const { now, detection } = observation;
  const next = now + detection.intervalMs;
  return isInGrace(judged) ? Math.min(next, graceEnds(observation)) : next;
}

/** Whether it failed, and its failures do not count yet. */
export function isInGrace({ state, failures }: Pick<HealthRecord, 'state' | 'failures'>): boolean {
  return state === 'SUSPECTED' && failures === 0;
}

function graceEnds({ changedAt, detection }: Observation): number {
  return changedAt + detection.nodeUpdateTimeoutMs;
}

/** Whatever else is said of a node whose host is down follows from that, or was so before. */
function isHostDown(verdict: Verdict): boolean {
  return verdict.health === 'unhealthy' && verdict.failure === 'HOST_DOWN';
}

/**
 * ANY_FAILED: one failed detector is enough, all must be good. ALL_FAILED: one good detector is enough, all
 * must have failed. Where what is missing could tip it either way, it is unknown.
 */
export function combineVerdicts(
  verdicts: readonly DetectorVerdict[],
  conditional: Detection['recoveryConditional'],
): Verdict {
  const of = (health: Verdict['health']): DetectorVerdict[] =>
    verdicts.filter((each) => each.verdict.health === health);
  const [failed, good, unseen] = [of('unhealthy'), of('healthy'), of('unknown')];
  if (verdicts.length === 0) return { health: 'unknown', reason: 'no detector could be asked' };
  const decisive = conditional === 'ANY_FAILED' ? [failed, unseen, good] : [good, unseen, failed];
  const said = (decisive.find((group) => group.length > 0) ?? []).map((each) => each.verdict);
  // Two detectors that ask the same one say the same.
  const reason = [...new Set(said.map((verdict) => verdict.reason))].join('; ');
  return { ...(said.find(isHostDown) ?? said[0] ?? { health: 'unknown' }), reason };
}

type Judgement = Pick<HealthRecord, 'state' | 'reason' | 'failures' | 'successes' | 'failedAt' | 'failure'>;

function judge(observation: Observation, verdict: Verdict): Judgement {
  const { failures = 0, successes = 0, failedAt = null, failure = null } = observation.record ?? {};
  switch (verdict.health) {
    case 'unknown':
      return { state: 'UNKNOWN', reason: verdict.reason, failures, successes, failedAt, failure };
    case 'healthy':
      return judgeGood(observation, verdict.reason, {
        failures,
        successes: successes + 1,
        failedAt,
        failure,
      });
    case 'unhealthy':
      return judgeFailed(observation, failures, failedAt ?? observation.now, {
        class: verdict.failure,
        reason: verdict.reason,
      });
  }
}

function judgeGood(
  { detection }: Observation,
  reason: string,
  counts: Omit<Judgement, 'state' | 'reason'>,
): Judgement {
  // What was never confirmed needs no proof that it is over: only failures in a row count.
  const isOver =
    counts.failures < detection.failureThreshold || counts.successes >= detection.successThreshold;
  if (isOver) {
    return {
      state: 'HEALTHY',
      reason,
      failures: 0,
      successes: counts.successes,
      failedAt: null,
      failure: null,
    };
  }
  const progress = `${counts.successes} of ${count(detection.successThreshold, 'good round')}`;
  return { ...counts, state: 'FAILED', reason: `${progress} before it is healthy again: ${reason}` };
}

/** A record of an earlier version does not say it. */
function healthyAt(record: HealthRecord | null): number | null {
  if (record === null) return null;
  const { healthyAt: known, state, probedAt } = record as Partial<HealthRecord>;
  if (known !== undefined) return known;
  return state === 'HEALTHY' ? (probedAt ?? null) : null;
}

/**
 * Grace puts off the confirmation of a new failure: a node that was changed may still be coming up. It ends
 * at the first healthy probe, and a node that does not exist has none. What was confirmed before stays so.
 */
function judgeFailed(
  observation: Observation,
  before: number,
  failedAt: number,
  failure: Failure,
): Judgement {
  const { record, detection, changedAt, now } = observation;
  const failed = { successes: 0, failedAt, failure };
  const endsAt = graceEnds(observation);
  const mayComeUp = healthyAt(record) === null && failure.class !== 'NOT_CREATED';
  if (mayComeUp && now < endsAt && before < detection.failureThreshold) {
    const reason = `${failure.reason}; it was changed ${duration(now - changedAt)} ago, so failures do not count for ${duration(endsAt - now)} more`;
    return { ...failed, state: 'SUSPECTED', failures: before, reason };
  }
  const failures = before + 1;
  if (failures >= detection.failureThreshold)
    return { ...failed, state: 'FAILED', failures, reason: failure.reason };
  const progress = `${failures} of ${count(detection.failureThreshold, 'failed round')} before it is confirmed`;
  return { ...failed, state: 'SUSPECTED', failures, reason: `${progress}: ${failure.reason}` };
}

function withSince({ record, verdicts, now }: Observation): HealthRecord['detectors'] {
  return verdicts.map((each) => {
    const before = record?.detectors.find((known) => known.detector === each.detector);
    return { ...each, since: before?.verdict.health === each.verdict.health ? before.since : now };
  });
}

/**
 * A recovered node starts afresh: what failed before does not count against it.
 * @param isVerified whether it was probed after the recovery; one that was not has its grace still before it.
 */
export function healthAfterRecovery(
  detection: Detection,
  reason: string,
  now: number,
  isVerified: boolean,
): HealthRecord {
  const record = healthyRecord(reason, now);
  return { ...record, healthyAt: isVerified ? now : null, probeAgainAt: now + detection.intervalMs };
}

/** Of a node that is healthy as of `now`, without anything before, and is to be probed at once. */
export function healthyRecord(reason: string, now: number): HealthRecord {
  return {
    state: 'HEALTHY',
    since: now,
    reason,
    last: 'healthy',
    failures: 0,
    successes: 1,
    failedAt: null,
    failure: null,
    detectors: [],
    healthyAt: now,
    probedAt: now,
    probeAgainAt: now,
  };
}
