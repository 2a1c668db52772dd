import { expect, test } from 'vitest';
import { failureInBrief } from './failure-in-brief.ts';

test('names the task and the cause once, without ids', () => {
  const raised =
    "The action raised an exception [action=std.http, action_ex_id=2e, msg='refused: 10.0.0.5:1']";
  expect(
    failureInBrief(
      `Failure caused by error in tasks: page\n\n  page [task_ex_id=1f] -> ${raised}\n    [action_ex_id=2e, idx=0]: ${raised}\n`,
    ),
  ).toBe('task page: refused: 10.0.0.5:1');
});

test('of a sub-workflow the innermost task is named', () => {
  const inner = 'Failure caused by error in tasks: drain\n\n  drain [task_ex_id=3] -> 409 Conflict\n';
  expect(
    failureInBrief(
      `Failure caused by error in tasks: call\n\n  call [task_ex_id=1] -> ${inner}\n    [wf_ex_id=2, idx=0]: ${inner}\n`,
    ),
  ).toBe('task drain: 409 Conflict');
});

test('counts what are too many tasks to be read', () => {
  const tasks = ['a', 'b', 'c', 'd', 'e'].map((name) => `\n  ${name} [task_ex_id=${name}] -> no\n`);
  expect(failureInBrief(`Failure caused by error in tasks: a, b, c, d, e\n${tasks.join('')}`)).toBe(
    'task a: no; task b: no; task c: no; and 2 more tasks',
  );
});

test('leaves out where in its own code Mistral has failed', () => {
  const said = 'Failed to handle action completion [error=Failed to find action [action_name=nova.x]]:';
  const where = 'Traceback (most recent call last):\n  File "tasks.py", line 7, in run\n    raise e\n';
  expect(failureInBrief(`${said}\n${where}mistral.exceptions.X: no\n`)).toBe(said);
});

test('keeps any other text, in one line', () => {
  expect(failureInBrief('out of time\n  (60 s)\n')).toBe('out of time (60 s)');
});
