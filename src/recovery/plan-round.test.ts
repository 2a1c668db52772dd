import { describe, expect, test } from 'vitest';
import { healthPolicy } from '../../test/support/health-policies.ts';
import { closedBreaker } from './breaker.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import { countUnhealthy, planRound } from './plan-round.ts';
import type { RecoverySnapshot, NodeSnapshot, RoundSnapshot } from './round-snapshot.ts';

const now = 1_000_000;

function health(state: HealthRecord['state'], more: Partial<HealthRecord> = {}): HealthRecord {
  const failed = state === 'FAILED' || state === 'SUSPECTED';
  return {
    state,
    since: 0,
    reason: failed ? 'status ERROR' : 'ok',
    last: failed ? 'unhealthy' : state === 'UNKNOWN' ? 'unknown' : 'healthy',
    failures: 1,
    successes: 0,
    failedAt: failed ? 900_000 : null,
    failure: failed ? { class: 'SERVER_ERROR', reason: 'status ERROR' } : null,
    detectors: [],
    healthyAt: null,
    probedAt: now,
    probeAgainAt: now + 10_000,
    ...more,
  };
}

function node(id: string, record: HealthRecord | null, more: Partial<NodeSnapshot> = {}): NodeSnapshot {
  return {
    id,
    name: id,
    status: 'ACTIVE',
    health: record,
    excluded: null,
    quarantinedSince: null,
    lastTry: null,
    ...more,
  };
}

function recovery(nodeId: string, more: Partial<RecoverySnapshot> = {}): RecoverySnapshot {
  return {
    recoveryId: `r-${nodeId}`,
    nodeId,
    openedAt: now - 1000,
    startedAt: null,
    notBefore: null,
    ...more,
  };
}

function round(nodes: readonly NodeSnapshot[], more: Partial<RoundSnapshot> = {}): RoundSnapshot {
  return {
    now,
    desiredCapacity: nodes.length,
    policy: healthPolicy(),
    policyEnabled: true,
    maintenance: null,
    breaker: closedBreaker,
    nodes,
    recoveries: [],
    starts: [],
    ...more,
  };
}

const ids = (entries: readonly { readonly nodeId: string }[]): string[] =>
  entries.map((entry) => entry.nodeId);

describe('a node that counts as failed and is well', () => {
  const failedNode = node('a', health('HEALTHY'), { status: 'ERROR' });

  test('is put right, also in quarantine', () => {
    expect(planRound(round([failedNode])).restore).toEqual([{ nodeId: 'a', reason: 'ok' }]);
    const quarantined = { ...failedNode, quarantinedSince: 0 };
    expect(ids(planRound(round([quarantined])).restore)).toEqual(['a']);
  });

  test('is left to its recovery, to an operator, or to a policy that may touch it', () => {
    expect(planRound(round([failedNode], { recoveries: [recovery('a')] })).restore).toEqual([]);
    expect(planRound(round([failedNode], { policy: healthPolicy({ mode: 'OBSERVE' }) })).restore).toEqual([]);
    expect(planRound(round([failedNode], { policy: null })).restore).toEqual([]);
    expect(planRound(round([node('a', health('UNKNOWN'), { status: 'ERROR' })])).restore).toEqual([]);
  });
});

describe('the next look', () => {
  test('is an interval after the one that is due, where the record is older than that', () => {
    const seen = health('FAILED', { last: 'healthy', probeAgainAt: now - 25_000, probedAt: now - 35_000 });
    const { hold } = planRound(round([node('a', seen)], { recoveries: [recovery('a')] }));
    expect(hold).toMatchObject([{ until: now + 5000 }]);
    expect(hold[0]?.reason).toContain('probing again in 5 s');
  });
});

