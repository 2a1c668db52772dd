import { describe, expect, test } from 'vitest';
import { healthPolicy } from '../../test/support/health-policies.ts';
import type { JsonObject } from '../domain/json.ts';
import type { FailureClass, Verdict } from '../domain/verdict.ts';
import { classifyHealth, combineVerdicts, healthAfterRecovery, isInGrace } from './classify-health.ts';
import type { HealthRecord } from '../domain/health-record.ts';

const healthy: Verdict = { health: 'healthy', reason: 'ok' };
const unhealthy: Verdict = { health: 'unhealthy', failure: 'SERVER_ERROR', reason: 'status ERROR' };
const unseen: Verdict = { health: 'unknown', reason: 'no answer from Nova' };

/** The states after each of a node's rounds, 10 s apart. */
function rounds(verdicts: readonly Verdict[], detection: JsonObject = {}): HealthRecord[] {
  const records: HealthRecord[] = [];
  for (const [index, verdict] of verdicts.entries()) {
    records.push(
      classifyHealth({
        record: records.at(-1) ?? null,
        verdicts: [{ detector: 'NODE_STATUS_POLLING', verdict }],
        detection: healthPolicy({ detection }).detection,
        changedAt: 0,
        now: 10_000 * (index + 1),
      }),
    );
  }
  return records;
}

function states(verdicts: readonly Verdict[], detection: JsonObject = {}): string[] {
  return rounds(verdicts, detection).map((record) => record.state);
}

describe('thresholds', () => {
  test('a failure is confirmed at once without a threshold, and gone with one good look', () => {
    expect(states([healthy, unhealthy, healthy])).toEqual(['HEALTHY', 'FAILED', 'HEALTHY']);
  });

  test('a failure is confirmed after so many failed rounds in a row', () => {
    expect(
      states([unhealthy, unhealthy, healthy, unhealthy, unhealthy, unhealthy], { failure_threshold: 3 }),
    ).toEqual(['SUSPECTED', 'SUSPECTED', 'HEALTHY', 'SUSPECTED', 'SUSPECTED', 'FAILED']);
  });

  test('a failed node is healthy after so many good rounds in a row', () => {
    expect(states([unhealthy, healthy, unhealthy, healthy, healthy], { success_threshold: 2 })).toEqual([
      'FAILED',
      'FAILED',
      'FAILED',
      'FAILED',
      'HEALTHY',
    ]);
  });

  test('a node that was never unhealthy is healthy at its first good look', () => {
    expect(states([healthy], { success_threshold: 5 })).toEqual(['HEALTHY']);
  });

  test('only failures in a row confirm: a good round ends what was not confirmed', () => {
    const flapping = [healthy, unhealthy, healthy, unhealthy, unhealthy, healthy, unhealthy];
    const records = rounds(flapping, { failure_threshold: 3, success_threshold: 2 });
    expect(records.map((record) => record.failures)).toEqual([0, 1, 0, 1, 2, 0, 1]);
    expect(records.map((record) => record.state)).not.toContain('FAILED');
  });

  test('a round that could not look counts for neither', () => {
    const records = rounds([unhealthy, unseen, unhealthy, unseen, healthy], {
      failure_threshold: 2,
      success_threshold: 2,
    });
    expect(records.map((record) => record.state)).toEqual([
      'SUSPECTED',
      'UNKNOWN',
      'FAILED',
      'UNKNOWN',
      'FAILED',
    ]);
    expect(records.map((record) => record.failures)).toEqual([1, 1, 2, 2, 2]);
  });

  test('the record keeps when the failure began, what it is, and when to look again', () => {
    const records = rounds([healthy, unhealthy, unhealthy], { failure_threshold: 2 });
    expect(records[1]).toMatchObject({
      reason: '1 of 2 failed rounds before it is confirmed: status ERROR',
      since: 20_000,
    });
    expect(records[2]).toMatchObject({
      state: 'FAILED',
      since: 30_000,
      failedAt: 20_000,
      failure: { class: 'SERVER_ERROR', reason: 'status ERROR' },
      probeAgainAt: 40_000,
      detectors: [{ detector: 'NODE_STATUS_POLLING', since: 20_000 }],
    });
  });
});

