import { describe, expect, test } from 'vitest';
import { aHealthRecord } from '../../test/support/health-record.ts';
import { Freshness } from './freshness.ts';

const begun = 1_000_000;

function watching(intervalMs: number): Freshness {
  const freshness = new Freshness();
  freshness.watch([{ id: 'n', clusterId: 'c', intervalMs, detectors: [] }], begun);
  return freshness;
}

describe('What is recorded of a node is how the node is', () => {
  test.each([
    ['short intervals: a minute', 2000, 60_000],
    ['long ones: three of them', 60_000, 180_000],
  ])('until no probe has ended for long (%s)', (_, intervalMs, boundMs) => {
    const freshness = watching(intervalMs);
    expect(freshness.outdatedBecause('n', begun + boundMs)).toBeNull();
    expect(freshness.outdatedBecause('n', begun + boundMs + 1)).toContain('no probe of it has ended for');
    freshness.attended('n', begun + boundMs);
    expect(freshness.outdatedBecause('n', begun + boundMs + 1)).toBeNull();
  });

  test('until its last probe found what the database did not take', () => {
    const freshness = watching(2000);
    const found = aHealthRecord('FAILED', begun + 1000, { reason: 'the process has ended' });
    freshness.notRecorded('n', found);
    expect(freshness.outdatedBecause('n', begun + 3000)).toBe(
      'what its last probe found 2 s ago could not be recorded: the process has ended',
    );
    expect(freshness.countOutdated(begun + 3000, () => 'HEALTHY')).toEqual(new Map([['HEALTHY', 1]]));
    freshness.attended('n', begun + 4000);
    expect(freshness.outdatedBecause('n', begun + 4000)).toBeNull();
    expect(freshness.countOutdated(begun + 4000, () => 'HEALTHY')).toEqual(new Map());
  });

  test('where it is not watched here: others may probe it', () => {
    const freshness = watching(2000);
    freshness.watch([], begun);
    expect(freshness.outdatedBecause('n', begun + 1_000_000)).toBeNull();
  });
});
