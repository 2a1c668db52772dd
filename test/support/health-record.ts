import type { HealthRecord, HealthState } from '../../src/domain/health-record.ts';

const verdicts = {
  HEALTHY: 'healthy',
  SUSPECTED: 'unhealthy',
  FAILED: 'unhealthy',
  UNKNOWN: 'unknown',
} as const;

/** A record that was written at `at`, as a probe would have left it. */
export function aHealthRecord(
  state: HealthState,
  at = Date.now(),
  changes: Partial<HealthRecord> = {},
): HealthRecord {
  const isFailed = state === 'FAILED' || state === 'SUSPECTED';
  return {
    state,
    since: at,
    reason: `it is ${state}`,
    last: verdicts[state],
    failures: isFailed ? 1 : 0,
    successes: isFailed ? 0 : 1,
    failedAt: isFailed ? at : null,
    failure: isFailed ? { class: 'SERVER_ERROR', reason: 'broken' } : null,
    healthyAt: isFailed ? null : at,
    detectors: [],
    probedAt: at,
    probeAgainAt: at + 60_000,
    ...changes,
  };
}
