import { describe, expect, test } from 'vitest';
import { facts } from '../../test/support/plan-facts.ts';
import { amendPlan, type Amendment, type PlanAmender } from './amend-plan.ts';
import { nodesOf, type ClusterFacts, type ClusterPlan } from './cluster-plan.ts';
import { planProfileUpdate, planSize, planned, withDesired } from './make-plan.ts';

function amender(
  policyName: string,
  priority: number,
  amend: (plan: ClusterPlan, facts: ClusterFacts) => Amendment,
): PlanAmender {
  return { policyName, priority, amend };
}

const four = facts(4);

/** As a scaling policy: by two, whatever was asked for. */
const byTwo = amender('by-two', 100, (plan, view) => ({
  plan: withDesired(plan, view, view.members.length - 2),
  reason: 'two at a time',
}));

/** As a deletion policy: the oldest first. */
const oldestFirst = amender('oldest-first', 400, (plan, { members }) => {
  const count = nodesOf(plan, 'NODE_DELETE').length;
  const nodes = members.slice(0, count).map((member) => planned('NODE_DELETE', member, 'the oldest'));
  return { plan: { ...plan, groups: [{ nodes, pauseMs: 0 }] }, reason: 'the oldest go first' };
});

describe('A plan', () => {
  test('is amended in the order of priority, each policy seeing what the one before has left', () => {
    const plan = amendPlan(planSize('CLUSTER_SCALE_IN', four, { desired: 3 }), four, [oldestFirst, byTwo]);
    expect(plan.size?.desired).toBe(2);
    expect(nodesOf(plan, 'NODE_DELETE').map((node) => node.name)).toEqual(['web-1', 'web-2']);
    expect(plan.decisions).toEqual([
      { by: 'CLUSTER_SCALE_IN', reason: 'from 4 to 3 nodes' },
      { by: 'by-two', reason: 'two at a time: from 4 to 2 nodes' },
      { by: 'oldest-first', reason: 'the oldest go first' },
    ]);
  });

  test('of an update can be cut into batches with a pause between them', () => {
    const batches = amender('batches', 200, (plan) => {
      const [first, second, third, fourth] = plan.groups.flatMap((group) => group.nodes);
      const groups = [
        [first, second],
        [third, fourth],
      ].map((nodes) => ({ nodes: nodes.flatMap((node) => node ?? []), pauseMs: 5000 }));
      return { plan: { ...plan, groups }, reason: 'two at once' };
    });
    const plan = amendPlan(planProfileUpdate('CLUSTER_UPDATE', four, 'new'), four, [batches]);
    expect(plan.groups.map(({ nodes, pauseMs }) => `${nodes.length} ${pauseMs}`)).toEqual([
      '2 5000',
      '2 5000',
    ]);
  });

  test('places new nodes where a policy says', () => {
    const placed = amender('zones', 300, (plan) => ({
      plan: {
        ...plan,
        groups: plan.groups.map((group) => ({
          ...group,
          nodes: group.nodes.map((node) => ({ ...node, inputs: { placement: { zone: 'a' } } })),
        })),
      },
      reason: 'zone a',
    }));
    const plan = amendPlan(planSize('CLUSTER_SCALE_OUT', four, { desired: 5 }), four, [placed]);
    expect(nodesOf(plan, 'NODE_CREATE').map((node) => node.inputs)).toEqual([{ placement: { zone: 'a' } }]);
  });

  test('is refused by a policy, with its reason', () => {
    const cooldown = amender('cooldown', 100, () => ({ refused: 'scaled 10 s ago, wait for 50 s more' }));
    expect(() => amendPlan(planSize('CLUSTER_SCALE_IN', four, { desired: 3 }), four, [cooldown])).toThrow(
      'The policy cooldown refuses CLUSTER_SCALE_IN: scaled 10 s ago, wait for 50 s more',
    );
  });

  test.each<[string, (plan: ClusterPlan) => ClusterPlan, string]>([
    [
      'a stranger',
      (plan) => ({ ...plan, groups: [{ nodes: [remove('db-1')], pauseMs: 0 }] }),
      'not in the cluster',
    ],
    [
      'a node twice',
      (plan) => ({ ...plan, groups: [{ nodes: [remove('web-1'), remove('web-1')], pauseMs: 0 }] }),
      'twice',
    ],
    ['too few', (plan) => ({ ...plan, groups: [] }), '4 nodes with 0 added and 0 removed are not 3'],
  ])('that a policy type made wrong (%s) is not carried out', (_, amend, why) => {
    const wrong = amender('wrong', 1, (plan) => ({ plan: amend(plan), reason: '' }));
    expect(() => amendPlan(planSize('CLUSTER_SCALE_IN', four, { desired: 3 }), four, [wrong])).toThrow(why);
  });
});

function remove(id: string) {
  return { operation: 'NODE_DELETE', nodeId: id, name: id, reason: '', inputs: {} } as const;
}
