import { expect, test } from 'vitest';
import { breakerAfter, breakerAfterRelapse, closedBreaker } from './breaker.ts';
import type { CountedRecovery } from './breaker.ts';
import type { BreakerState } from '../domain/breaker-state.ts';

const limits = { failures: 3, windowMs: 100, openMs: 50 };

function after(
  ends: readonly [CountedRecovery['state'], number, number?][],
  from: BreakerState = closedBreaker,
): BreakerState {
  return ends.reduce(
    (breaker, [state, closedAt, startedAt = closedAt]) =>
      breakerAfter(breaker, { id: `r${closedAt}`, state, startedAt, closedAt }, limits),
    from,
  );
}

test('a relapse counts as a failure, and one of the recovery that closed it opens it again', () => {
  const counted = breakerAfterRelapse(closedBreaker, 'r1', 10, limits);
  expect(counted).toMatchObject({ kind: 'closed', failedAt: [10] });
  const open = breakerAfterRelapse({ kind: 'closed', failedAt: [10, 20] }, 'r3', 30, limits);
  expect(open).toMatchObject({ kind: 'open', since: 30, failures: 3 });
  const closed = breakerAfter(open, { id: 'trial', state: 'RECOVERED', startedAt: 90, closedAt: 95 }, limits);
  expect(breakerAfterRelapse(closed, 'another', 99, limits)).toMatchObject({
    kind: 'closed',
    failedAt: [99],
  });
  expect(breakerAfterRelapse(closed, 'trial', 99, limits)).toMatchObject({ kind: 'open', failures: 4 });
});

test('it opens after so many failures within the window', () => {
  expect(
    after([
      ['EXHAUSTED', 10],
      ['EXHAUSTED', 20],
    ]).kind,
  ).toBe('closed');
  expect(
    after([
      ['EXHAUSTED', 10],
      ['EXHAUSTED', 20],
      ['EXHAUSTED', 30],
    ]),
  ).toEqual({ kind: 'open', since: 30, until: 80, failures: 3 });
});

test('failures outside of the window do not count, and neither do other ends', () => {
  expect(
    after([
      ['EXHAUSTED', 10],
      ['EXHAUSTED', 20],
      ['EXHAUSTED', 115],
    ]).kind,
  ).toBe('closed');
  expect(
    after([
      ['EXHAUSTED', 10],
      ['SELF_HEALED', 11],
      ['CANCELLED', 12],
      ['RECOVERED', 13],
      ['EXHAUSTED', 20],
    ]).kind,
  ).toBe('closed');
});

const open = after([
  ['EXHAUSTED', 10],
  ['EXHAUSTED', 20],
  ['EXHAUSTED', 30],
]);

test('what was started before it opened neither closes it nor opens it again', () => {
  expect(
    after(
      [
        ['RECOVERED', 100, 25],
        ['EXHAUSTED', 101, 29],
      ],
      open,
    ),
  ).toEqual(open);
});

test('the trial of a half-open breaker closes it, or opens it again', () => {
  expect(after([['RECOVERED', 100, 90]], open)).toMatchObject(closedBreaker);
  expect(after([['EXHAUSTED', 100, 90]], open)).toEqual({
    kind: 'open',
    since: 100,
    until: 150,
    failures: 4,
  });
  expect(after([['SELF_HEALED', 100, 90]], open)).toEqual(open);
});
