import { describe, expect, test } from 'vitest';
import { healthPolicy } from '../../test/support/health-policies.ts';
import type { HealthRecord, HealthState } from '../domain/health-record.ts';
import type { ZoneOutage } from '../domain/zone-outage.ts';
import { closedBreaker } from './breaker.ts';
import { gatesClosedNow } from './next-up.ts';
import { planRound } from './plan-round.ts';
import type { NodeSnapshot, RoundSnapshot } from './round-snapshot.ts';
import { standingOutages } from './zone-outage.ts';

const now = 1_000_000_000;
const policy = healthPolicy({ safety: { zone_outage: { action: 'HOLD', percent: 60, within: 120 } } });

function health(state: HealthState, more: Partial<HealthRecord> = {}): HealthRecord {
  const failed = state === 'FAILED' || state === 'SUSPECTED';
  return {
    state,
    since: 0,
    reason: failed ? 'down' : 'ok',
    last: failed ? 'unhealthy' : state === 'UNKNOWN' ? 'unknown' : 'healthy',
    failures: failed ? 1 : 0,
    successes: 0,
    failedAt: failed ? now - 10_000 : null,
    failure: failed ? { class: 'HOST_DOWN', reason: 'down' } : null,
    detectors: [],
    healthyAt: null,
    probedAt: now,
    probeAgainAt: now + 10_000,
    ...more,
  };
}

function node(id: string, domain: string | null, record: HealthRecord | null): NodeSnapshot {
  const rest = { name: id, status: 'ACTIVE', excluded: null, quarantinedSince: null, lastTry: null } as const;
  return { id, domain, health: record, ...rest };
}

/** Nodes of a zone in these states: `a1` is the first one of `a`. */
function zone(name: string, ...states: (HealthState | HealthRecord)[]): NodeSnapshot[] {
  return states.map((state, index) =>
    node(`${name}${index + 1}`, name, typeof state === 'string' ? health(state) : state),
  );
}

function round(nodes: readonly NodeSnapshot[], more: Partial<RoundSnapshot> = {}): RoundSnapshot {
  return {
    now,
    desiredCapacity: nodes.length,
    policy,
    policyEnabled: true,
    maintenance: null,
    breaker: closedBreaker,
    nodes,
    recoveries: [],
    starts: [],
    ...more,
  };
}

function begun(name: string, more: Partial<ZoneOutage> = {}): ZoneOutage {
  return { domain: { kind: 'ZONE' }, name, since: now - 60_000, replaced: [], releasedAt: null, ...more };
}

const well = zone('b', 'HEALTHY', 'HEALTHY', 'HEALTHY');
const names = (nodes: readonly NodeSnapshot[], more: Partial<RoundSnapshot> = {}): string[] =>
  standingOutages(round(nodes, more), more.policy ?? policy).map(({ name }) => name);
const ids = (entries: readonly { readonly nodeId: string }[]): string[] =>
  entries.map(({ nodeId }) => nodeId);

describe('an outage of a zone begins', () => {
  test('with the share of its nodes failed, counted with the first of their failures', () => {
    const failed = health('FAILED', { failedAt: now - 50_000 });
    expect(standingOutages(round([...zone('a', failed, 'FAILED', 'HEALTHY'), ...well]), policy)).toEqual([
      {
        domain: { kind: 'ZONE' },
        name: 'a',
        since: now - 50_000,
        replaced: [],
        releasedAt: null,
        failed: 2,
        of: 3,
        isConfirmed: true,
      },
    ]);
    expect(names([...zone('a', 'FAILED', 'FAILED', 'HEALTHY', 'HEALTHY'), ...well])).toEqual([]);
  });

  test('only where they failed within the time', () => {
    const long = health('FAILED', { failedAt: now - 131_000 });
    expect(names([...zone('a', long, 'FAILED'), ...well])).toEqual([]);
    expect(names([...zone('a', long, 'FAILED', 'FAILED'), ...well])).toEqual(['a']);
  });

  test('never with one node alone', () => {
    expect(names([...zone('a', 'FAILED'), ...well])).toEqual([]);
  });

  test('with nodes that failed their last probe, but not with those that may still be coming up', () => {
    expect(names([...zone('a', 'FAILED', 'SUSPECTED'), ...well])).toEqual(['a']);
    const inGrace = health('SUSPECTED', { failures: 0 });
    expect(names([...zone('a', 'FAILED', inGrace), ...well])).toEqual([]);
  });

  test('never with nodes that cannot be seen: unknown is not failed', () => {
    const unseen = health('UNKNOWN', { failedAt: now - 10_000, failures: 1 });
    expect(names([...zone('a', 'FAILED', 'UNKNOWN', unseen), ...well])).toEqual([]);
  });

  test('never in a cluster whose nodes are all in one zone', () => {
    expect(names(zone('a', 'FAILED', 'FAILED', 'FAILED'))).toEqual([]);
    expect(names([...zone('a', 'FAILED', 'FAILED'), node('x', null, health('HEALTHY'))])).toEqual([]);
  });

  test('without the nodes that an operator has excluded', () => {
    const excluded = { excluded: { until: null, reason: 'under test' } };
    const [one, two, ...others] = zone('a', 'FAILED', 'FAILED', 'HEALTHY');
    expect(names([{ ...one, ...excluded } as NodeSnapshot, two as NodeSnapshot, ...others, ...well])).toEqual(
      [],
    );
  });

  test('with the healthy nodes that the snapshot only counts', () => {
    const healthyInDomain = new Map([
      ['a', 1],
      ['b', 7],
    ]);
    const [outage] = standingOutages(round(zone('a', 'FAILED', 'FAILED'), { healthyInDomain }), policy);
    expect(outage).toMatchObject({ name: 'a', failed: 2, of: 3 });
  });
});

