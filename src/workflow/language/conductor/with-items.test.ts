import { describe, expect, it } from 'vitest';
import { type OutcomeOverride, VirtualRunner } from '../../../../test/support/mistral-corpus-runner.ts';
import type { Json } from '../../../domain/json.ts';

const slow: OutcomeOverride = (action) =>
  action === 'std.echo' ? { afterMs: 1000, state: 'SUCCESS', result: null } : undefined;

function runnerOf(task: string, pretend?: OutcomeOverride): VirtualRunner {
  const runner = new VirtualRunner(pretend, { forgetful: true });
  runner.define(
    `version: '2.0'\nw:\n  input: [l]\n  tasks:\n    first: {publish: {i: outer}, on-success: a}\n    a: ${task}\n`,
  );
  return runner;
}

function commandsOf(runner: VirtualRunner, type: string): number {
  return runner.steps.flatMap(({ step }) => step.commands).filter((command) => command.type === type).length;
}

describe('with-items', () => {
  it('never runs more at once than concurrency allows', () => {
    const runner = runnerOf(
      "{with-items: 'i in <% $.l %>', concurrency: 3, action: 'std.echo output=<% $.i %>'}",
      slow,
    );
    const id = runner.start('w', { l: [1, 2, 3, 4, 5, 6, 7] });
    const from = runner.now;
    runner.waitForEnd(id);
    const running = runner.steps.map(
      ({ step }) => step.changes.tasks.find(({ name }) => name === 'a')?.progress?.running ?? 0,
    );
    expect(Math.max(...running)).toBe(3);
    expect(runner.now - from).toBe(3000);
  });

  it('gives the results in the order of the items, whatever the order of their ends', () => {
    const backwards: OutcomeOverride = (action, { output = 0 }) =>
      action === 'std.echo'
        ? { afterMs: 1000 - Number(output), state: 'SUCCESS', result: output }
        : undefined;
    const runner = runnerOf(
      "{with-items: 'i in <% $.l %>', action: 'std.echo output=<% $.i %>', publish: {r: <% task().result %>}}",
      backwards,
    );
    expect(runner.run('w', { l: [1, 2, 3] }).output).toMatchObject({ r: [1, 2, 3] });
  });

  it('lets the variable of the item hide one that the branch brought along', () => {
    const runner = runnerOf(
      "{with-items: 'i in <% $.l %>', action: 'std.echo output=<% $.i %>', publish: {r: <% task().result %>}}",
    );
    expect(runner.run('w', { l: [1] }).output).toMatchObject({ r: [1], i: 'outer' });
  });

  it('takes a text by its characters and a mapping by its keys', () => {
    const echo =
      "{with-items: 'x in <% $.l %>', action: 'std.echo output=<% $.x %>', publish: {r: <% task().result %>}}";
    expect(runnerOf(echo).run('w', { l: 'hé😀' }).output).toMatchObject({ r: ['h', 'é', '😀'] });
    expect(runnerOf(echo).run('w', { l: { k: 1, m: 2 } }).output).toMatchObject({ r: ['k', 'm'] });
  });

  it.each<[string, Json]>([
    ['null', null],
    ['a number', 5],
  ])('of %s fails the execution at once', (_what, list) => {
    const runner = runnerOf("{with-items: 'x in <% $.l %>', action: std.noop, on-error: noop}");
    expect(runner.run('w', { l: list })).toMatchObject({
      state: 'ERROR',
      stateInfo: expect.stringContaining('Wrong input format for: x'),
    });
  });

  it('starts none of the items when the input of one cannot be evaluated', () => {
    const runner = runnerOf("{with-items: 'x in <% $.l %>', action: 'std.echo output=<% $.x.name %>'}");
    expect(runner.run('w', { l: [{ name: 1 }, {}] }).state).toBe('ERROR');
    expect(commandsOf(runner, 'run-action')).toBe(1);
  });

  it('over what is no list says of which type it is, not the value, which may be a secret', () => {
    const runner = runnerOf("{with-items: 'x in <% $.l %>', action: std.noop}");
    const { stateInfo } = runner.run('w', { l: 71923 });
    expect(stateInfo).toContain('Iterable type is expected for each value, found a whole number.');
    expect(stateInfo).not.toContain('71923');
  });

  it('is cancelled as a whole when one action is cancelled', () => {
    const runner = runnerOf("{with-items: 'x in <% $.l %>', action: std.async_noop}");
    const id = runner.start('w', { l: [1, 2] });
    runner.completeAction(id, 'a', 'CANCELLED', null);
    expect(runner.waitForEnd(id)).toMatchObject({
      state: 'CANCELLED',
      stateInfo: 'Cancelled tasks: a',
      output: { result: 'Cancelled tasks: a' },
    });
  });

  it('run again without reset repeats only what failed', () => {
    let isBroken = true;
    const runner = runnerOf(
      "{with-items: 'x in <% $.l %>', action: 'std.echo output=<% $.x %>', publish: {r: <% task().result %>}}",
      (action, { output }) =>
        action === 'std.echo' && output === 2 && isBroken
          ? { afterMs: 0, state: 'ERROR', result: 'broken' }
          : undefined,
    );
    const id = runner.start('w', { l: [1, 2, 3] });
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    isBroken = false;
    runner.sendEvent(id, { type: 'rerun', taskId: runner.task(id, 'a')?.id ?? '', reset: false });
    expect(runner.waitForEnd(id).output).toMatchObject({ r: [1, 2, 3] });
    expect(
      runner
        .actionsOf(id, runner.task(id, 'a')?.id ?? '')
        .map(({ index, attempt, accepted }) => [index, attempt, accepted]),
    ).toEqual([
      [0, 1, true],
      [1, 1, false],
      [2, 1, true],
      [1, 2, true],
    ]);
  });

  it('of a thousand items writes two small records for each, and neither the execution nor the other items', () => {
    const runner = new VirtualRunner();
    runner.define(
      "version: '2.0'\nw:\n  input: [l]\n  tasks:\n    a: {with-items: 'x in <% $.l %>', action: 'std.echo output=<% $.x %>'}\n",
    );
    runner.run('w', { l: Array.from({ length: 1000 }, (_, index) => index) });
    const ends = runner.steps.filter(({ event }) => event.type === 'action-ended').slice(0, -1);
    expect(ends).toHaveLength(999);
    for (const { step } of ends) {
      expect([step.changes.execution, step.changes.tasks.length, step.changes.actions.length]).toEqual([
        undefined,
        1,
        1,
      ]);
    }
    const [first, second] = ends.map(({ step }) => step.changes.tasks[0]);
    expect(first?.items === second?.items && first?.context === second?.context).toBe(true);
  });
});
