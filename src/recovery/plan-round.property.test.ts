/**
 * What is always true of a cluster that the planner heals, over generated policies, verdicts, steps and
 * pauses.
 */
import fc from 'fast-check';
import { cases } from '../../test/support/soak.ts';
import { describe, expect, test } from 'vitest';
import { ClusterWorld } from '../../test/support/cluster-world.ts';
import type { Turn } from '../../test/support/cluster-world.ts';
import { anyFate, anyPolicy, anyVerdict } from '../../test/support/recovery-arbitraries.ts';
import type { Verdict } from '../domain/verdict.ts';
import { shareOf } from './gates.ts';
import { countUnhealthy, planRound } from './plan-round.ts';
import type { RoundPlan } from './plan-round.ts';
import type { RoundSnapshot } from './round-snapshot.ts';

const mostly = fc.integer({ min: 0, max: 9 }).map((number) => number > 0);
const anyTurn: fc.Arbitrary<Turn> = fc.record({
  verdicts: fc.array(anyVerdict, { minLength: 1, maxLength: 6 }),
  fates: fc.array(anyFate, { minLength: 1, maxLength: 4 }),
  enabled: mostly,
  maintenance: mostly.map((usual) => !usual),
});

const anyWorld = fc
  .record({
    policy: anyPolicy,
    nodes: fc.integer({ min: 1, max: 8 }),
    missing: fc.integer({ min: -1, max: 2 }),
    zones: fc.integer({ min: 1, max: 3 }),
    turns: fc.array(anyTurn, { minLength: 1, maxLength: 25 }),
  })
  .map(({ policy, nodes, missing, zones, turns }) => ({
    world: () => new ClusterWorld(policy, nodes, Math.max(0, nodes + missing), zones),
    turns,
  }));

/** Heals a world turn by turn, and hands every round to the invariant. */
function always(
  what: string,
  holds: (plan: RoundPlan, before: RoundSnapshot, world: ClusterWorld, turn: Turn) => void,
): void {
  test(what, () => {
    fc.assert(
      fc.property(anyWorld, ({ world: make, turns }) => {
        const world = make();
        for (const turn of turns) {
          world.probe(turn);
          const before = structuredClone(world.snapshot(turn));
          const plan = world.plan(turn);
          holds(plan, before, world, turn);
          world.apply(plan);
          world.recover(turn);
        }
      }),
      cases(400),
    );
  });
}

const ids = (entries: readonly { readonly nodeId: string }[]): string[] =>
  entries.map((entry) => entry.nodeId);

