import { describe, expect, test } from 'vitest';
import { aMember, facts } from '../../../test/support/plan-facts.ts';
import { viewOf } from '../../../test/support/plan-view.ts';
import type { JsonObject } from '../../domain/json.ts';
import { planAction, type PlannedActionName } from '../../plans/action-plans.ts';
import type { ClusterFacts, ClusterPlan } from '../../plans/cluster-plan.ts';
import { deletionPolicyTypes, type DeletionPolicy } from './deletion-policy-type.ts';

const [, type] = deletionPolicyTypes;
if (type === undefined) throw new Error('there is no 1.1');

function policy(properties: JsonObject): DeletionPolicy {
  const check = type?.check(properties);
  if (check?.ok !== true) throw new Error(JSON.stringify(check?.issues));
  return check.value;
}

function amended(
  properties: JsonObject,
  cluster: ClusterFacts,
  inputs: JsonObject = {},
  { action = 'CLUSTER_SCALE_IN', seed = 'seed' }: { action?: PlannedActionName; seed?: string } = {},
): { plan: ClusterPlan; reason: string } | null {
  const view = viewOf(planAction(action, cluster, inputs), cluster, policy(properties), { inputs, seed });
  const amendment = type?.before?.(view) ?? null;
  if (amendment !== null && 'refused' in amendment) throw new Error(amendment.refused);
  return amendment;
}

const namesOf = (found: { plan: ClusterPlan } | null) =>
  found?.plan.groups.flatMap(({ nodes }) => nodes.map(({ name }) => name));

/** web-1 is the oldest, and has the youngest profile. */
const members = [1, 2, 3, 4].map((at) =>
  aMember(`web-${at}`, { index: at, createdAt: at * 1000, profileCreatedAt: 9000 - at, health: 'HEALTHY' }),
);
const cluster = facts(4, { members });

describe('A deletion policy', () => {
  test.each([
    ['OLDEST_FIRST', ['web-1', 'web-2'], 'the oldest'],
    ['YOUNGEST_FIRST', ['web-4', 'web-3'], 'the youngest'],
    ['OLDEST_PROFILE_FIRST', ['web-4', 'web-3'], 'of the oldest profile'],
  ])('%s chooses %j', (criteria, expected, reason) => {
    const found = amended({ criteria }, cluster, { count: 2 });
    expect(namesOf(found)).toEqual(expected);
    expect(found?.plan.groups[0]?.nodes[0]?.reason).toBe(reason);
    expect(found?.reason).toBe(criteria);
  });

  test('at random: the same nodes for one action, others for others', () => {
    const chosen = (seed: string) => namesOf(amended({}, cluster, { count: 2 }, { seed }))?.join();
    expect(chosen('a')).toBe(chosen('a'));
    expect(new Set(Array.from({ length: 50 }, (_, at) => chosen(`${at}`))).size).toBeGreaterThan(5);
  });

  test('nodes that serve no one go first, whatever the criteria are', () => {
    const oneFailed = members.map((member) =>
      member.index === 3 ? { ...member, health: 'FAILED' as const } : member,
    );
    const found = amended({ criteria: 'OLDEST_FIRST' }, facts(4, { members: oneFailed }), { count: 2 });
    expect(namesOf(found)).toEqual(['web-3', 'web-1']);
    expect(found?.plan.groups[0]?.nodes.map(({ reason }) => reason)).toEqual([
      'confirmed failed',
      'the oldest',
    ]);
  });

  test('waits for the grace period, lets nodes leave, and tells a lifecycle hook', () => {
    const hooks = { type: 'webhook', params: { url: 'https://hook.example/x' }, timeout: 30 };
    const found = amended(
      { grace_period: 5, destroy_after_deletion: false, criteria: 'OLDEST_FIRST', hooks },
      cluster,
    );
    expect(found?.plan.waitMs).toBe(5000);
    expect(found?.plan.groups[0]?.nodes).toEqual([
      {
        operation: 'NODE_LEAVE',
        nodeId: 'web-1',
        name: 'web-1',
        reason: 'the oldest',
        inputs: { lifecycle_hook: { url: 'https://hook.example/x', timeout: 30 } },
      },
    ]);
    expect(found?.reason).toBe(
      'OLDEST_FIRST; the nodes leave the cluster and are not deleted; each waits for its lifecycle hook, 30 s at most',
    );
  });

  test.each([
    [1, 'YOUNGEST_FIRST; web-4 is not ACTIVE: removed at once, without the lifecycle hook'],
    [
      2,
      'YOUNGEST_FIRST; each that is ACTIVE waits for its lifecycle hook, 30 s at most; web-4 is not ACTIVE: removed at once, without the lifecycle hook',
    ],
  ])('says of %i nodes which do not wait for the lifecycle hook', (count, reason) => {
    const hooks = { type: 'webhook', params: { url: 'https://hook.example/x' }, timeout: 30 };
    const oneInError = members.map((member) =>
      member.index === 4 ? { ...member, status: 'ERROR' as const } : member,
    );
    const inError = facts(4, { members: oneInError });
    expect(amended({ criteria: 'YOUNGEST_FIRST', hooks }, inError, { count })?.reason).toBe(reason);
  });

  test.each(['CLUSTER_DELETE', 'CLUSTER_CHECK'] as const)('has nothing to say about %s', (action) => {
    expect(amended({}, cluster, {}, { action })).toBeNull();
  });

  test('has nothing to say where nodes are added', () => {
    const inputs = { adjustment_type: 'CHANGE_IN_CAPACITY', number: 2 };
    expect(amended({}, cluster, inputs, { action: 'CLUSTER_RESIZE' })).toBeNull();
  });

  test.each([
    [{ criteria: 'NOPE' }, 'criteria'],
    [{ grace_period: -1 }, 'grace_period'],
    [{ hooks: { type: 'zaqar', params: { queue: 'q' } } }, 'hooks.type'],
    [{ hooks: { params: { queue: 'q' } } }, 'hooks.type'],
    [{ hooks: { type: 'webhook' } }, 'hooks.params.url'],
    [{ hooks: { type: 'webhook', params: { url: 'secret-token' } } }, 'hooks.params.url'],
  ])('%j is refused for %s', (properties, field) => {
    const check = type?.check(properties);
    expect(check).toMatchObject({ ok: false, issues: [{ field }] });
    expect(JSON.stringify(check)).not.toContain('secret-token');
  });
});
