import { expect, test } from 'vitest';
import { facts } from '../../test/support/plan-facts.ts';
import { planAction } from './action-plans.ts';

test.each([
  ['above', 20, '20 nodes, limited to 9 by max_size', 9],
  ['below', 1, '1 node, limited to 3 by min_size', 3],
  ['within', 8, 'from 7 to 8 nodes', 8],
])('the plan of a resize %s the limits says what was asked for', (_, number, reason, desired) => {
  const cluster = facts(7, { minSize: 3, maxSize: 9 });
  const inputs = { adjustment_type: 'EXACT_CAPACITY', number, strict: false };
  const plan = planAction('CLUSTER_RESIZE', cluster, inputs);
  expect(plan.decisions).toEqual([{ by: 'CLUSTER_RESIZE', reason }]);
  expect(plan.size).toEqual({ current: 7, desired, minSize: 3, maxSize: 9 });
});
