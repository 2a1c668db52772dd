import { expect, test } from 'vitest';
import { ordinal } from './describe.ts';
import { describeRelapse, relapseOf } from './relapse.ts';
import type { RecoveredBefore } from './relapse.ts';

const before: RecoveredBefore = {
  id: 'r1',
  failedAt: 1000,
  failure: { class: 'SERVER_ERROR', reason: 'is in ERROR' },
  settledAt: 10_000,
  closedAt: 12_000,
  helped: 'actions[0]',
  relapse: null,
};

test('a failure within the time after the end of the recovery is a relapse, a later one is not', () => {
  expect(relapseOf(before, 72_000, 60_000)).toMatchObject({
    of: 'r1',
    helped: 'actions[0]',
    healthyMs: 62_000,
  });
  expect(relapseOf(before, 72_001, 60_000)).toBeNull();
  expect(relapseOf(null, 13_000, 60_000)).toBeNull();
});

test('0 takes no failure for a relapse', () => {
  expect(relapseOf(before, 12_000, 0)).toBeNull();
});

test('a node that fails while the hooks after its recovery run has a relapse', () => {
  expect(relapseOf(before, 11_000, 60_000)).toMatchObject({ healthyMs: 1000 });
  expect(relapseOf(before, 9000, 60_000)).toMatchObject({ healthyMs: 0 });
});

test('what goes on is counted from its first failure', () => {
  const second = relapseOf(before, 30_000, 60_000);
  const again = {
    ...before,
    id: 'r2',
    failedAt: 30_000,
    failure: { class: 'HOST_DOWN', reason: 'its host is down' },
    settledAt: 40_000,
    closedAt: 40_000,
    relapse: second,
  };
  const third = relapseOf(again, 65_000, 60_000);
  expect(third).toEqual({
    of: 'r2',
    helped: 'actions[0]',
    failures: ['SERVER_ERROR', 'HOST_DOWN'],
    times: 3,
    since: 1000,
    healthyMs: 25_000,
    shortestMs: 20_000,
    longestMs: 25_000,
  });
  expect(third && describeRelapse(third, 61_000)).toBe(
    'the third time in 60 s, healthy for 20 s to 25 s each time',
  );
});

test.each([
  [2, 'second'],
  [11, '11th'],
  [13, '13th'],
  [21, '21st'],
  [22, '22nd'],
  [103, '103rd'],
  [112, '112th'],
])('%i is the %s', (number, word) => {
  expect(ordinal(number)).toBe(word);
});
