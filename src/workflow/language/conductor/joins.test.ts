import { describe, expect, it } from 'vitest';
import { VirtualRunner } from '../../../../test/support/mistral-corpus-runner.ts';

function run(tasks: string, decisions: (runner: VirtualRunner, id: string) => void = () => undefined) {
  const runner = new VirtualRunner(undefined, { forgetful: true });
  runner.define(
    `version: '2.0'\nw:\n  tasks:\n${tasks
      .trim()
      .split('\n')
      .map((line) => `    ${line.trim()}`)
      .join('\n')}\n`,
  );
  const id = runner.start('w');
  decisions(runner, id);
  const execution = runner.waitForEnd(id);
  return {
    execution,
    tasks: runner.tasks(id).map(({ name, state, stateInfo }) => [name, state, stateInfo]),
    names: runner.tasks(id).map(({ name }) => name),
  };
}

describe('a join', () => {
  it('does not run twice for a late branch, whose variables are in the output all the same', () => {
    const { execution, names } = run(
      `
      quick: {action: std.noop, on-success: any}
      slow: {action: std.echo output=1 delay=5, publish: {late: 1}, on-success: any}
      any: {join: one, action: std.echo output=1 delay=9, on-success: after}
      after: {action: std.noop, publish: {done: 1}}
      `,
    );
    expect(names.filter((name) => name === 'any' || name === 'after')).toEqual(['any', 'after']);
    expect(execution).toMatchObject({ state: 'SUCCESS', output: { late: 1, done: 1 } });
  });

  it('runs once for each round of a cycle', () => {
    const { execution, names } = run(`
      first: {publish: {n: 0}, on-success: [left, right]}
      left: {action: std.noop, on-success: meet}
      right: {action: std.noop, on-success: meet}
      meet: {join: all, publish: {n: <% $.n + 1 %>}, on-success: {again: <% $.n < 3 %>}}
      again: {action: std.noop, on-success: [left, right]}
    `);
    expect(names.filter((name) => name === 'meet')).toHaveLength(3);
    expect(execution).toMatchObject({ state: 'SUCCESS', output: { n: 3 } });
  });

  it('runs once for each round of a cycle that does not pass through it', () => {
    const { execution, names } = run(`
      first: {publish: {n: 0}, on-success: [left, right]}
      left: {action: std.noop, on-success: meet}
      right: {publish: {n: <% $.n + 1 %>}, on-success: [meet, {again: <% $.n < 3 %>}]}
      again: {action: std.noop, on-success: [left, right]}
      meet: {join: all, action: std.echo output=1 delay=9}
    `);
    expect(names.filter((name) => name === 'meet')).toHaveLength(3);
    expect(execution.state).toBe('SUCCESS');
  });

  it('of one runs again for a branch that it led to itself, though another one came first', () => {
    const { names } = run(`
      first: {publish: {n: 0}, on-success: any}
      any: {join: one, publish: {n: <% $.n + 1 %>}, on-success: {other: <% $.n < 3 %>}}
      other: {action: std.noop, on-success: any}
    `);
    expect(names.filter((name) => name === 'any')).toHaveLength(3);
  });

  it('fails as soon as a branch that it needs cannot come any more, not when the others have ended', () => {
    const { execution, tasks } = run(
      `
      quick: {action: std.noop, on-success: meet}
      slow: {action: std.async_noop, on-success: meet}
      broken: {action: std.fail, on-success: meet, on-error: noop}
      meet: {join: all, on-error: cleanup}
      cleanup: {action: std.noop}
      `,
      (runner, id) => {
        runner.waitUntil(() => runner.task(id, 'cleanup')?.state === 'SUCCESS', 'cleanup');
        expect(runner.task(id, 'slow')?.state).toBe('RUNNING');
        runner.completeAction(id, 'slow', 'SUCCESS', null);
      },
    );
    expect(tasks).toContainEqual(['meet', 'ERROR', "Failed by tasks: ['broken']"]);
    expect(execution.state).toBe('SUCCESS');
  });

  it('of two out of three fails when two branches have failed', () => {
    const { tasks } = run(`
      a: {action: std.fail, on-success: meet}
      b: {action: std.fail, on-success: meet}
      c: {action: std.noop, on-success: meet}
      meet: {join: 2}
    `);
    expect(tasks).toContainEqual(['meet', 'ERROR', "Failed by tasks: ['a', 'b']"]);
  });

  it('waits for a branch that a task far before it can still lead to', () => {
    const { execution } = run(`
      a: {action: std.echo output=1 delay=5, on-error: never, on-success: b}
      b: {action: std.noop, on-success: c}
      c: {action: std.noop, on-success: meet}
      d: {action: std.fail, on-error: meet, on-success: never}
      never: {action: std.noop}
      meet: {join: all}
    `);
    expect(execution.state).toBe('SUCCESS');
  });

  it('that waits for another join which waits for it fails, instead of hanging for ever', () => {
    const { execution, tasks } = run(`
      start: {action: std.noop, on-success: [one, two]}
      one: {join: all, on-success: two}
      two: {join: all, on-success: one}
    `);
    expect(tasks).toContainEqual(['one', 'ERROR', "Blocked by tasks: ['two']"]);
    expect(tasks).toContainEqual(['two', 'ERROR', "Failed by tasks: ['one']"]);
    expect(execution.state).toBe('ERROR');
  });

  it('that failed for want of a task runs when that task was run again and succeeded', () => {
    let isBroken = true;
    const runner = new VirtualRunner(
      (action) =>
        action === 'std.test_dict'
          ? { afterMs: 0, state: isBroken ? 'ERROR' : 'SUCCESS', result: null }
          : undefined,
      { forgetful: true },
    );
    runner.define(
      "version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop, on-success: meet}\n    b: {action: std.test_dict, on-success: meet}\n    meet: {join: all}\n",
    );
    const id = runner.start('w');
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    isBroken = false;
    runner.sendEvent(id, { type: 'rerun', taskId: runner.task(id, 'b')?.id ?? '', reset: true });
    expect(runner.waitForEnd(id)).toMatchObject({ state: 'SUCCESS', stateInfo: null });
    expect(runner.tasks(id).map(({ name, state }) => [name, state])).toEqual([
      ['a', 'SUCCESS'],
      ['b', 'SUCCESS'],
      ['meet', 'SUCCESS'],
    ]);
  });
});

describe('where branches meet', () => {
  const branches = (left: string, right: string): string => `
      left: {action: std.echo output=1 delay=${left}, publish: {x: left, d: {a: 1, l: 1}}, on-success: meet}
      right: {action: std.echo output=1 delay=${right}, publish: {x: right, d: {a: 2, r: 1}}, on-success: meet}
      meet: {join: all, publish: {seen: <% $.x %>}}
  `;

  it.each([
    ['0', '5'],
    ['5', '0'],
  ])('the task that stands later in the definition wins, whichever ends first (%s, %s)', (left, right) => {
    const { execution } = run(branches(left, right));
    expect(execution.output).toEqual({ x: 'right', seen: 'right', d: { a: 2, l: 1, r: 1 } });
  });

  it('what a task published itself wins over what a later one only brought along', () => {
    const { execution } = run(`
      first: {publish: {x: old}, on-success: [left, right]}
      left: {publish: {x: new}, on-success: meet}
      right: {action: std.noop, on-success: meet}
      meet: {join: all}
    `);
    expect(execution.output).toEqual({ x: 'new' });
  });
});
