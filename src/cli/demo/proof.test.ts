import { sampleRecovery, sampleStep } from '../../../test/cli/samples.ts';
import { expect, test } from 'vitest';
import { problemsIn } from './proof.ts';
import type { Evidence } from './proof.ts';

const drain = sampleStep({
  id: 's1',
  name: 'WORKFLOW',
  item: 'drain',
  attempt: 1,
  state: 'SUCCEEDED',
  execution_id: 'e1',
  started_at: 't',
});
const reboot = sampleStep({
  id: 's2',
  name: 'REBOOT',
  item: 'actions[0]',
  attempt: 1,
  state: 'SUCCEEDED',
  started_at: 't',
});
const recovery = sampleRecovery({ steps: [drain, reboot] });

const good: Evidence = {
  recoveries: [recovery],
  nodes: [{ name: 'web-1', status: 'ACTIVE', answers: true }],
  calls: [
    { member: 'web-1', call: 'drain', execution: 'e1' },
    { member: 'web-1', call: 'connections', execution: 'e1' },
    { member: 'web-1', call: 'connections', execution: 'e1' },
  ],
  starts: new Map([['web-1', 2]]),
  nodeOf: new Map([['r1', 'web-1']]),
};

test('a question that was asked twice is no problem: only changes count', () => {
  expect(problemsIn(good)).toEqual([]);
});

test.each<[string, Partial<Evidence>, string]>([
  [
    'a node that is not ACTIVE',
    { nodes: [{ name: 'web-1', status: 'ERROR', answers: true }] },
    'web-1 is ERROR',
  ],
  [
    'a node that does not answer',
    { nodes: [{ name: 'web-1', status: 'ACTIVE', answers: false }] },
    'does not answer',
  ],
  ['an open recovery', { recoveries: [{ ...recovery, state: 'OPEN' }] }, 'the recovery of web-1 is OPEN'],
  ['a recovery that was given up', { recoveries: [{ ...recovery, state: 'EXHAUSTED' }] }, 'is EXHAUSTED'],
  [
    'a step with two rows',
    { recoveries: [{ ...recovery, steps: [drain, reboot, { ...drain, id: 's3' }] }] },
    'drain, attempt 1 was recorded twice',
  ],
  ['a call made twice', { calls: [...good.calls, ...good.calls.slice(0, 1)] }, 'was called 2 times'],
  [
    'a call by nobody known',
    { calls: [{ member: 'web-1', call: 'drain', execution: 'e9' }] },
    'no step knows',
  ],
  [
    'a server started too often',
    { starts: new Map([['web-1', 3]]) },
    'web-1 was started 3 times, and 2 times was right',
  ],
  ['a server not started by its step', { starts: new Map([['web-1', 1]]) }, 'web-1 was started 1 times'],
])('%s is one', (_name, change, problem) => {
  expect(problemsIn({ ...good, ...change })).toEqual([expect.stringContaining(problem)]);
});

test('the second attempt of a step is a step of its own', () => {
  const second = { ...reboot, id: 's3', attempt: 2 };
  const steps = [drain, sampleStep({ ...reboot, state: 'FAILED' }), second];
  expect(
    problemsIn({ ...good, recoveries: [{ ...recovery, steps }], starts: new Map([['web-1', 3]]) }),
  ).toEqual([]);
});
