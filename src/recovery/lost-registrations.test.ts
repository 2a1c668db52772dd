import { expect, test } from 'vitest';
import { healthPolicy } from '../../test/support/health-policies.ts';
import { closedBreaker } from './breaker.ts';
import { healthyRecord } from './classify-health.ts';
import { lostRegistrations } from './lost-registrations.ts';
import type { NodeSnapshot, RoundSnapshot } from './round-snapshot.ts';

const now = 1_000_000;
const detector = 'LB_STATUS_POLLING';
const usual = healthPolicy();
const modes = [...usual.detection.modes, { type: detector, options: { pool: 'p1' } }] as const;
const policy = { ...usual, detection: { ...usual.detection, modes } };
const missing = { health: 'unknown', reason: 'pool p1 has no member m1', notInPool: 'p1' } as const;
const pause = { since: 0, until: null, reason: 'its disk is replaced' };

function round(node: Partial<NodeSnapshot> = {}, more: Partial<RoundSnapshot> = {}): RoundSnapshot {
  const health = { ...healthyRecord('runs', now), detectors: [{ detector, verdict: missing, since: now }] };
  const common = { id: 'n1', name: 'n1', excluded: null, quarantinedSince: null, lastTry: null, health };
  return {
    now,
    desiredCapacity: 1,
    policy,
    policyEnabled: true,
    maintenance: null,
    breaker: closedBreaker,
    nodes: [{ ...common, status: 'ACTIVE', ...node }],
    recoveries: [],
    starts: [],
    ...more,
  };
}

test('a node that the pool does not have is due, also where other modes find it healthy', () => {
  expect(lostRegistrations(round())).toEqual([{ nodeId: 'n1', pool: 'p1', isDue: true }]);
});

test('only what the mode itself has not found is missing', () => {
  const verdict = { health: 'unknown', reason: 'there is no pool p1 in Octavia' } as const;
  const health = { ...healthyRecord('runs', now), detectors: [{ detector, verdict, since: now }] };
  expect(lostRegistrations(round({ health }))).toEqual([]);
  expect(lostRegistrations(round({ health: null }))).toEqual([]);
});

test.each<[string, RoundSnapshot]>([
  ['excluded', round({ excluded: pause })],
  ['failed', round({ status: 'ERROR' })],
  ['paused', round({}, { maintenance: pause })],
  [
    'in recovery',
    round(
      {},
      {
        recoveries: [{ recoveryId: 'r1', nodeId: 'n1', openedAt: 0, startedAt: 0, notBefore: null }],
      },
    ),
  ],
])('a node that is %s is not due', (_, snapshot) => {
  expect(lostRegistrations(snapshot)).toMatchObject([{ isDue: false }]);
});

test.each<[string, Partial<RoundSnapshot>]>([
  ['is detached', { policy: null }],
  ['is disabled', { policyEnabled: false }],
  ['only observes', { policy: { ...policy, mode: 'OBSERVE' } }],
  ['probes no pool', { policy: usual }],
])('nothing is done where the policy %s', (_, more) => {
  expect(lostRegistrations(round({}, more))).toEqual([]);
});
