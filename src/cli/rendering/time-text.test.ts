import { beforeAll, describe, expect, test, vi } from 'vitest';
import { duration, readTime, timeAgo } from './time-text.ts';

const noon = Date.UTC(2026, 10, 22, 12, 0, 0);

describe('readTime', () => {
  // Where the local time is not UTC, a time that is read as local shows.
  beforeAll(() => void vi.stubEnv('TZ', 'Asia/Kolkata'));

  test.each([
    ['2026-11-22T12:00:00Z', noon],
    ['2026-11-22T12:00:00.000000', noon],
    ['2026-11-22T12:00:00+00:00', noon],
    ['2026-11-22T13:00:00.250+01:00', noon + 250],
    [noon / 1000 + 0.5, noon + 500],
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['2026-13-45T99:00:00Z', undefined],
  ])('%j', (text, expected) => {
    expect(readTime(text)).toBe(expected);
  });
});

describe('timeAgo', () => {
  test.each([
    [0, 'now'],
    [40, '40 s ago'],
    [119, '119 s ago'],
    [180, '3 min ago'],
    [7200, '2 h ago'],
    [86_400 * 3, '3 d ago'],
    [-30, 'in 30 s'],
  ])('%i s', (seconds, expected) => {
    expect(timeAgo('2026-11-22T12:00:00Z', noon + seconds * 1000)).toBe(expected);
  });
});

test.each([
  [12, '12 ms'],
  [1240, '1.2 s'],
  [65_000, '1 min 5 s'],
  [7_500_000, '2 h 5 min'],
])('duration of %i ms', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});
