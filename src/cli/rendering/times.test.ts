import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readTime, timesFor } from './times.ts';

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

describe('a time relative to now', () => {
  test.each([
    [0, 'now'],
    [40, '40 s ago'],
    [119, '119 s ago'],
    [180, '3 min ago'],
    [200, '3 min 20 s ago'],
    [7200, '2 h ago'],
    [86_400 * 3, '3 d ago'],
    [-30, 'in 30 s'],
  ])('%i s', (seconds, expected) => {
    expect(timesFor(noon + seconds * 1000, false).relative('2026-11-22T12:00:00Z')).toBe(expected);
  });
});

test('with --utc times are written as they are', () => {
  const { relative, clock } = timesFor(noon, true);
  expect(relative('2026-11-22T13:00:00.250+01:00')).toBe('2026-11-22T12:00:00Z');
  expect(relative(null)).toBe('-');
  expect(clock(noon)).toBe('2026-11-22T12:00:00Z');
});
