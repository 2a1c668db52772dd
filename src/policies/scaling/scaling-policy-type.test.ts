import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { facts } from '../../../test/support/plan-facts.ts';
import { viewOf } from '../../../test/support/plan-view.ts';
import type { JsonObject } from '../../domain/json.ts';
import { planAction } from '../../plans/action-plans.ts';
import { amendPlan } from '../../plans/amend-plan.ts';
import type { ClusterFacts, ClusterPlan } from '../../plans/cluster-plan.ts';
import { scalingPolicyType, type ScalingPolicy } from './scaling-policy-type.ts';

type ScalingAction = ScalingPolicy['event'];

function policy(event: ScalingAction, adjustment: JsonObject = {}): ScalingPolicy {
  const check = scalingPolicyType.check({ event, adjustment });
  if (!check.ok) throw new Error(JSON.stringify(check.issues));
  return check.value;
}

function scaled(
  value: ScalingPolicy,
  cluster: ClusterFacts,
  inputs: JsonObject = {},
  action: ScalingAction = value.event,
): ClusterPlan {
  return amendPlan(planAction(action, cluster, inputs), cluster, [
    {
      policyName: 'scaling',
      priority: scalingPolicyType.priority,
      amend: (plan) => scalingPolicyType.before?.(viewOf(plan, cluster, value, { inputs })) ?? null,
    },
  ]);
}

const sizeOf = (plan: ClusterPlan) => plan.size?.desired;

