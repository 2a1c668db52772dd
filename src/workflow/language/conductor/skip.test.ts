/** A failed task that an operator skips: what it publishes, and what follows it. */
import { describe, expect, it } from 'vitest';
import { VirtualRunner } from '../../../../test/support/mistral-corpus-runner.ts';

function run(text: string) {
  const runner = new VirtualRunner(undefined, { forgetful: true });
  runner.define(`version: '2.0'\n${text}`);
  const id = runner.start('w', {}, { params: {} });
  return { runner, id };
}

function states(runner: VirtualRunner, id: string): string[] {
  return runner.tasks(id).map(({ name, state }) => `${name} ${state}`);
}

function skip(runner: VirtualRunner, id: string, task: string) {
  return runner.sendEvent(id, { type: 'skip', taskId: runner.task(id, task)?.id ?? '' }).refusal;
}

function subExecutionOf(runner: VirtualRunner, id: string): string {
  return runner.actionsOf(id, runner.task(id, 's')?.id ?? '')[0]?.id ?? '';
}

describe('A skipped task', () => {
  it('goes on by on-skip with what publish-on-skip says, and its execution can succeed', () => {
    const { runner, id } = run(`
w:
  output: {done: <% $.get(done) %>}
  tasks:
    a:
      action: std.fail
      publish: {was: success}
      publish-on-error: {was: error}
      publish-on-skip: {was: '<% task().state %>'}
      on-success: never
      on-complete: after
      on-skip: [noop, b: <% $.was = SKIPPED %>]
    b: {action: std.noop, publish: {done: true}}
    never: {action: std.noop}
    after: {action: std.noop}
`);
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    expect(states(runner, id)).toEqual(['a ERROR', 'after SUCCESS']);
    expect(runner.task(id, 'a')?.published).toEqual({ was: 'error' });
    expect(skip(runner, id, 'a')).toBeUndefined();
    expect(runner.waitForEnd(id)).toMatchObject({
      state: 'SUCCESS',
      output: { done: true },
    });
    expect(states(runner, id)).toEqual(['a SKIPPED', 'after SUCCESS', 'b SUCCESS']);
    const { stateInfo, published } = runner.task(id, 'a') ?? {};
    expect([stateInfo, published]).toEqual(['Task was skipped.', { was: 'SKIPPED' }]);
  });

  it.each([
    ['there is no on-skip', ''],
    ['no guard of it holds', 'on-skip: [b: <% false %>], '],
  ])('goes on as after a success where %s, and keeps what the failure published', (_, clause) => {
    const { runner, id } = run(`
w:
  tasks:
    a: {action: std.fail, ${clause}publish: {p: 1}, publish-on-error: {e: 1}, on-success: b}
    b: {action: std.async_noop}
`);
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    expect(skip(runner, id, 'a')).toBeUndefined();
    expect(states(runner, id)).toEqual(['a SKIPPED', 'b RUNNING']);
    expect(runner.task(id, 'b')?.context).toEqual({ e: 1 });
    expect(runner.record(id).state).toBe('RUNNING');
  });

  it('satisfies a join that had failed for want of it', () => {
    const { runner, id } = run(`
w:
  tasks:
    a: {action: std.fail, on-success: j}
    b: {action: std.noop, on-success: j}
    j: {action: std.noop, join: all}
`);
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    expect(skip(runner, id, 'a')).toBeUndefined();
    expect(runner.waitForEnd(id).state).toBe('SUCCESS');
    expect(states(runner, id)).toEqual(['a SKIPPED', 'b SUCCESS', 'j SUCCESS']);
  });

  it('that is a join which could not start lets what follows it start', () => {
    const { runner, id } = run(`
w:
  tasks:
    a: {action: std.fail, on-success: j}
    b: {action: std.noop, on-success: j}
    j: {action: std.noop, join: all, on-success: c}
    c: {action: std.noop}
`);
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    expect(skip(runner, id, 'j')).toBeUndefined();
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    expect(states(runner, id)).toEqual(['a ERROR', 'b SUCCESS', 'j SKIPPED', 'c SUCCESS']);
  });

  it('in a sub-workflow lets the parent go on', () => {
    const { runner, id } = run(
      'w: {tasks: {s: {workflow: sub, on-success: t}, t: {action: std.noop}}}\nsub: {tasks: {x: {action: std.fail}}}',
    );
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    const below = subExecutionOf(runner, id);
    expect(skip(runner, below, 'x')).toBeUndefined();
    runner.sleep(1);
    expect(runner.waitForEnd(id).state).toBe('SUCCESS');
    expect(states(runner, id)).toEqual(['s SUCCESS', 't SUCCESS']);
  });

  it('that is a sub-workflow leaves it in ERROR', () => {
    const { runner, id } = run('w: {tasks: {s: {workflow: sub}}}\nsub: {tasks: {x: {action: std.fail}}}');
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    expect(skip(runner, id, 's')).toBeUndefined();
    expect(runner.waitForEnd(id).state).toBe('SUCCESS');
    expect(runner.record(subExecutionOf(runner, id)).state).toBe('ERROR');
  });

  it('of a reverse workflow satisfies those that require it', () => {
    const runner = new VirtualRunner(undefined, { forgetful: true });
    runner.define(
      "version: '2.0'\nw: {type: reverse, tasks: {a: {action: std.fail}, b: {action: std.noop, requires: a}}}",
    );
    const id = runner.start('w', {}, { params: { task_name: 'b' } });
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    expect(skip(runner, id, 'a')).toBeUndefined();
    expect(runner.waitForEnd(id).state).toBe('SUCCESS');
  });

  it('of a paused execution holds back what follows until the resume', () => {
    const { runner, id } = run(
      'w: {tasks: {a: {action: std.fail, on-error: pause, on-skip: b}, b: {action: std.noop}}}',
    );
    runner.sleep(1);
    expect(runner.record(id).state).toBe('PAUSED');
    expect(skip(runner, id, 'a')).toBeUndefined();
    runner.sleep(1);
    expect([runner.record(id).state, ...states(runner, id)]).toEqual(['PAUSED', 'a SKIPPED']);
    runner.sendEvent(id, { type: 'resume' });
    expect(runner.waitForEnd(id).state).toBe('SUCCESS');
    expect(states(runner, id)).toEqual(['a SKIPPED', 'b SUCCESS']);
  });

  it('is in ERROR before, and its execution has not succeeded', () => {
    const { runner, id } = run(
      'w: {tasks: {a: {action: std.fail, on-error: b}, b: {action: std.noop}, c: {action: std.noop}}}',
    );
    expect(runner.waitForEnd(id).state).toBe('SUCCESS');
    expect(skip(runner, id, 'c')?.message).toBe(
      'only a task in ERROR can be skipped, this one is in SUCCESS',
    );
    expect(skip(runner, id, 'a')?.message).toMatch(/^Can't change workflow execution state from SUCCESS/);
    expect(runner.sendEvent(id, { type: 'skip', taskId: 'x' }).refusal?.reason).toBe('not-found');
  });

  it('fails the execution where its publish cannot be evaluated', () => {
    const { runner, id } = run("w: {tasks: {a: {action: std.fail, publish-on-skip: {x: '<% $.absent %>'}}}}");
    runner.waitForEnd(id);
    expect(skip(runner, id, 'a')).toBeUndefined();
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    expect(states(runner, id)).toEqual(['a ERROR']);
  });
});
