import { expect, test } from 'vitest';
import { count, duration, stepLabel } from './describe.ts';

test.each([
  [0, '0 s'],
  [10, '0.01 s'],
  [1500, '1.5 s'],
  [60_000, '60 s'],
  [900_000, '15 min'],
  [7_200_000, '2 h'],
  [259_200_000, '3 d'],
])('%i ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('a count has its noun in the right number', () => {
  expect([count(1, 'node'), count(3, 'node'), count(2, 'recovery', 'recoveries')]).toEqual([
    '1 node',
    '3 nodes',
    '2 recoveries',
  ]);
});

test('a step is called by what it does, and by the id that the user gave', () => {
  expect(stepLabel({ name: 'REBOOT', item: 'actions[0]', params: {} })).toBe('REBOOT');
  expect(stepLabel({ name: 'WORKFLOW', item: 'precheck', params: { workflow_name: 'drain' } })).toBe(
    'WORKFLOW drain (precheck)',
  );
  expect(stepLabel({ name: 'WORKFLOW', item: 'drain', params: { workflow_name: 'drain' } })).toBe(
    'WORKFLOW drain',
  );
});
