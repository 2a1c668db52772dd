import { sampleRecovery, sampleStep } from '../../../../test/cli/samples.ts';
import { expect, test } from 'vitest';
import { demoNode } from '../../../../test/cli/demo-node.ts';
import { proveProcesses } from './proof.ts';
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
  nodes: [demoNode('web-1')],
  calls: [
    { member: 'web-1', call: 'drain', execution: 'e1' },
    { member: 'web-1', call: 'connections', execution: 'e1' },
    { member: 'web-1', call: 'connections', execution: 'e1' },
  ],
  starts: new Map([['web-1', 2]]),
  nodeOf: new Map([['r1', 'web-1']]),
};

function problemsIn(evidence: Evidence): readonly string[] {
  return proveProcesses(evidence).problems;
}

test('a question that was asked twice is no problem: only changes count', () => {
  expect(problemsIn(good)).toEqual([]);
});

test.each<[string, Partial<Evidence>, string]>([
  ['a call made twice', { calls: [...good.calls, ...good.calls.slice(0, 1)] }, 'was called 2 times'],
  [
    'a call by an unknown execution',
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

test('the second attempt of a step starts its server a second time; one that was skipped does not', () => {
  const second = { ...reboot, id: 's3', attempt: 2 };
  const skipped = sampleStep({ ...reboot, id: 's4', state: 'SKIPPED', started_at: null });
  const steps = [drain, sampleStep({ ...reboot, state: 'FAILED' }), second, skipped];
  expect(
    problemsIn({ ...good, recoveries: [{ ...recovery, steps }], starts: new Map([['web-1', 3]]) }),
  ).toEqual([]);
});