describe('a confirmed failure', () => {
  test('opens a recovery and starts it', () => {
    const plan = planRound(round([node('a', health('HEALTHY')), node('b', health('FAILED'))]));
    expect(plan).toEqual({
      open: [
        {
          nodeId: 'b',
          failure: { class: 'SERVER_ERROR', reason: 'status ERROR' },
          failedAt: 900_000,
          reason: 'confirmed failed (SERVER_ERROR): status ERROR',
          relapse: null,
        },
      ],
      start: [{ nodeId: 'b', recoveryId: null, reason: 'all gates are open' }],
      zoneOutages: [],
      hold: [],
      close: [],
      restore: [],
      skip: [],
    });
  });

  test('of a node that a user has stopped is held at once, and is no relapse', () => {
    const before = { id: 'r1', failedAt: 800_000, settledAt: 850_000, closedAt: 850_000, helped: 'x' };
    const recoveredBefore = { ...before, failure: { class: 'SERVER_ERROR', reason: '' }, relapse: null };
    const failed = node('a', health('FAILED'), { recoveredBefore });
    const stop = { why: 'server s was stopped by user 7', ends: 'start it', at: 899_000 };
    const policy = healthPolicy({ safety: { stopped_by_user: 'HOLD' } });
    const again = [{ nodeId: 'a', relapse: { of: 'r1' } }];
    expect(planRound(round([failed], { policy })).open).toMatchObject(again);
    const plan = planRound(round([failed], { policy, userStops: new Map([['a', stop]]) }));
    expect(plan.open).toMatchObject([{ nodeId: 'a', relapse: null }]);
    expect(plan.hold).toMatchObject([{ nodeId: 'a', gates: [{ gate: 'stopped_by_user' }] }]);
    const unseen = new Map([['a', { ...stop, at: null }]]);
    expect(planRound(round([failed], { policy, userStops: unseen })).open).toMatchObject(again);
  });

  test('joins the recovery that is open, running or held', () => {
    const running = planRound(
      round([node('a', health('FAILED'))], { recoveries: [recovery('a', { startedAt: now - 1 })] }),
    );
    expect(running).toEqual({
      open: [],
      start: [],
      hold: [],
      close: [],
      restore: [],
      skip: [],
      zoneOutages: [],
    });
    const held = planRound(round([node('a', health('FAILED'))], { recoveries: [recovery('a')] }));
    expect(held).toMatchObject({ open: [], start: [{ nodeId: 'a', recoveryId: 'r-a' }] });
  });

  test.each<[string, Partial<NodeSnapshot>, string, number | null]>([
    [
      'is quarantined',
      { quarantinedSince: now - 120_000 },
      'quarantined 2 min ago, until an operator releases it',
      null,
    ],
    [
      'is excluded',
      { excluded: { until: now + 5000, reason: 'by ann' } },
      'excluded from healing (by ann)',
      now + 5000,
    ],
    ['is busy', { status: 'UPDATING' }, 'the node is busy (UPDATING)', now + 10_000],
    [
      'was just well',
      { health: health('FAILED', { last: 'healthy', reason: '1 of 2 good rounds' }) },
      'its last look was good: 1 of 2 good rounds',
      now + 10_000,
    ],
    [
      'was just not helped',
      { lastTry: { at: now - 4000, end: 'EXHAUSTED' } },
      'the last recovery did not help; the next recovery begins in 6 s (no limit on recoveries is set)',
      now + 6000,
    ],
    [
      'was just cancelled by an operator',
      { lastTry: { at: now - 4000, end: 'CANCELLED' } },
      'the last recovery was cancelled; the next recovery begins in 6 s (no limit on recoveries is set)',
      now + 6000,
    ],
  ])('of a node that %s is left alone, and says so', (_what, more, reason, until) => {
    const plan = planRound(round([node('a', health('FAILED'), more)]));
    expect(plan).toMatchObject({ open: [], start: [], skip: [{ nodeId: 'a', reason, until }] });
  });
});

test('a suspected, an unknown and a never seen node open nothing', () => {
  const plan = planRound(
    round([node('a', health('SUSPECTED')), node('b', health('UNKNOWN')), node('c', null)]),
  );
  expect(plan).toEqual({ open: [], start: [], hold: [], close: [], restore: [], skip: [], zoneOutages: [] });
});

