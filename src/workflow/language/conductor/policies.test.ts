import { describe, expect, it } from 'vitest';
import { type OutcomeOverride, VirtualRunner } from '../../../../test/support/mistral-corpus-runner.ts';

function runnerOf(task: string, pretend?: OutcomeOverride): VirtualRunner {
  const runner = new VirtualRunner(pretend, { forgetful: true });
  runner.define(
    `version: '2.0'\nw:\n  input: [{n: 1}]\n  tasks:\n    a: ${task}\n    b: {action: std.noop}\n    c: {action: std.noop}\n`,
  );
  return runner;
}

/** Starts, and says how many seconds it took to the end. */
function run(task: string, pretend?: OutcomeOverride) {
  const runner = runnerOf(task, pretend);
  const from = runner.now;
  const id = runner.start('w');
  const execution = runner.waitForEnd(id);
  const found = runner.task(id, 'a');
  const actions = runner
    .actionsOf(id, found?.id ?? '')
    .map(({ attempt, state, accepted, index }) => ({ attempt, state, accepted, index }));
  return { runner, id, execution, task: found, actions, seconds: (runner.now - from) / 1000 };
}

const fails: OutcomeOverride = (action) =>
  action === 'std.test_dict' ? { afterMs: 0, state: 'ERROR', result: { code: 7 } } : undefined;
const hangs: OutcomeOverride = (action) =>
  action === 'std.test_dict' ? { afterMs: 3_600_000, state: 'SUCCESS', result: null } : undefined;

describe('retry', () => {
  it('makes count further attempts with a delay between, of which the last one counts', () => {
    const { actions, seconds, task, execution } = run(
      '{action: std.test_dict, retry: {count: 2, delay: 3}, on-error: noop}',
      fails,
    );
    expect(actions).toEqual([
      { attempt: 1, state: 'ERROR', accepted: false, index: 0 },
      { attempt: 2, state: 'ERROR', accepted: false, index: 0 },
      { attempt: 3, state: 'ERROR', accepted: true, index: 0 },
    ]);
    expect([seconds, task?.stateInfo, execution.state]).toEqual([6, "{'code': 7}", 'SUCCESS']);
  });

  it.each([
    ['break-on: <% task().result.code = 7 %>', 1],
    ['break-on: <% task().result.code = 8 %>', 3],
    ['continue-on: <% task().result.code = 8 %>', 1],
    ['continue-on: <% task().result.code = 7 %>', 3],
  ])('with %s makes %i attempts of a task that fails', (clause, attempts) => {
    expect(
      run(`{action: std.test_dict, retry: {count: 2, delay: 1, ${clause}}, on-error: noop}`, fails).actions,
    ).toHaveLength(attempts);
  });

  it('sees what each attempt published, and a result that fail-on refuses is tried again', () => {
    let calls = 0;
    const counts: OutcomeOverride = (action) =>
      action === 'std.test_dict' ? { afterMs: 0, state: 'SUCCESS', result: (calls += 1) } : undefined;
    const { task } = run(
      '{action: std.test_dict, publish: {n: <% task().result %>}, fail-on: <% $.n < 3 %>, retry: {count: 5, delay: 1}}',
      counts,
    );
    expect(task).toMatchObject({ state: 'SUCCESS', attempt: 3, published: { n: 3 } });
  });

  it('without delay goes on at once', () => {
    expect(run('{action: std.test_dict, retry: {count: 3, delay: 0}, on-error: noop}', fails)).toMatchObject({
      seconds: 0,
      task: { attempt: 4 },
    });
  });
});