describe('always', () => {
  always('a node has at most one open recovery', (plan, before) => {
    const open = [...ids(before.recoveries), ...ids(plan.open)];
    expect(new Set(open).size).toBe(open.length);
  });

  always('recoveries in flight never exceed the limit', (plan, before, world) => {
    const share = world.policy.safety.maxInFlight;
    if (share === null || plan.start.length === 0) return;
    const running = before.recoveries.filter((recovery) => recovery.startedAt !== null).length;
    expect(running + plan.start.length).toBeLessThanOrEqual(shareOf(share, before.desiredCapacity));
  });

  always(
    'only a node that was confirmed failed, and seen to fail in its last look, is started',
    (plan, before) => {
      for (const { nodeId } of plan.start) {
        const node = before.nodes.find((each) => each.id === nodeId);
        expect(node?.health).toMatchObject({ state: 'FAILED', last: 'unhealthy' });
        expect(node?.quarantinedSince).toBeNull();
      }
    },
  );

  always(
    'nothing starts with more unhealthy nodes than the limit, under an open breaker, in maintenance, or with the policy disabled',
    (plan, before, world, turn) => {
      if (plan.start.length === 0) return;
      const share = world.policy.safety.maxUnhealthy;
      if (share !== null)
        expect(countUnhealthy(before).total).toBeLessThanOrEqual(shareOf(share, before.desiredCapacity));
      expect(turn.enabled && !turn.maintenance).toBe(true);
      if (world.policy.safety.breaker !== null && before.breaker.kind === 'open') {
        expect(before.now).toBeGreaterThanOrEqual(before.breaker.until);
        expect(plan.start.length).toBe(1);
      }
    },
  );

  always('nothing starts in a zone that has an outage and is held', (plan, before, world) => {
    if (world.policy.safety.zoneOutage?.action !== 'HOLD') return;
    const zones = new Set(plan.zoneOutages.map(({ name }) => name));
    const started = before.nodes.filter(({ id }) => ids(plan.start).includes(id));
    expect(started.filter(({ domain }) => zones.has(domain ?? ''))).toEqual([]);
  });

  always(
    'what starts in a zone that has an outage starts elsewhere, and nothing else does',
    (plan, before, world) => {
      const zones = new Set(plan.zoneOutages.map(({ name }) => name));
      for (const { nodeId, elsewhere } of plan.start) {
        const { domain = '' } = before.nodes.find(({ id }) => id === nodeId) ?? {};
        expect(elsewhere !== undefined).toBe(zones.has(domain ?? ''));
        if (elsewhere !== undefined) expect(world.policy.safety.zoneOutage?.action).toBe('REPLACE_ELSEWHERE');
        expect(elsewhere?.avoid ?? [...zones, domain]).toEqual(expect.arrayContaining([...zones]));
      }
    },
  );

  always(
    'a zone outage begins with enough nodes known to have failed, where there is more than one zone',
    (plan, before, world) => {
      const rules = world.policy.safety.zoneOutage;
      const begun = plan.zoneOutages.filter(
        ({ name }) => !before.zoneOutages?.some((each) => each.name === name),
      );
      if (rules === null || world.zones === 1) expect(plan.zoneOutages).toEqual([]);
      for (const { name } of begun) {
        const inZone = before.nodes.filter(({ domain }) => domain === name);
        const failed = inZone.filter(
          ({ health }) => health?.last === 'unhealthy' || health?.state === 'FAILED',
        );
        expect(failed.length).toBeGreaterThanOrEqual(rules?.atLeast ?? 0);
        expect(failed.length * 100).toBeGreaterThanOrEqual(inZone.length * (rules?.percent ?? 0));
      }
    },
  );

  always('no more is started in a time than the rate limits allow', (plan, before, world) => {
    const { node, cluster } = world.policy.safety.rateLimit;
    const starts = [...before.starts, ...plan.start.map(({ nodeId }) => ({ nodeId, at: before.now }))];
    if (cluster !== null && plan.start.length > 0) {
      expect(starts.filter(({ at }) => at > before.now - cluster.periodMs).length).toBeLessThanOrEqual(
        cluster.count,
      );
    }
    for (const { nodeId } of node === null ? [] : plan.start) {
      const own = starts.filter(
        (start) => start.nodeId === nodeId && start.at > before.now - (node?.periodMs ?? 0),
      );
      expect(own.length).toBeLessThanOrEqual(node?.count ?? 0);
    }
  });

  always(
    'every recovery that does not run is started, held or closed, exactly once, with a reason and a time in the future',
    (plan, before) => {
      const waiting = before.recoveries.filter((recovery) => recovery.startedAt === null);
      const decided = [...ids(plan.start), ...ids(plan.hold), ...ids(plan.close)].sort();
      expect(decided).toEqual([...ids(waiting), ...ids(plan.open)].sort());
      expect(plan.hold.every((each) => each.until > before.now && each.reason.startsWith('held: '))).toBe(
        true,
      );
    },
  );

  always('every failed node is in a recovery, or left alone with a reason', (plan, before) => {
    const failed = before.nodes.filter((node) => node.health?.state === 'FAILED').map((node) => node.id);
    const accounted = new Set([...ids(before.recoveries), ...ids(plan.open), ...ids(plan.skip)]);
    expect(failed.filter((id) => !accounted.has(id))).toEqual([]);
    expect(plan.skip.every((each) => each.reason !== '')).toBe(true);
  });

  always('an open breaker, and every other gate, still lets healed nodes come back', (plan, before) => {
    const healthy = new Set(
      before.nodes.filter((node) => node.health?.state === 'HEALTHY').map((node) => node.id),
    );
    const held = before.recoveries.filter(
      (recovery) => recovery.startedAt === null && healthy.has(recovery.nodeId),
    );
    expect(ids(plan.close)).toEqual(expect.arrayContaining(ids(held)));
  });

  always(
    'OBSERVE decides what ENFORCE decides, and the planner leaves its snapshot as it was',
    (plan, before, world, turn) => {
      const observed = planRound(world.snapshot(turn, { ...world.policy, mode: 'OBSERVE' }));
      expect(observed).toEqual(plan);
      expect(world.snapshot(turn)).toEqual(before);
    },
  );
});

test('every recovery ends once the world is well and can be seen', () => {
  const well: Verdict = { health: 'healthy', reason: 'well' };
  const calm: Turn = {
    verdicts: [well],
    fates: [{ verdict: well, result: { ok: true, output: {} }, tookMs: 0, cancelled: false }],
    enabled: true,
    maintenance: false,
  };
  fc.assert(
    fc.property(anyWorld, ({ world: make, turns }) => {
      const world = make();
      for (const turn of turns) turnOf(world, turn);
      for (let more = 0; more < 200 && world.open.length > 0; more += 1) turnOf(world, calm);
      expect(world.open).toEqual([]);
    }),
    cases(400),
  );
});

function turnOf(world: ClusterWorld, turn: Turn): void {
  world.probe(turn);
  world.apply(world.plan(turn));
  world.recover(turn);
}
