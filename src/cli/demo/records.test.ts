import { expect, test } from 'vitest';
import { demoNode } from '../../../test/cli/demo-node.ts';
import { sampleRecovery, sampleStep } from '../../../test/cli/samples.ts';
import { problemsInRecords } from './records.ts';
import type { Records } from './story.ts';

const drain = sampleStep({ id: 's1', name: 'WORKFLOW', item: 'drain', attempt: 1, state: 'SUCCEEDED' });
const reboot = sampleStep({ id: 's2', name: 'REBOOT', item: 'actions[0]', attempt: 1, state: 'SUCCEEDED' });
const recovery = sampleRecovery({ steps: [drain, reboot] });
const good: Records = {
  recoveries: [recovery],
  nodes: [demoNode('web-1')],
  nodeOf: new Map([['r1', 'web-1']]),
};

test('healthy nodes and closed recoveries are no problem', () => {
  expect(problemsInRecords(good)).toEqual([]);
});

test.each<[string, Partial<Records>, string]>([
  [
    'a node that is not ACTIVE',
    { nodes: [demoNode('web-1', { status: 'ERROR' })] },
    'web-1 is ERROR and answers',
  ],
  [
    'a node that does not answer',
    { nodes: [demoNode('web-1', { answers: false })] },
    'web-1 is ACTIVE and does not answer',
  ],
  ['an open recovery', { recoveries: [{ ...recovery, state: 'OPEN' }] }, 'the recovery of web-1 is OPEN'],
  ['a recovery that was given up', { recoveries: [{ ...recovery, state: 'EXHAUSTED' }] }, 'is EXHAUSTED'],
  [
    'a step with two rows',
    { recoveries: [{ ...recovery, steps: [drain, reboot, { ...drain, id: 's3' }] }] },
    'web-1: drain, attempt 1 was recorded twice',
  ],
])('%s is one', (_name, change, problem) => {
  expect(problemsInRecords({ ...good, ...change })).toEqual([expect.stringContaining(problem)]);
});

test('the second attempt of a step is a step of its own', () => {
  const steps = [drain, reboot, { ...reboot, id: 's3', attempt: 2 }];
  expect(problemsInRecords({ ...good, recoveries: [{ ...recovery, steps }] })).toEqual([]);
});
