import { expect, test } from 'vitest';
import { CoppiceError } from '../domain/errors.ts';
import { pauseAfterMs, RepeatedFailures } from './repeated-failures.ts';

test('the pause between attempts grows, up to a limit', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 1000].map(pauseAfterMs);
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

test('a failure of the database does not count as one of Coppice itself', () => {
  const failures = new RepeatedFailures();
  const full = new CoppiceError('storage-full', 'No space is left.');
  expect(failures.add('a', full)).toEqual({ inARow: 1, own: 0 });
  expect(failures.add('a', new TypeError('x is undefined'))).toEqual({ inARow: 2, own: 1 });
  expect(failures.add('b', full)).toEqual({ inARow: 1, own: 0 });
  failures.clear('a');
  expect(failures.add('a', full)).toEqual({ inARow: 1, own: 0 });
});
