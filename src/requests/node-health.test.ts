import { describe, expect, test } from 'vitest';
import { triedOf } from './node-health.ts';

const never = { quarantine: null, releasedAt: null };
const image =
  'EXHAUSTED: RECREATE: the image debian could not be found; if it stays failed, the next recovery begins';
const last = { state: 'EXHAUSTED', closedAt: 1000, reason: image } as const;

describe('what was tried last, and did not help', () => {
  test('is the last recovery, with its cause alone', () => {
    expect(triedOf(never, last, null)).toEqual({
      at: 1000,
      reason: 'RECREATE: the image debian could not be found',
    });
  });

  test('is the quarantine where no recovery is known', () => {
    const quarantine = { since: 700, reason: 'recovery 2 of 2 did not help' };
    expect(triedOf({ quarantine, releasedAt: null }, undefined, null)).toEqual({
      at: 700,
      reason: 'recovery 2 of 2 did not help',
    });
  });

  test.each([
    ['the last one helped', never, { ...last, state: 'RECOVERED' }, null],
    ['the node was healthy again by itself', never, { ...last, state: 'SELF_HEALED' }, null],
    ['the node was healthy since', never, last, 1500],
    ['the node was released since', { ...never, releasedAt: 1500 }, last, null],
    [
      'the node was quarantined, and was healthy since',
      { quarantine: { since: 900, reason: 'x' }, releasedAt: null },
      undefined,
      1500,
    ],
    [
      'a quarantined node was recovered by hand since',
      { quarantine: { since: 900, reason: 'x' }, releasedAt: null },
      { ...last, state: 'RECOVERED' },
      null,
    ],
    ['nothing was tried', never, undefined, null],
  ] as const)('is nothing where %s', (_, healing, ended, healthyAt) => {
    expect(triedOf(healing, ended, healthyAt)).toBeNull();
  });
});
