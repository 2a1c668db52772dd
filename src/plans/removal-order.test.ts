import { expect, test } from 'vitest';
import { chooseLeaving, inRemovalOrder, inUpdateOrder } from './removal-order.ts';
import { aMember } from '../../test/support/plan-facts.ts';

test('what is marked goes first, then what the health record says, then the status', () => {
  const members = [
    aMember('healthy', { health: 'HEALTHY' }),
    aMember('never probed'),
    aMember('healthy again', { health: 'HEALTHY', status: 'ERROR' }),
    aMember('unknown', { health: 'UNKNOWN' }),
    aMember('unknown in error', { health: 'UNKNOWN', status: 'ERROR' }),
    aMember('suspected', { health: 'SUSPECTED' }),
    aMember('never created', { status: 'ERROR' }),
    aMember('quarantined', { health: 'HEALTHY', quarantined: true }),
    aMember('failed', { health: 'FAILED' }),
    aMember('tainted', { health: 'HEALTHY', tainted: true }),
  ].map((member, index) => ({ ...member, index }));
  expect(inRemovalOrder(members).map(({ member, reason }) => `${member.name}: ${reason}`)).toEqual([
    'tainted: tainted',
    'failed: confirmed failed',
    'quarantined: quarantined',
    'never created: its status is ERROR',
    'suspected: failed its last probe',
    'unknown in error: could not be probed, and its status is ERROR',
    'unknown: could not be probed',
    'healthy again: its status is ERROR',
    'never probed: no failure is known',
    'healthy: healthy',
  ]);
});

test('of nodes that are equal the youngest is removed first, and the oldest updated first', () => {
  const members = [1, 2, 3].map((index) => aMember(`web-${index}`, { index }));
  expect(inRemovalOrder(members).map(({ member }) => member.index)).toEqual([3, 2, 1]);
  expect(inUpdateOrder(members).map(({ member }) => member.index)).toEqual([1, 2, 3]);
});

test('of each share so many go as it says, in the order of all, and before them those that serve no one', () => {
  const members = [1, 2, 3, 4, 5].map((index) => aMember(`web-${index}`, { index }));
  const all = [...members, aMember('failed', { index: 6, health: 'FAILED' })];
  const shares = [
    { from: 'region one', count: 2, nodes: new Set(['web-1', 'web-2', 'web-3']) },
    { from: 'region two', count: 1, nodes: new Set(['web-4', 'web-5']) },
  ];
  const chosen = (count: number) => chooseLeaving(all, count, { shares }).map(({ member }) => member.name);
  expect(chosen(4)).toEqual(['failed', 'web-5', 'web-3', 'web-2']);
  expect(chooseLeaving(members, 3, { shares }).map(({ member }) => member.name)).toEqual([
    'web-5',
    'web-3',
    'web-2',
  ]);
});