describe('A scaling policy', () => {
  test.each([
    ['CLUSTER_SCALE_OUT', {}, 5],
    ['CLUSTER_SCALE_OUT', { number: 3 }, 7],
    ['CLUSTER_SCALE_OUT', { type: 'EXACT_CAPACITY', number: 9 }, 9],
    ['CLUSTER_SCALE_OUT', { type: 'CHANGE_IN_PERCENTAGE', number: 50 }, 6],
    ['CLUSTER_SCALE_OUT', { type: 'CHANGE_IN_PERCENTAGE', number: 10 }, 5],
    ['CLUSTER_SCALE_OUT', { type: 'CHANGE_IN_PERCENTAGE', number: 10, min_step: 2 }, 6],
    ['CLUSTER_SCALE_IN', { number: 2 }, 2],
    ['CLUSTER_SCALE_IN', { type: 'EXACT_CAPACITY', number: 1 }, 1],
    ['CLUSTER_SCALE_IN', { type: 'CHANGE_IN_PERCENTAGE', number: 75 }, 1],
  ] as const)('for %s with %j makes of 4 nodes %i', (event, adjustment, desired) => {
    expect(sizeOf(scaled(policy(event, adjustment), facts(4)))).toBe(desired);
  });

  test('takes what the request says, and says so', () => {
    const plan = scaled(policy('CLUSTER_SCALE_OUT', { number: 3 }), facts(4), { count: 1 });
    expect(sizeOf(plan)).toBe(5);
    expect(plan.decisions.at(-1)).toEqual({ by: 'scaling', reason: '1 node requested' });
  });

  test('has nothing to say about the other direction', () => {
    const plan = scaled(policy('CLUSTER_SCALE_OUT', { number: 3 }), facts(4), {}, 'CLUSTER_SCALE_IN');
    expect(sizeOf(plan)).toBe(3);
    expect(plan.decisions).toHaveLength(1);
  });

  test.each([
    [
      'CLUSTER_SCALE_OUT',
      { number: 3 },
      "The target capacity (7) is greater than the cluster's max_size (5).",
    ],
    ['CLUSTER_SCALE_IN', { number: 3 }, "The target capacity (1) is less than the cluster's min_size (2)."],
  ] as const)('refuses %s beyond the limits', (event, adjustment, why) => {
    const cluster = facts(4, { minSize: 2, maxSize: 5 });
    expect(() => scaled(policy(event, adjustment), cluster)).toThrow(why);
    const plan = scaled(policy(event, { ...adjustment, best_effort: true }), cluster);
    expect(sizeOf(plan)).toBe(event === 'CLUSTER_SCALE_OUT' ? 5 : 2);
    expect(plan.decisions.at(-1)?.reason).toMatch(
      /^3 nodes, as far as the limits of the cluster allow(: from 4 to 2 nodes)?$/,
    );
  });

  test('refuses what would change nothing', () => {
    const exact = policy('CLUSTER_SCALE_OUT', { type: 'EXACT_CAPACITY', number: 4 });
    expect(() => scaled(exact, facts(4))).toThrow('EXACT_CAPACITY 4 changes nothing at 4 nodes');
  });

  test('refuses what the limits allow nothing of, also with best_effort', () => {
    const any = policy('CLUSTER_SCALE_OUT', { number: 2, best_effort: true });
    expect(() => scaled(any, facts(4, { maxSize: 4 }))).toThrow(
      '2 nodes, as far as the limits of the cluster allow: that is none, at 4 nodes',
    );
  });

  test('with best_effort never leaves the limits, and never goes the other way', () => {
    const adjustments = fc.record({
      type: fc.constantFrom('CHANGE_IN_CAPACITY', 'CHANGE_IN_PERCENTAGE'),
      number: fc.integer({ min: 1, max: 300 }),
      min_step: fc.integer({ min: 1, max: 10 }),
      best_effort: fc.constant(true),
    });
    fc.assert(
      fc.property(
        fc.constantFrom('CLUSTER_SCALE_IN' as const, 'CLUSTER_SCALE_OUT' as const),
        adjustments,
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 0, max: 15 }),
        (event, adjustment, minSize, above, room) => {
          const current = minSize + above;
          const cluster = facts(current, { minSize, maxSize: current + room });
          fc.pre(event === 'CLUSTER_SCALE_IN' ? above > 0 : room > 0);
          const desired = sizeOf(scaled(policy(event, adjustment), cluster)) ?? Number.NaN;
          expect(desired).toBeGreaterThanOrEqual(event === 'CLUSTER_SCALE_IN' ? minSize : current);
          expect(desired).toBeLessThanOrEqual(event === 'CLUSTER_SCALE_IN' ? current : current + room);
        },
      ),
    );
  });

  test('is in its cooldown for its own event, after a scaling in either direction', () => {
    const value = policy('CLUSTER_SCALE_OUT', { cooldown: 60 });
    const cluster = facts(4, { now: 5000 });
    const { binding } = viewOf(planAction('CLUSTER_SCALE_IN', cluster, {}), cluster, value);
    const ended = viewOf(planAction('CLUSTER_SCALE_IN', cluster, {}), cluster, value);
    expect(scalingPolicyType.after?.({ ...ended, succeeded: true })).toEqual({ lastOp: 5000 });
    const scaledAt = { ...binding, lastOp: 5000 };
    expect(scalingPolicyType.cooldown?.({ action: 'CLUSTER_SCALE_OUT', value, binding: scaledAt })).toBe(
      65_000,
    );
    expect(scalingPolicyType.cooldown?.({ action: 'CLUSTER_SCALE_IN', value, binding: scaledAt })).toBeNull();
    expect(scalingPolicyType.cooldown?.({ action: 'CLUSTER_SCALE_OUT', value, binding })).toBeNull();
  });

  test.each([
    [{}, 'event'],
    [{ event: 'CLUSTER_RESIZE' }, 'event'],
    [{ event: 'CLUSTER_SCALE_IN', adjustment: { number: 0 } }, 'adjustment.number'],
    [{ event: 'CLUSTER_SCALE_IN', adjustment: { min_step: -1 } }, 'adjustment.min_step'],
    [{ event: 'CLUSTER_SCALE_IN', adjustment: { cooldown: -1 } }, 'adjustment.cooldown'],
  ])('%j is refused for %s', (properties, field) => {
    expect(scalingPolicyType.check(properties)).toMatchObject({ ok: false, issues: [{ field }] });
  });
});
