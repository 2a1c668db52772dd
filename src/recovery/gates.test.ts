import { describe, expect, test } from 'vitest';
import { healthPolicy } from '../../test/support/health-policies.ts';
import { closedBreaker } from './breaker.ts';
import { closedGates, shareOf } from './gates.ts';
import type { ClosedGate, GateView } from './gates.ts';

/** The one that holds; null: the recovery may start. */
function closedGate(view: GateView): ClosedGate | null {
  return closedGates(view)[0] ?? null;
}

const policy = healthPolicy({
  safety: {
    max_unhealthy: { percent: 40 },
    max_in_flight: { percent: 20 },
    rate_limit: { node: '2/1h', cluster: '3/10m' },
    breaker: { failures: 5, window: 1800, open: 900 },
  },
});

const now = 10_000_000;
const open: GateView = {
  now,
  policy,
  policyEnabled: true,
  maintenance: null,
  breaker: closedBreaker,
  desiredCapacity: 10,
  unhealthy: { total: 1, unknown: 0, missing: 0 },
  inFlight: [],
  noHost: null,
  zoneOutage: null,
  elsewhere: null,
  startsOfNode: [],
  startsOfCluster: [],
};

const openBreaker = { kind: 'open', since: now - 1, until: now + 900_000, failures: 5 } as const;

test('all gates open lets a recovery start', () => {
  expect(closedGate(open)).toBeNull();
});

test.each<[string, Partial<GateView>, number, string]>([
  [
    'no_host',
    { noHost: 'no compute host is up: compute1 is down (1 host)' },
    10_000,
    'held: no compute host is up: compute1 is down (1 host); it opens when one is up',
  ],
  [
    'stopped_by_user',
    { userStop: { why: 'server a was stopped by user 7', ends: 'it is left alone until it runs', at: 1 } },
    10_000,
    'held: server a was stopped by user 7; it is left alone until it runs',
  ],
  [
    'policy',
    { policyEnabled: false },
    10_000,
    'held: the health policy is disabled on this cluster; nothing is probed or recovered until an operator enables it',
  ],
  [
    'maintenance',
    { maintenance: { until: now + 3_600_000, reason: 'switch replaced' } },
    3_600_000,
    'held: healing of the cluster is paused (switch replaced); it is resumed by itself in 60 min',
  ],
  [
    'maintenance',
    { maintenance: { until: null, reason: 'by ann' } },
    10_000,
    'held: healing of the cluster is paused (by ann); until an operator resumes it',
  ],
  [
    'breaker',
    { breaker: openBreaker },
    900_000,
    'held: the breaker is open: 5 recoveries did not help; one recovery is tried in 15 min',
  ],
  [
    'breaker',
    { breaker: { ...openBreaker, until: now - 5 }, inFlight: [now - 5] },
    10_000,
    'held: the breaker is half-open: one recovery is tried; the others wait until it has ended',
  ],
  [
    'max_unhealthy',
    { unhealthy: { total: 6, unknown: 0, missing: 0 } },
    10_000,
    'held: 6 of 10 nodes are unhealthy, the limit is 4 (40 % of 10); it opens when 4 or fewer are unhealthy',
  ],
  [
    'max_unhealthy',
    { desiredCapacity: 7, unhealthy: { total: 5, unknown: 3, missing: 0 } },
    10_000,
    'held: 5 of 7 nodes are not healthy (2 unhealthy, 3 unknown), the limit is 2 (40 % of 7, rounded down); it opens when 2 or fewer are not healthy',
  ],
  [
    'max_unhealthy',
    { desiredCapacity: 2, unhealthy: { total: 2, unknown: 0, missing: 1 } },
    10_000,
    'held: 2 of 2 nodes are not healthy (1 unhealthy, 1 missing), the limit is 1 (40 % of 2, but at least 1); it opens when 1 or fewer are not healthy',
  ],
  [
    'max_in_flight',
    { inFlight: [1, 2] },
    10_000,
    'held: 2 of 10 nodes are being recovered, the limit is 2 (20 % of 10); the next one starts when one has ended',
  ],
  [
    'rate_limit.node',
    { startsOfNode: [now - 3_000_000, now - 1000] },
    600_000,
    'held: 2 recoveries of this node in 60 min, the limit is 2; the next one can start in 10 min',
  ],
  [
    'rate_limit.cluster',
    { startsOfCluster: [now - 900_000, now - 500_000, now - 2, now - 1] },
    100_000,
    'held: 3 recoveries of this cluster in 10 min, the limit is 3; the next one can start in 100 s',
  ],
])('%s: a closed gate says why and when to look again', (gate, change, waitMs, reason) => {
  expect(closedGate({ ...open, ...change })).toMatchObject({ gate, until: now + waitMs, reason });
});

test('the first closed gate speaks, in the order of the contract', () => {
  const everything: Partial<GateView>[] = [
    { policyEnabled: false },
    { maintenance: { until: null, reason: 'x' } },
    { breaker: openBreaker },
    { unhealthy: { total: 9, unknown: 0, missing: 0 } },
    { inFlight: [1, 2, 3] },
    { startsOfNode: [now - 2, now - 1] },
    { startsOfCluster: [now - 3, now - 2, now - 1] },
  ];
  const order = everything.map(
    (_, index) => closedGate(Object.assign({}, open, ...everything.slice(index)) as GateView)?.gate,
  );
  expect(order).toEqual([
    'policy',
    'maintenance',
    'breaker',
    'max_unhealthy',
    'max_in_flight',
    'rate_limit.node',
    'rate_limit.cluster',
  ]);
});

describe('a limit', () => {
  test.each([
    [{ percent: 40, atLeast: 1 }, 10, 4],
    [{ percent: 40, atLeast: 1 }, 9, 3],
    [{ percent: 40, atLeast: 1 }, 2, 1],
    [{ percent: 10, atLeast: 0 }, 9, 0],
    [{ percent: 10, atLeast: 3 }, 0, 3],
    [{ percent: 100, atLeast: 1 }, 7, 7],
  ])('%j of %i nodes is %i: rounded down, but with its floor', (share, capacity, limit) => {
    expect(shareOf(share, capacity)).toBe(limit);
  });

  test('is passed when as many are unhealthy, and not when one more is', () => {
    expect(closedGate({ ...open, unhealthy: { total: 4, unknown: 0, missing: 0 } })).toBeNull();
    expect(closedGate({ ...open, unhealthy: { total: 5, unknown: 0, missing: 0 } })?.gate).toBe(
      'max_unhealthy',
    );
  });

  test('that is absent limits nothing', () => {
    const free = healthPolicy();
    const view = {
      ...open,
      policy: free,
      unhealthy: { total: 10, unknown: 0, missing: 0 },
      inFlight: Array<number>(10).fill(now),
      startsOfNode: Array<number>(50).fill(now),
      breaker: openBreaker,
    };
    expect(closedGate(view)).toBeNull();
  });

  test('of a rate is a sliding window', () => {
    expect(closedGate({ ...open, startsOfNode: [now - 3_600_000, now - 1] })).toBeNull();
    expect(closedGate({ ...open, startsOfNode: [now - 3_599_999, now - 1] })?.until).toBe(now + 1);
  });

  test('a half-open breaker lets one recovery try', () => {
    expect(closedGate({ ...open, breaker: { ...openBreaker, until: now }, inFlight: [now - 1] })).toBeNull();
  });
});
