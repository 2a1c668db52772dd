import { describe, expect, test } from 'vitest';
import { identityIn, parseClaim } from './identity.ts';
import { parseStat } from './proc-table.ts';
import { parsePsLine } from './ps-table.ts';

const stat = '4711 (my (odd) name) S 1 4711 4711 0 -1 4194304 89 0 0 0 0 0 0 0 20 0 1 0 139594 2654208 388';

describe('a line of /proc', () => {
  test('is read from behind the name, whatever the name holds', () => {
    const expected = { pid: 4711, group: 4711, session: 4711, startTime: '139594', state: 'running' };
    expect(parseStat(stat)).toEqual(expected);
  });

  test.each([
    ['T', '1', 'stopped'],
    ['t', '1', 'running'],
    ['D', '1', 'running'],
    ['Z', '1', 'ended'],
    ['Z', '3', 'running'],
    ['X', '1', 'ended'],
  ])('with state %s and %s threads means %s', (letter, threads, state) => {
    const line = stat.replace(') S', `) ${letter}`).replace('20 0 1 0', `20 0 ${threads} 0`);
    expect(parseStat(line).state).toBe(state);
  });
});

test('a line of ps is read with its start time in seconds', () => {
  const line = ' 4711  4700 T+   Sat Nov 22 20:43:01 2025';
  const ids = { pid: 4711, group: 4700, session: 4700 };
  expect(parsePsLine(line)).toEqual({ ...ids, startTime: '1763844181', state: 'stopped' });
  expect(parsePsLine('')).toBeUndefined();
});

describe('a claim', () => {
  test('names the process that wrote it', () => {
    expect(parseClaim(`boot-1\n4711\n${stat}\n`)).toEqual({
      pid: 4711,
      startTime: '139594',
      bootId: 'boot-1',
    });
    const ps = 'boot-1\n4711\nSat Nov 22 20:43:01 2025\n';
    expect(parseClaim(ps)).toEqual({ pid: 4711, startTime: '1763844181', bootId: 'boot-1' });
  });

  test.each([
    '',
    'boot-1\n',
    'boot-1\n4711\n',
    `\n4711\n${stat}\n`,
    `boot-1\n1\n1${stat.slice(4)}`,
    '\0\0\0',
  ])('that is not whole names no process: %j', (text) => expect(parseClaim(text)).toBeUndefined());
});

test.each([
  {},
  { pid: 0, start_time: '1', boot_id: 'b' },
  { pid: -1, start_time: '1', boot_id: 'b' },
  { pid: 4711 },
])('no process is meant by %j', (data) => expect(identityIn(data)).toBeUndefined());