describe('an outage that has begun', () => {
  const zoneOutages = [begun('a')];

  test('is over when the share falls below', () => {
    const still = [...zone('a', 'FAILED', 'FAILED', 'HEALTHY'), ...well];
    expect(standingOutages(round(still, { zoneOutages }), policy)).toMatchObject([{ since: now - 60_000 }]);
    expect(names([...zone('a', 'FAILED', 'HEALTHY', 'HEALTHY'), ...well], { zoneOutages })).toEqual([]);
  });

  test('is not over because nodes that failed in it cannot be seen any more', () => {
    const unseen = health('UNKNOWN', { failedAt: now - 10_000, failures: 1 });
    expect(names([...zone('a', unseen, 'FAILED', 'HEALTHY'), ...well], { zoneOutages })).toEqual(['a']);
    expect(names([...zone('a', 'UNKNOWN', 'FAILED', 'HEALTHY'), ...well], { zoneOutages })).toEqual([]);
  });

  test('is none any more under a policy that names another domain', () => {
    const byHost = healthPolicy({ safety: { zone_outage: { action: 'HOLD', domain: 'HOST' } } });
    const long = health('FAILED', { failedAt: now - 500_000 });
    const nodes = [...zone('a', long, 'FAILED'), ...well];
    expect(names(nodes, { zoneOutages })).toEqual(['a']);
    expect(names(nodes, { zoneOutages, policy: byHost })).toEqual([]);
  });
});

describe('HOLD', () => {
  const failed = zone('a', 'FAILED', 'FAILED', 'HEALTHY');

  test('holds the recoveries of the nodes of the zone, and of no other', () => {
    const plan = planRound(round([...failed, ...zone('b', 'FAILED', 'HEALTHY', 'HEALTHY')]));
    expect(ids(plan.hold)).toEqual(['a1', 'a2']);
    expect(ids(plan.start)).toEqual(['b1']);
    expect(plan.hold[0]).toMatchObject({
      gates: [{ gate: 'zone_outage', total: 2, limit: 1, since: now - 10_000 }],
      reason:
        'held: zone a has had an outage since 1970-01-12T13:46:30Z: 2 of its 3 nodes failed; it is over when fewer than 60 % of the nodes of this zone are failed',
    });
  });

  test('holds a node of the zone that failed long after the others', () => {
    const later = [...zone('a', 'FAILED', 'FAILED', health('FAILED', { failedAt: now })), ...well];
    const plan = planRound(round(later, { now, zoneOutages: [begun('a', { since: now - 900_000 })] }));
    expect(ids(plan.hold)).toEqual(['a1', 'a2', 'a3']);
  });

  test('is shown among the closed gates of the cluster, before max_unhealthy', () => {
    const strict = healthPolicy({
      safety: { zone_outage: 'HOLD', max_unhealthy: { percent: 1, at_least: 0 } },
    });
    const nodes = [...failed, ...zone('b', 'FAILED', 'HEALTHY', 'HEALTHY')];
    const gates = gatesClosedNow(round(nodes, { policy: strict }));
    expect(gates.map(({ gate, total }) => [gate, total])).toEqual([
      ['zone_outage', 2],
      ['max_unhealthy', 1],
    ]);
  });

  test('holds nothing once an operator has released the zone', () => {
    const zoneOutages = [begun('a', { releasedAt: now - 1 })];
    const plan = planRound(round([...failed, ...well], { zoneOutages }));
    expect(ids(plan.start)).toEqual(['a1', 'a2']);
    expect(plan.zoneOutages).toMatchObject([{ name: 'a', releasedAt: now - 1 }]);
  });
});

describe('max_unhealthy', () => {
  const limited = healthPolicy({ safety: { zone_outage: 'HOLD', max_unhealthy: { percent: 20 } } });
  const failed = zone('a', 'FAILED', 'FAILED', 'UNKNOWN');

  test('does not count the nodes of the only zone with an outage: what is wrong with them is explained', () => {
    const plan = planRound(
      round([...failed, ...zone('b', 'FAILED', 'HEALTHY', 'HEALTHY')], { policy: limited }),
    );
    expect(ids(plan.start)).toEqual(['b1']);
  });

  test('counts all of them where two zones have one: that is a sign of a cause outside of both', () => {
    const nodes = [...failed, ...zone('b', 'FAILED', 'FAILED'), ...zone('c', 'FAILED', 'HEALTHY', 'HEALTHY')];
    const plan = planRound(round(nodes, { policy: limited }));
    expect(plan.start).toEqual([]);
    expect(plan.hold.find(({ nodeId }) => nodeId === 'c1')).toMatchObject({
      gates: [{ gate: 'max_unhealthy', total: 6 }],
    });
  });
});