describe('timeout', () => {
  it('stops what it timed out, and a late answer is refused', () => {
    const { runner, id, actions, task } = run('{action: std.test_dict, timeout: 4, on-error: noop}', hangs);
    expect(actions).toEqual([{ attempt: 1, state: 'CANCELLED', accepted: false, index: 0 }]);
    expect(task).toMatchObject({ state: 'ERROR', stateInfo: 'Task timed out [timeout(s)=4].' });
    const [action] = runner.actionsOf(id, task?.id ?? '');
    expect(runner.steps.flatMap(({ step }) => step.commands)).toContainEqual({
      type: 'cancel-action',
      actionId: action?.id,
    });
    const late = runner.sendEvent(id, {
      type: 'action-ended',
      actionId: action?.id ?? '',
      state: 'SUCCESS',
      result: 1,
    });
    expect(late.refusal).toMatchObject({ reason: 'conflict' });
  });

  it('is set again for each attempt, and measures neither wait-before nor the delay', () => {
    const { seconds, actions } = run(
      '{action: std.test_dict, wait-before: 10, timeout: 4, retry: {count: 2, delay: 20}, on-error: noop}',
      hangs,
    );
    expect(actions.map(({ state }) => state)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
    expect(seconds).toBe(10 + 3 * 4 + 2 * 20);
  });

  it('does not count the time that wait-after holds the task', () => {
    const { task, seconds } = run('{action: std.noop, timeout: 4, wait-after: 10}');
    expect([task?.state, seconds]).toEqual(['SUCCESS', 10]);
  });

  it('does nothing to a task that ended in time', () => {
    const { runner, id, execution } = run('{action: std.echo output=1 delay=1, timeout: 4, on-success: b}');
    runner.sleep(10);
    expect([execution.state, runner.task(id, 'a')?.state]).toEqual(['SUCCESS', 'SUCCESS']);
  });
});

describe('waiting', () => {
  it('before and after a task holds it in DELAYED', () => {
    const runner = runnerOf('{action: std.noop, wait-before: 5, wait-after: 7, on-success: b}');
    const id = runner.start('w');
    runner.sleep(1);
    expect(runner.task(id, 'a')).toMatchObject({
      state: 'DELAYED',
      stateInfo: "Delayed by 'wait-before' policy [delay=5]",
    });
    runner.sleep(5);
    expect(runner.task(id, 'a')).toMatchObject({
      state: 'DELAYED',
      stateInfo: "Delayed by 'wait-after' policy [delay=7]",
    });
    runner.sleep(6);
    expect(runner.record(id).state).toBe('SUCCESS');
  });

  it('after a task comes once, behind its last attempt, and keeps its error', () => {
    const { seconds, task } = run(
      '{action: std.test_dict, wait-after: 7, retry: {count: 2, delay: 1}, on-error: noop}',
      fails,
    );
    expect([seconds, task?.state, task?.stateInfo]).toEqual([2 + 7, 'ERROR', "{'code': 7}"]);
  });
});

describe('a policy of a wrong type', () => {
  it.each([
    ['wait-before', 'WaitBeforePolicy'],
    ['wait-after', 'WaitAfterPolicy'],
    ['timeout', 'TimeoutPolicy'],
    ['concurrency', 'ConcurrencyPolicy'],
    ['pause-before', 'PauseBeforePolicy'],
  ])('%s fails the execution before anything has run, whatever on-error says', (key, name) => {
    const { execution, actions } = run(`{action: std.noop, ${key}: <% soon %>, on-error: noop}`);
    expect(execution).toMatchObject({
      state: 'ERROR',
      stateInfo: expect.stringContaining(`Invalid data type in ${name}`),
    });
    expect(actions).toEqual([]);
  });

  it('is named by its type, never by its value, which may be a secret', () => {
    const info = (value: string) =>
      run(`{action: std.noop, wait-before: "<% ${value} %>"}`).execution.stateInfo;
    const values = ["'S3CR3T'", '[S3CR3T]', '{S3CR3T => 1}', '-71923', '71.923', 'true', 'null'];
    expect(values.map((value) => /found (.*?)\., wf=/s.exec(info(value) ?? '')?.[1])).toEqual([
      'a text',
      'a list',
      'a mapping',
      'a negative number',
      'a number with a fraction',
      'a boolean',
      'null',
    ]);
  });

  it('fail-on is found when the action has ended', () => {
    expect(run('{action: std.noop, fail-on: <% 1 %>, on-error: noop}').execution.stateInfo).toContain(
      'FailOnPolicy',
    );
  });
});

describe('fail-on', () => {
  it('is not asked about an attempt that failed by itself', () => {
    expect(
      run('{action: std.test_dict, fail-on: <% task().result.no.such.key %>, on-error: noop}', fails)
        .execution.state,
    ).toBe('SUCCESS');
  });
});

describe('task-defaults', () => {
  it('give way to an explicit zero', () => {
    const runner = new VirtualRunner();
    runner.define(
      "version: '2.0'\nw:\n  task-defaults: {wait-before: 9, pause-before: true}\n  tasks: {a: {wait-before: 0, pause-before: false}}\n",
    );
    const from = runner.now;
    expect(runner.run('w').state).toBe('SUCCESS');
    expect(runner.now).toBe(from);
  });
});

describe('keep-result: false', () => {
  it('lets publish and the policies see the result, and nothing after them', () => {
    const { execution, task } = run(
      '{action: std.echo output=5, keep-result: false, publish: {n: <% task().result %>}, fail-on: <% task().result != 5 %>, on-success: [{b: <% task().result = null %>}]}',
    );
    expect(execution.state).toBe('SUCCESS');
    expect(task).toMatchObject({ published: { n: 5 }, nextTasks: [['b', 'on-success']] });
  });
});
