import { expect, test } from 'vitest';
import { renderFields } from './fields.ts';
import { styleFor } from './style.ts';

const plain = styleFor(false);
const lines = (fields: Parameters<typeof renderFields>[0], columns: number) =>
  renderFields(fields, plain, { columns }).trimEnd().split('\n');

test('a value of several lines is indented under its first', () => {
  expect(lines([['name', { text: 'a\nb' }]], Infinity)).toEqual(['name  a', '      b']);
});

test('a value continues under itself, and in a list a little further right', () => {
  const reason = 'Cluster creation succeeded at last';
  expect(lines([['status', { text: reason }]], 30)).toEqual([
    'status  Cluster creation',
    '        succeeded at last',
  ]);
  expect(lines([['status', { text: `${reason}\nshort` }]], 30)).toEqual([
    'status  Cluster creation',
    '          succeeded at last',
    '        short',
  ]);
});

test('beside a long name there is no room: its value stands below it, and the others where they were', () => {
  const fields = [
    ['name', { text: 'web' }],
    ['    a_long_key_within_a_map', { text: 'text, required. What it is for, in a sentence.' }],
  ] as const;
  expect(lines(fields, 40)).toEqual([
    'name  web',
    '    a_long_key_within_a_map',
    '      text, required. What it is for, in',
    '      a sentence.',
  ]);
});

test('an id that has no room beside its name is not broken', () => {
  const id = '102aafe7-f906-4bc0-aca3-d01a9ac49743';
  expect(lines([['profile', { text: id }]], 42)).toEqual(['profile', `    ${id}`]);
  expect(lines([['profile', { text: id }]], 38)).toEqual(['profile', `  ${id}`]);
});
