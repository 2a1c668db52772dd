import { expect, test } from 'vitest';
import { changesIn, throwIfTouched } from './api-away.ts';
import type { Touches } from './api-away.ts';

const before: Touches = { mutations: 17, recoveries: 7, changes: { 'compute create': 11 }, requests: 90 };

test('to go on reading is no change', () => {
  expect(() => throwIfTouched(before, { ...before, requests: 120 })).not.toThrow();
});

test.each(['list', 'show', 'services', 'hypervisors', 'version'])('%s of Nova only reads', (operation) => {
  const counts = { 'compute create': 11, [`compute ${operation}`]: 5, 'identity token': 3 };
  expect(changesIn(counts)).toEqual({ 'compute create': 11 });
});

test.each<[string, Partial<Touches>, string]>([
  ['a change in the log', { mutations: 18 }, '1 changes in the cloud'],
  ['a recovery', { recoveries: 9 }, '2 recoveries'],
  ['a request that was refused', { changes: { 'compute create': 12 } }, '1 requests "compute create"'],
  [
    'a request of another kind',
    { changes: { ...before.changes, 'compute reboot': 2 } },
    '2 requests "compute reboot"',
  ],
])('%s breaks the promise', (_name, change, found) => {
  expect(() => throwIfTouched(before, { ...before, ...change })).toThrow(found);
});
