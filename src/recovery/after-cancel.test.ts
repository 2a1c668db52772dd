import { expect, test } from 'vitest';
import { afterCancel } from './after-cancel.ts';
import type { ExplainedStep } from './explained-cluster.ts';

const action = { name: 'REBOOT', label: 'REBOOT', params: {} };
const hook: ExplainedStep = {
  purpose: 'before',
  label: 'WORKFLOW drain',
  action,
  startedAt: 0,
  ifItFails: null,
  execution: null,
};
const operation = { ...hook, purpose: 'action', label: 'REBOOT', action: null } as const;

test('a hook is cancelled, what it has done stays, and the node is recovered again', () => {
  const next = { kind: 'recovered', afterMs: 60_000 } as const;
  expect(afterCancel({ node: 'web-1', begun: { step: hook, done: ['WORKFLOW announce'] }, next })).toEqual([
    'WORKFLOW drain is cancelled, and its end awaited; what its tasks have done is not undone; REBOOT is not run',
    'WORKFLOW announce: done, and not undone',
    'if web-1 is failed 60 s from that end, its next recovery begins, from the start of the chain; coppice node exclude web-1 prevents that',
  ]);
});

test('an operation is brought to an end, and a node that is excluded is left alone', () => {
  expect(
    afterCancel({ node: 'web-1', begun: { step: operation, done: [] }, next: { kind: 'excluded' } }),
  ).toEqual([
    'what REBOOT has begun is brought to an end, and not undone',
    'web-1 is excluded: no recovery begins before coppice node include web-1',
  ]);
});

test('a recovery that was held has changed nothing', () => {
  const next = { kind: 'left', because: 'the health policy p is disabled' } as const;
  expect(afterCancel({ node: 'web-1', begun: null, next })).toEqual([
    'nothing had begun: nothing is undone, and nothing is left',
    'no recovery of web-1 begins: the health policy p is disabled',
  ]);
});
