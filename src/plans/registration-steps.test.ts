import { expect, test } from 'vitest';
import { aMember, facts } from '../../test/support/plan-facts.ts';
import type { JsonObject } from '../domain/json.ts';
import { planAction, type PlannedActionName } from './action-plans.ts';
import { registrationSteps } from './registration-steps.ts';

const cluster = facts(3, { outsiders: [aMember('spare')] });

function stepsOf(action: PlannedActionName, inputs: JsonObject = {}, of = cluster, inPlace: string[] = []) {
  const amendment = registrationSteps(planAction(action, of, inputs), of, {
    policyName: 'balanced',
    where: 'the pool p',
    serviceAfter: (operation) => (operation === 'stop' ? 'ENDS' : undefined),
    changedInPlace: new Set(inPlace),
  });
  if (amendment === null || 'refused' in amendment) return null;
  const steps = amendment.plan.groups.flatMap(({ nodes }) => nodes.flatMap((node) => node.steps ?? []));
  return { reason: amendment.reason, steps: [...new Set(steps.map(({ step }) => step))] };
}

test.each<[PlannedActionName, JsonObject, string, string[]]>([
  ['CLUSTER_SCALE_OUT', { count: 2 }, '2 nodes added to the pool p', ['added to the pool p once it works']],
  ['CLUSTER_SCALE_IN', {}, '1 node removed from the pool p', ['removed from the pool p before']],
  [
    'CLUSTER_REPLACE_NODES',
    { candidates: { 'web-1': 'spare' } },
    '1 node added to the pool p, 1 node removed from the pool p',
    ['added to the pool p once it works', 'removed from the pool p before'],
  ],
  [
    'CLUSTER_OPERATION',
    { operation: 'stop', nodes: ['web-1'] },
    '1 node removed from the pool p',
    ['removed from the pool p before'],
  ],
  [
    'CLUSTER_UPDATE',
    { new_profile_id: 'new' },
    '3 nodes removed from the pool p and added again',
    ['removed from the pool p before, and added once it works'],
  ],
])('%s %j: %s', (action, inputs, reason, steps) => {
  expect(stepsOf(action, inputs)).toEqual({ reason, steps });
});

test('a check, and an operation after which a node serves as before, change nothing', () => {
  expect(stepsOf('CLUSTER_CHECK')).toBeNull();
  expect(stepsOf('CLUSTER_OPERATION', { operation: 'reboot', nodes: ['web-1'] })).toBeNull();
});

test('an update in place leaves a node that runs in the pool; one that does not may be made again', () => {
  const members = [
    aMember('web-1'),
    aMember('web-2', { health: 'FAILED' }),
    aMember('web-3', { status: 'ERROR' }),
    aMember('web-4', { profileId: 'older' }),
  ];
  const mixed = facts(4, { members });
  expect(stepsOf('CLUSTER_UPDATE', { new_profile_id: 'new' }, mixed, ['old'])?.reason).toBe(
    '1 node removed from the pool p and added again, ' +
      '2 nodes removed from the pool p and added again if made again, ' +
      '1 node left in the pool p, the address checked and corrected',
  );
  expect(stepsOf('CLUSTER_UPDATE', { new_profile_id: 'new' }, cluster, ['old'])).toEqual({
    reason: '3 nodes left in the pool p, the address checked and corrected',
    steps: ['its address in the pool p is checked, and corrected'],
  });
});