describe('a held recovery', () => {
  test('closes SELF_HEALED when its node is healthy, also under an open breaker', () => {
    const breaker = { kind: 'open', since: 0, until: now + 1, failures: 5 } as const;
    const plan = planRound(round([node('a', health('HEALTHY'))], { recoveries: [recovery('a')], breaker }));
    expect(plan.close).toEqual([
      {
        recoveryId: 'r-a',
        nodeId: 'a',
        state: 'SELF_HEALED',
        reason: 'healthy again before anything was started: ok',
      },
    ]);
  });

  test('closes CANCELLED when its node is gone or the policy was detached', () => {
    expect(planRound(round([], { recoveries: [recovery('a')] })).close).toMatchObject([
      { state: 'CANCELLED' },
    ]);
    const deleting = round([node('a', health('FAILED'), { status: 'DELETING' })], {
      recoveries: [recovery('a')],
    });
    expect(planRound(deleting).close).toMatchObject([{ state: 'CANCELLED' }]);
    const detached = round([node('a', health('FAILED'))], { recoveries: [recovery('a')], policy: null });
    expect(planRound(detached)).toMatchObject({
      close: [{ state: 'CANCELLED', reason: 'the health policy was detached' }],
      start: [],
    });
  });

  test('is not started while its node cannot be seen', () => {
    const plan = planRound(
      round([node('a', health('UNKNOWN', { reason: 'no answer' }))], { recoveries: [recovery('a')] }),
    );
    expect(plan.hold).toEqual([
      {
        nodeId: 'a',
        recoveryId: 'r-a',
        until: now + 10_000,
        gates: [],
        reason: 'held: cannot probe the node: no answer; probing again in 10 s',
      },
    ]);
  });

  test('waits out the time that its own recovery asked for', () => {
    const plan = planRound(
      round([node('a', health('FAILED'))], { recoveries: [recovery('a', { notBefore: now + 3000 })] }),
    );
    expect(plan).toMatchObject({ start: [], hold: [{ until: now + 3000 }] });
  });

  test('says as long as it waits why it was held', () => {
    const because = {
      releasedBecause: 'held: server a is still there; ask an operator; probing again in 60 s',
    };
    const waiting = recovery('a', { notBefore: now + 3000, ...because });
    const { hold } = planRound(round([node('a', health('FAILED'))], { recoveries: [waiting] }));
    const reason = 'held: server a is still there; ask an operator; probing again in 3 s';
    expect(hold).toMatchObject([{ gates: [], reason }]);
  });

  test('is never dropped: it is held by the gate, with numbers', () => {
    const policy = healthPolicy({ safety: { max_unhealthy: { percent: 40 } } });
    const nodes = ['a', 'b', 'c', 'd', 'e'].map((id, index) =>
      node(id, health(index < 3 ? 'FAILED' : 'HEALTHY')),
    );
    const plan = planRound(round(nodes, { policy }));
    expect(ids(plan.open)).toEqual(['a', 'b', 'c']);
    expect(plan.start).toEqual([]);
    expect(plan.hold).toMatchObject([
      { nodeId: 'a', gates: [{ gate: 'max_unhealthy', total: 3, limit: 2 }] },
      {},
      {},
    ]);
  });
});

describe('limits', () => {
  test('count what the same round starts, oldest first', () => {
    const policy = healthPolicy({ safety: { max_in_flight: { percent: 50 } } });
    const nodes = ['a', 'b', 'c', 'd'].map((id) => node(id, health('FAILED')));
    const recoveries = [recovery('c', { openedAt: 20 }), recovery('d', { openedAt: 10 })];
    const plan = planRound(round(nodes, { policy, recoveries }));
    expect(ids(plan.start)).toEqual(['d', 'c']);
    expect(ids(plan.hold)).toEqual(['a', 'b']);
  });

  test('of the rate count what this round starts too', () => {
    const policy = healthPolicy({ safety: { rate_limit: { cluster: '2/1h' } } });
    const nodes = ['a', 'b', 'c'].map((id) => node(id, health('FAILED')));
    expect(ids(planRound(round(nodes, { policy, starts: [{ nodeId: 'z', at: now - 5 }] })).start)).toEqual([
      'a',
    ]);
  });

  test('take suspected, failed, unknown, unseen, recovering, quarantined and missing nodes as unhealthy', () => {
    const nodes = [
      node('well', health('HEALTHY')),
      node('suspected', health('SUSPECTED')),
      node('failed', health('FAILED')),
      node('unknown', health('UNKNOWN')),
      node('unseen', null),
      node('recovering', health('HEALTHY')),
      node('quarantined', health('HEALTHY'), { quarantinedSince: 1 }),
    ];
    expect(countUnhealthy({ now, nodes, recoveries: [recovery('recovering')], desiredCapacity: 10 })).toEqual(
      {
        total: 9,
        unknown: 2,
        missing: 3,
      },
    );
    expect(countUnhealthy({ now, nodes, recoveries: [], desiredCapacity: 0 }).total).toBe(5);
  });

  test('do not take an excluded node as unhealthy, for as long as it is excluded', () => {
    const until = (end: number | null) => ({ excluded: { until: end, reason: 'being debugged' } });
    const nodes = [
      node('for good', health('FAILED'), until(null)),
      node('for now', health('FAILED'), until(now + 1)),
      node('no more', health('FAILED'), until(now)),
    ];
    expect(countUnhealthy({ now, nodes, recoveries: [], desiredCapacity: 3 }).total).toBe(1);
  });
});
