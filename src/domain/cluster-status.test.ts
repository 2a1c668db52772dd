/** Senlin's rule for the status of a cluster, in its words: scripts match them. */
import { expect, test } from 'vitest';
import { evaluateStatus } from './cluster-status.ts';

const sizes = { minSize: 2, desiredCapacity: 3, maxSize: 4 };

test.each([
  [1, 4, 'ERROR', 'below min_size (2)'],
  [2, 4, 'WARNING', 'below desired_capacity (3)'],
  [3, 4, 'ACTIVE', 'equal or above desired_capacity (3)'],
  [4, 4, 'ACTIVE', 'equal or above desired_capacity (3)'],
  [5, 4, 'WARNING', 'above max_size (4)'],
  [5, -1, 'ACTIVE', 'equal or above desired_capacity (3)'],
] as const)(
  '%i active nodes of 2 to %i, of which 3 are wanted: %s',
  (active, maxSize, status, comparison) => {
    expect(evaluateStatus({ ...sizes, maxSize }, active, 'CLUSTER_CHECK')).toEqual({
      status,
      statusReason: `CLUSTER_CHECK: number of active nodes is ${comparison}.`,
    });
  },
);
