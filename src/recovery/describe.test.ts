import { expect, test } from 'vitest';
import { count, stepLabel, withoutAttempts } from './describe.ts';

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

test('a failure says that no other attempt is made only where one is left', () => {
  const said = ' (no other attempt is made: it would fail alike)';
  expect(withoutAttempts({ attempts: 3 }, { attempt: 1 }, false)).toBe(said);
  expect(withoutAttempts({ attempts: 3 }, { attempt: 3 }, false)).toBe('');
  expect(withoutAttempts({ attempts: 3 }, { attempt: 1 }, true)).toBe('');
});
