import { expect, test } from 'vitest';
import { readWrittenTime, toInstant } from './instant.ts';

function read(text: string): number | null | string {
  const time = readWrittenTime(text);
  return 'expected' in time ? time.expected : toInstant(time);
}

test.each([
  ['2027-02-28T18:00:00Z', Date.UTC(2027, 1, 28, 18)],
  ['2027-02-28T18:00:00.250+01:00', Date.UTC(2027, 1, 28, 17, 0, 0, 250)],
  ['2027-02-28 18:00-0330', Date.UTC(2027, 1, 28, 21, 30)],
  ['2027-02-28T18:00 +02', Date.UTC(2027, 1, 28, 16)],
  ['2027-02-28Z', Date.UTC(2027, 1, 28)],
  ['2028-02-29T00:00:00z', Date.UTC(2028, 1, 29)],
])('%s is a moment', (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each(['2027-02-28T18:00:00', '2027-02-28 18:00', '2027-02-28'])('%s has no zone', (text) => {
  expect(read(text)).toBeNull();
});

test.each([
  ['2027-02-30T18:00:00Z', 'a day from 01 to 28 in 2027-02'],
  ['2027-02-29', 'a day from 01 to 28 in 2027-02'],
  ['2027-13-01T00:00:00Z', 'a month from 01 to 12'],
  ['2027-01-01T24:00:00Z', 'a time from 00:00:00 to 23:59:59'],
  ['2027-01-01T00:00:00+15:00', 'a zone from -14:00 to +14:00'],
  ['2027', 'a time such as 2026-11-22T18:00:00Z'],
  ['2027-02', 'a time such as 2026-11-22T18:00:00Z'],
  ['tomorrow', 'a time such as 2026-11-22T18:00:00Z'],
  ['1795374016', 'a time such as 2026-11-22T18:00:00Z'],
  ['11/22/2027 18:00', 'a time such as 2026-11-22T18:00:00Z'],
])('%s is refused', (text, expected) => {
  expect(read(text)).toBe(expected);
});
