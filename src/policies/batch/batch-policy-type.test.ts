import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aMember, facts } from '../../../test/support/plan-facts.ts';
import { viewOf } from '../../../test/support/plan-view.ts';
import type { JsonObject } from '../../domain/json.ts';
import { planAction } from '../../plans/action-plans.ts';
import type { ClusterFacts } from '../../plans/cluster-plan.ts';
import { batchPolicyType, type BatchPolicy } from './batch-policy-type.ts';

function policy(properties: JsonObject): BatchPolicy {
  const check = batchPolicyType.check(properties);
  if (!check.ok) throw new Error(JSON.stringify(check.issues));
  return check.value;
}

/** The names of each group, and the pauses between. */
function groupsOf(properties: JsonObject, cluster: ClusterFacts) {
  const plan = planAction('CLUSTER_UPDATE', cluster, { new_profile_id: 'new' });
  const amendment = batchPolicyType.before?.(viewOf(plan, cluster, policy(properties)));
  if (amendment == null || 'refused' in amendment) throw new Error('not amended');
  return {
    reason: amendment.reason,
    pauses: amendment.plan.groups.map(({ pauseMs }) => pauseMs),
    groups: amendment.plan.groups.map(({ nodes }) => nodes.map(({ name }) => name)),
  };
}

test('updates as many nodes at once as are not wanted in service', () => {
  expect(groupsOf({ min_in_service: 2 }, facts(5))).toEqual({
    reason: '3 nodes at once at most, 60 s between two',
    pauses: [60_000, 60_000],
    groups: [
      ['web-1', 'web-2', 'web-3'],
      ['web-4', 'web-5'],
    ],
  });
});

test('never more than max_batch_size; unhealthy nodes are in the first group', () => {
  const members = [1, 2, 3, 4].map((at) =>
    aMember(`web-${at}`, { index: at, health: at === 4 ? 'FAILED' : 'HEALTHY' }),
  );
  const { groups, pauses } = groupsOf({ max_batch_size: 2, pause_time: 0 }, facts(4, { members }));
  expect(groups).toEqual([
    ['web-4', 'web-1'],
    ['web-2', 'web-3'],
  ]);
  expect(pauses).toEqual([0, 0]);
});

test('where so many cannot stay in service, one after the other', () => {
  expect(groupsOf({ min_in_service: 5 }, facts(3)).groups).toEqual([['web-1'], ['web-2'], ['web-3']]);
});

test('each node once, in groups that leave enough in service', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 30 }),
      fc.constantFrom(-1, 1, 2, 7),
      (total, minInService, most) => {
        const { groups } = groupsOf({ min_in_service: minInService, max_batch_size: most }, facts(total));
        expect(new Set(groups.flat())).toEqual(new Set(facts(total).members.map(({ name }) => name)));
        expect(groups.flat()).toHaveLength(total);
        for (const group of groups) {
          if (most > 0) expect(group.length).toBeLessThanOrEqual(most);
          if (total > minInService) expect(total - group.length).toBeGreaterThanOrEqual(minInService);
          else expect(group).toHaveLength(1);
        }
      },
    ),
  );
});

test('has nothing to say about an action that updates no node', () => {
  const cluster = facts(3);
  const view = viewOf(planAction('CLUSTER_CHECK', cluster, {}), cluster, policy({}));
  expect(batchPolicyType.before?.(view)).toBeNull();
});

test.each([
  [{ max_batch_size: 0 }, 'max_batch_size'],
  [{ max_batch_size: -2 }, 'max_batch_size'],
  [{ min_in_service: -1 }, 'min_in_service'],
  [{ pause_time: 'a minute' }, 'pause_time'],
])('%j is refused for %s', (properties, field) => {
  expect(batchPolicyType.check(properties)).toMatchObject({ ok: false, issues: [{ field }] });
});
