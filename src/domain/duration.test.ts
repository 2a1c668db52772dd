import { expect, test } from 'vitest';
import { duration, withoutDurations } from './duration.ts';

test.each([
  [0, '0 ms'],
  [12, '12 ms'],
  [999.6, '1 s'],
  [1240, '1.2 s'],
  [3000, '3 s'],
  [9960, '10 s'],
  [90_400, '90 s'],
  [119_600, '2 min'],
  [150_000, '2 min 30 s'],
  [599_700, '10 min'],
  [3_600_000, '60 min'],
  [7_200_000, '2 h'],
  [7_500_000, '2 h 5 min'],
  [36_000_000, '10 h'],
  [172_800_000, '2 d'],
  [-5, '0 ms'],
])('%d ms is %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test.each([12, 3800, 119_000, 150_000, 600_000, 7_500_000, 36_000_000, 900_000_000])(
  'a text that differs in %d ms alone says the same',
  (ms) => {
    expect(withoutDurations(`held for ${duration(ms)} more (new switch)`)).toBe(
      'held for  more (new switch)',
    );
  },
);
