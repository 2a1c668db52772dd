import { expect, test } from 'vitest';
import type { HealthRecord } from '../domain/health-record.ts';
import { knowledgeOf } from './knowledge.ts';

const now = 10_000_000;
const record: HealthRecord = {
  state: 'HEALTHY',
  since: now - 7_200_000,
  reason: 'process 28092 is running',
  last: 'healthy',
  failures: 0,
  successes: 1,
  failedAt: null,
  failure: null,
  detectors: [],
  probedAt: now - 3_600_000,
  probeAgainAt: now - 3_590_000,
  healthyAt: now - 7_200_000,
};
const watched = { now, notWatched: null, outdated: null, record, changedAt: 0, verification: null };

test('what the rounds found is told as of their last probe', () => {
  expect(knowledgeOf(watched)).toMatchObject({
    state: 'HEALTHY',
    asOf: now - 3_600_000,
    probedBy: 'ROUND',
    current: true,
  });
});

test('what was found of a node that is not probed any more is the past', () => {
  expect(
    knowledgeOf({ ...watched, notWatched: 'it is not probed: the health policy is disabled' }),
  ).toMatchObject({
    state: 'UNKNOWN',
    reason:
      'it is not probed: the health policy is disabled; its last probe, 60 min ago, found HEALTHY: process 28092 is running',
    asOf: now - 3_600_000,
    current: false,
  });
});

test.each([null, 'it is not probed'])(
  'what was found of a node that was replaced since is forgotten (not watched: %s)',
  (notWatched) => {
    const known = knowledgeOf({ ...watched, notWatched, changedAt: now - 1000 });
    expect(known).toMatchObject({ state: 'UNKNOWN', asOf: null, detectors: [] });
    expect(known.reason).not.toContain('28092');
  },
);

test('what is recorded of a node that is not known any more is the past', () => {
  const outdated = 'no probe of it has ended for 60 min, where one is due every 2 s';
  expect(knowledgeOf({ ...watched, outdated })).toMatchObject({
    state: 'UNKNOWN',
    reason: `${outdated}; its last recorded probe, 60 min ago, found HEALTHY: process 28092 is running`,
    current: false,
  });
});

test('the probes of a verification are probes', () => {
  const verdict = {
    health: 'unhealthy',
    failure: 'PROCESS_EXITED',
    reason: 'process 3089 has ended',
  } as const;
  const verification = { at: now - 200, verdict };
  expect(knowledgeOf({ ...watched, changedAt: now - 1000, verification })).toMatchObject({
    state: 'FAILED',
    failure: { class: 'PROCESS_EXITED', reason: 'process 3089 has ended' },
    asOf: now - 200,
    probedBy: 'VERIFICATION',
    current: true,
  });
});