describe('grace', () => {
  test('failures of a node that was just changed are suspected and not counted', () => {
    const records = rounds([unhealthy, unhealthy, unhealthy, unhealthy], {
      node_update_timeout: 25,
      failure_threshold: 2,
    });
    expect(records.map((record) => [record.state, record.failures])).toEqual([
      ['SUSPECTED', 0],
      ['SUSPECTED', 0],
      ['SUSPECTED', 1],
      ['FAILED', 2],
    ]);
    expect(records[0]?.reason).toBe(
      'status ERROR; it was changed 10 s ago, so failures do not count for 15 s more',
    );
  });

  test('is followed by a probe when it ends, where the next round comes later', () => {
    const [first, second, third] = rounds([unhealthy, unhealthy, unhealthy], { node_update_timeout: 25 });
    expect([first, second, third].map((record) => record?.probeAgainAt)).toEqual([20_000, 25_000, 40_000]);
    expect([first, second, third].map((record) => record !== undefined && isInGrace(record))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('does not take back what was confirmed', () => {
    const detection = healthPolicy({ detection: { node_update_timeout: 60 } }).detection;
    const [failed] = rounds([unhealthy]);
    const verdicts = [{ detector: 'NODE_STATUS_POLLING', verdict: unhealthy }];
    const record = classifyHealth({
      record: failed ?? null,
      verdicts,
      detection,
      changedAt: 15_000,
      now: 20_000,
    });
    expect(record.state).toBe('FAILED');
  });

  test('ends at the first healthy probe, also where the node could not be seen after it', () => {
    const grace = { node_update_timeout: 300 };
    expect(states([unhealthy, healthy, unhealthy], grace)).toEqual(['SUSPECTED', 'HEALTHY', 'FAILED']);
    expect(states([healthy, unseen, unhealthy], grace)).toEqual(['HEALTHY', 'UNKNOWN', 'FAILED']);
    expect(states([unseen, unhealthy], grace)).toEqual(['UNKNOWN', 'SUSPECTED']);
  });

  test('is not for a node that does not exist: it cannot be coming up', () => {
    const missing: Verdict = { health: 'unhealthy', failure: 'NOT_CREATED', reason: 'no process' };
    expect(states([missing], { node_update_timeout: 300 })).toEqual(['FAILED']);
  });

  test('is over for a node that a recovery has verified, and not for one that was not probed', () => {
    const { detection } = healthPolicy({ detection: { node_update_timeout: 300 } });
    const verdicts = [{ detector: 'NODE_STATUS_POLLING', verdict: unhealthy }];
    const stateAfter = (isVerified: boolean) => {
      const record = healthAfterRecovery(detection, 'ok', 5000, isVerified);
      return classifyHealth({ record, verdicts, detection, changedAt: 5000, now: 15_000 }).state;
    };
    expect(stateAfter(true)).toBe('FAILED');
    expect(stateAfter(false)).toBe('SUSPECTED');
  });
});

describe('several detectors', () => {
  const named = (...verdicts: Verdict[]): Parameters<typeof combineVerdicts>[0] =>
    verdicts.map((verdict, index) => ({ detector: `d${index}`, verdict }));

  test.each([
    ['ANY_FAILED', [healthy, healthy], 'healthy'],
    ['ANY_FAILED', [healthy, unhealthy], 'unhealthy'],
    ['ANY_FAILED', [unseen, unhealthy], 'unhealthy'],
    ['ANY_FAILED', [unseen, healthy], 'unknown'],
    ['ALL_FAILED', [unhealthy, unhealthy], 'unhealthy'],
    ['ALL_FAILED', [healthy, unhealthy], 'healthy'],
    ['ALL_FAILED', [unseen, unhealthy], 'unknown'],
    ['ALL_FAILED', [unseen, healthy], 'healthy'],
    ['ANY_FAILED', [], 'unknown'],
    ['ALL_FAILED', [], 'unknown'],
  ] as const)('%s: %j is %s', (conditional, verdicts, health) => {
    expect(combineVerdicts(named(...verdicts), conditional).health).toBe(health);
  });

  test('a host that is down is what a node fails with, whatever else is seen of it', () => {
    const of = (failure: FailureClass) => ({
      detector: failure,
      verdict: { health: 'unhealthy', failure, reason: failure } as const,
    });
    const verdicts = [of('SERVER_ERROR'), of('HOST_DOWN')];
    expect(combineVerdicts(verdicts, 'ANY_FAILED')).toEqual({
      health: 'unhealthy',
      failure: 'HOST_DOWN',
      reason: 'SERVER_ERROR; HOST_DOWN',
    });
  });

  test('the reason names all that decided', () => {
    const url: Verdict = { health: 'unhealthy', failure: 'URL_UNREACHABLE', reason: 'refused' };
    expect(combineVerdicts(named(unhealthy, healthy, url), 'ANY_FAILED')).toEqual({
      health: 'unhealthy',
      failure: 'SERVER_ERROR',
      reason: 'status ERROR; refused',
    });
  });

  test('what two of them say in the same words is said once', () => {
    expect(combineVerdicts(named(unhealthy, unhealthy), 'ANY_FAILED').reason).toBe('status ERROR');
  });
});

test('a verified recovery begins again', () => {
  const detection = healthPolicy({ detection: { failure_threshold: 2 } }).detection;
  const record = healthAfterRecovery(detection, 'verified by DETECTION: ok', 5000, true);
  const verdicts = [{ detector: 'NODE_STATUS_POLLING', verdict: unhealthy }];
  expect(record).toMatchObject({ state: 'HEALTHY', failures: 0, failedAt: null, probeAgainAt: 15_000 });
  expect(classifyHealth({ record, verdicts, detection, changedAt: 0, now: 15_000 }).state).toBe('SUSPECTED');
});
