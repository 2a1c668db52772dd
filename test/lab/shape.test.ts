import { expect, test } from 'vitest';
import { shapeDifferences } from './shape.ts';

test('values of the same types have the same shape', () => {
  const one = { server: { id: 'a', tags: ['x', 'y'], created: '2026-01-01T00:00:00Z' } };
  const other = { server: { id: 'b', tags: ['z'], created: '2027-02-03T04:05:06Z' } };
  expect(shapeDifferences(one, other)).toEqual([]);
});

test('a key that is missing, one that is new and another type are told by their paths', () => {
  expect(shapeDifferences({ server: { id: 'a', fault: null } }, { server: { id: 1, name: 'b' } })).toEqual([
    'missing: server.id: string',
    'missing: server.fault: null',
    'not expected: server.id: number',
    'not expected: server.name: string',
  ]);
});

test('another format of a time is another shape', () => {
  expect(shapeDifferences('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000')).toHaveLength(2);
});