describe('REPLACE_ELSEWHERE', () => {
  const replacing = healthPolicy({
    safety: { zone_outage: 'REPLACE_ELSEWHERE', max_unhealthy: { percent: 20 } },
  });
  const zoneOutages = [begun('a', { replaced: ['a1'] })];

  test('starts the nodes of the zone elsewhere, whatever max_unhealthy says of this zone, and others as ever', () => {
    const nodes = [...zone('a', 'FAILED', 'FAILED', 'FAILED'), ...zone('b', 'FAILED', 'HEALTHY', 'HEALTHY')];
    const { start } = planRound(round(nodes, { policy: replacing }));
    const elsewhere = { domain: { kind: 'ZONE' }, avoid: ['a'] };
    expect(start.map((each) => [each.nodeId, each.elsewhere])).toEqual([
      ['a1', elsewhere],
      ['a2', elsewhere],
      ['a3', elsewhere],
      ['b1', undefined],
    ]);
    expect(start[0]?.reason).toBe(
      'zone a has had an outage since 1970-01-12T13:46:30Z: 3 of its 3 nodes failed; it is recreated in another zone',
    );
  });

  test('is held by max_unhealthy where too many nodes outside of that zone are unhealthy', () => {
    const nodes = [...zone('a', 'FAILED', 'FAILED', 'FAILED'), ...zone('b', 'UNKNOWN', 'UNKNOWN', 'HEALTHY')];
    const plan = planRound(round(nodes, { policy: replacing }));
    expect(plan.start).toEqual([]);
    expect(plan.hold[0]?.gates[0]).toMatchObject({ gate: 'max_unhealthy', total: 2 });
  });

  test('waits until enough of them are confirmed', () => {
    const nodes = [...zone('a', 'FAILED', 'SUSPECTED', 'SUSPECTED'), ...well];
    const plan = planRound(round(nodes, { policy: replacing }));
    expect(plan.start).toEqual([]);
    expect(plan.hold[0]?.reason).toContain('recreated in another zone once 60 % are confirmed failed');
  });

  test('holds where every zone has an outage', () => {
    const plan = planRound(
      round([...zone('a', 'FAILED', 'FAILED'), ...zone('b', 'FAILED', 'FAILED')], {
        policy: healthPolicy({ safety: { zone_outage: 'REPLACE_ELSEWHERE' } }),
      }),
    );
    expect(plan.start).toEqual([]);
    expect(plan.hold[0]?.reason).toContain('no other zone of this cluster is without an outage');
  });

  describe('where policies limit the zones', () => {
    const nodes = [...zone('a', 'FAILED', 'FAILED'), ...zone('b', 'HEALTHY', 'HEALTHY')];

    test('goes to those alone, also where no node is yet', () => {
      const { start } = planRound(round(nodes, { policy: replacing, allowedZones: ['a', 'd'] }));
      expect(start.map(({ elsewhere }) => elsewhere)).toEqual([
        { domain: { kind: 'ZONE' }, avoid: ['a'], allowed: ['d'] },
        { domain: { kind: 'ZONE' }, avoid: ['a'], allowed: ['d'] },
      ]);
    });

    test('holds where they allow no other one, and says so also when it is asked', () => {
      const snapshot = round(nodes, { policy: replacing, allowedZones: ['a'] });
      const [held] = planRound(snapshot).hold;
      expect(held?.reason).toContain('no other zone of this cluster is without an outage');
      expect(gatesClosedNow(snapshot)).toMatchObject([{ gate: 'zone_outage' }]);
    });
  });

  test('goes on with the last node of the zone after the others have left it', () => {
    const moved = node('a1', 'b', health('HEALTHY'));
    const plan = planRound(
      round([moved, node('a2', 'a', health('FAILED')), ...well], { zoneOutages, policy: replacing }),
    );
    expect(plan.zoneOutages).toMatchObject([{ failed: 2, of: 2 }]);
    expect(plan.start).toMatchObject([{ nodeId: 'a2', elsewhere: { avoid: ['a'] } }]);
  });

  test('counts a node between its old server and its new one as failed, and ends with the last one', () => {
    const between = node('a1', 'a', null);
    const nodes = [between, ...zone('x', 'HEALTHY'), ...well];
    expect(names(nodes, { zoneOutages, policy: replacing })).toEqual(['a']);
    const moved = node('a1', 'b', health('HEALTHY'));
    expect(
      names([moved, node('a2', 'a', health('HEALTHY')), ...well], { zoneOutages, policy: replacing }),
    ).toEqual([]);
  });
});
