import { expect, test } from 'vitest';
import { sampleRecovery } from '../../../test/cli/samples.ts';
import {
  afterwardsText,
  groupRecoveries,
  openedText,
  stateText,
  recoveriesTookText,
} from './recovery-rows.ts';
import { timesFor } from './times.ts';

const start = Date.UTC(2026, 10, 22, 17, 0, 0);
const iso = (seconds: number): string => new Date(start + seconds * 1000).toISOString();

/** Fails every 16 s, is brought back in 1 s, and lasts 15 s. */
function relapsing(count: number, nodeName = 'web-2') {
  return Array.from({ length: count }, (_, index) =>
    sampleRecovery({
      id: `${nodeName}-${index}`,
      node_id: nodeName,
      node_name: nodeName,
      opened_at: iso(index * 16),
      closed_at: iso(index * 16 + 1),
      failed_again:
        index === count - 1 ? null : { after_seconds: 15, recovery_id: `${nodeName}-${index + 1}` },
    }),
  ).toReversed();
}

test('190 recoveries of a node that fails again and again are one line', () => {
  const [group, ...rest] = groupRecoveries(relapsing(190));
  expect(rest).toEqual([]);
  const texts = group && [
    stateText(group),
    openedText(group, timesFor(start + 3_040_000, false)),
    recoveriesTookText(group),
    afterwardsText(group),
  ];
  expect(texts).toEqual([
    'RECOVERED x190',
    '16 s ago, the first 51 min ago',
    '1 s',
    'each healthy at verification, failed again after 15 s',
  ]);
});

test('of a single one the list says that it did not last', () => {
  const [newest, older] = relapsing(2);
  expect(groupRecoveries([newest, older].filter((each) => each !== undefined)).map(afterwardsText)).toEqual([
    '',
    'healthy at verification, failed again after 15 s',
  ]);
});

test('what ended otherwise, or belongs to another node, is a line of its own', () => {
  const exhausted = sampleRecovery({
    node_id: 'web-2',
    state: 'EXHAUSTED',
    opened_at: iso(9000),
    closed_at: iso(9001),
  });
  const other = sampleRecovery({ node_id: 'web-3', opened_at: iso(20), closed_at: iso(21) });
  const groups = groupRecoveries([exhausted, ...relapsing(5), other]);
  expect(groups.map(({ recoveries }) => recoveries.length)).toEqual([1, 5, 1]);
});
