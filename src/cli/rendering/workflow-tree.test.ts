import { expect, test } from 'vitest';
import { styleFor } from './style.ts';
import { timesFor } from './times.ts';
import { renderExecution } from './workflow-tree.ts';

const times = timesFor(Date.UTC(2026, 10, 22, 18, 20, 0), true);

/** The lines of an execution with one task, whose actions these are. */
function linesOf(...actions: readonly object[]): string[] {
  const task = { name: 'wait', state: 'RUNNING', action_executions: actions };
  const root = { workflow_name: 'w', state: 'RUNNING', id: 'e1', task_executions: [task] };
  return renderExecution({ root_workflow_execution: root } as never, styleFor(false), {
    times,
    columns: Infinity,
  })
    .split('\n')
    .slice(2, -1);
}

test('a task that runs names its action', () => {
  expect(linesOf({ name: 'std.http', state: 'RUNNING', id: 'a1' })).toEqual([
    expect.stringMatching(/wait {2}RUNNING .* std\.http$/),
  ]);
});

test.each([
  ['std.async_noop', 'waits to be completed from outside'],
  ['std.mistral_http', 'waits for the server that it called'],
])('a task that runs %s says that an answer from outside is awaited, and how it is sent', (name, words) => {
  expect(linesOf({ name, state: 'RUNNING', id: 'a1' })[0]).toContain(
    `${name}: ${words}, by PUT /v2/action_executions/a1`,
  );
  const several = linesOf({ name, state: 'RUNNING', id: 'a1' }, { name, state: 'SUCCESS', id: 'a2' });
  expect(several[0]).not.toContain('PUT');
  expect(several[1]).toContain('PUT /v2/action_executions/a1');
  expect(several[2]).not.toContain('PUT');
});
