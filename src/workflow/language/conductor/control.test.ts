import { describe, expect, it } from 'vitest';
import { VirtualRunner } from '../../../../test/support/mistral-corpus-runner.ts';
import type { JsonObject } from '../../../domain/json.ts';

function start(text: string, params: JsonObject = {}) {
  const runner = new VirtualRunner(undefined, { forgetful: true });
  runner.define(`version: '2.0'\n${text}`);
  return { runner, id: runner.start('w', {}, { params }) };
}

const states = (runner: VirtualRunner, id: string): string[] =>
  runner.tasks(id).map(({ name, state }) => `${name} ${state}`);

describe('pause', () => {
  it('lets what runs end, starts nothing, and goes on at resume where it was', () => {
    const { runner, id } = start(`
w:
  tasks:
    a: {action: std.echo output=1 delay=2, on-success: b}
    b: {action: std.noop}
    d: {wait-before: 3, action: std.noop}
    e: {with-items: 'i in [1, 2, 3]', concurrency: 1, action: std.echo output=1 delay=2}
`);
    runner.sleep(1);
    runner.sendEvent(id, { type: 'pause' });
    runner.sleep(60);
    expect(states(runner, id)).toEqual(['a SUCCESS', 'd DELAYED', 'e RUNNING']);
    expect(runner.task(id, 'e')?.progress).toMatchObject({ started: 1, running: 0 });
    runner.sendEvent(id, { type: 'resume' });
    expect(runner.waitForEnd(id).state).toBe('SUCCESS');
    expect(states(runner, id)).toEqual(['a SUCCESS', 'd SUCCESS', 'e SUCCESS', 'b SUCCESS']);
  });

  it('as a command holds back what stands behind it, and a second one holds the rest', () => {
    const { runner, id } = start(
      'w: {tasks: {a: {on-success: [b, pause, c, pause, d]}, b: {action: std.noop}, c: {action: std.noop}, d: {action: std.noop}}}'.replace(
        'on-success: [b, pause, c, pause, d]',
        'on-success: [b, pause, c, {pause: <% true %>}, d]',
      ),
    );
    runner.sleep(1);
    expect([runner.record(id).state, ...states(runner, id)]).toEqual(['PAUSED', 'a SUCCESS', 'b SUCCESS']);
    runner.sendEvent(id, { type: 'resume' });
    runner.sleep(1);
    expect([runner.record(id).state, ...states(runner, id)]).toEqual([
      'PAUSED',
      'a SUCCESS',
      'b SUCCESS',
      'c SUCCESS',
    ]);
    runner.sendEvent(id, { type: 'resume' });
    expect(runner.waitForEnd(id).state).toBe('SUCCESS');
  });

  it('in a sub-workflow pauses the parent, whose resume resumes it', () => {
    const { runner, id } = start(
      'w: {tasks: {a: {workflow: sub, on-success: b}, b: {action: std.noop}}}\nsub: {tasks: {x: {action: std.noop, on-success: [pause, y]}, y: {action: std.noop}}}',
    );
    runner.sleep(1);
    expect([runner.record(id).state, ...states(runner, id)]).toEqual(['PAUSED', 'a PAUSED']);
    runner.sendEvent(id, { type: 'resume', env: { why: 'go' } });
    expect(runner.waitForEnd(id)).toMatchObject({ state: 'SUCCESS', env: { why: 'go' } });
    expect(states(runner, id)).toEqual(['a SUCCESS', 'b SUCCESS']);
  });

  it('of the parent pauses its sub-workflows', () => {
    const { runner, id } = start(
      'w: {tasks: {a: {workflow: sub}}}\nsub: {tasks: {x: {action: std.echo output=1 delay=5, on-success: y}, y: {action: std.noop}}}',
    );
    runner.sleep(1);
    runner.sendEvent(id, { type: 'pause' });
    runner.sleep(20);
    const [sub] = runner.actionsOf(id, runner.task(id, 'a')?.id ?? '');
    expect([sub?.state, ...states(runner, sub?.id ?? '')]).toEqual(['PAUSED', 'x SUCCESS']);
    runner.sendEvent(id, { type: 'resume' });
    expect(runner.waitForEnd(id).state).toBe('SUCCESS');
  });

  it('before one of several tasks holds those that would start after it', () => {
    const { runner, id } = start(
      'w: {tasks: {a: {pause-before: true, action: std.noop}, b: {action: std.noop}}}',
    );
    runner.sleep(1);
    expect(states(runner, id)).toEqual(['a IDLE', 'b IDLE']);
    runner.sendEvent(id, { type: 'resume' });
    expect(runner.waitForEnd(id).state).toBe('SUCCESS');
  });

  it('before a task lets wait-before and timeout apply after the resume', () => {
    const { runner, id } = start(
      'w: {tasks: {a: {pause-before: true, wait-before: 5, timeout: 3, action: std.async_noop, on-error: noop}}}',
    );
    expect([runner.record(id).state, ...states(runner, id)]).toEqual(['PAUSED', 'a IDLE']);
    const from = runner.now;
    runner.sendEvent(id, { type: 'resume' });
    runner.waitForEnd(id);
    expect(runner.now - from).toBe(8000);
  });
});

describe('change-env', () => {
  it('is seen after the resume, by sub-workflows too', () => {
    const { runner, id } = start(
      'w: {output: {seen: "<% $.seen %>"}, tasks: {a: {workflow: sub, publish: {seen: "<% task().result.zone %>"}}}}\n' +
        'sub: {output: {zone: "<% env().zone %>"}, tasks: {x: {action: std.noop, on-success: [pause, y]}, y: {action: std.noop}}}',
      { env: { zone: 'old', kept: 1 } },
    );
    runner.sleep(1);
    runner.sendEvent(id, { type: 'change-env', env: { zone: 'new' } });
    expect(runner.record(id)).toMatchObject({ state: 'PAUSED', env: { zone: 'new', kept: 1 } });
    runner.sendEvent(id, { type: 'resume' });
    expect(runner.waitForEnd(id).output).toEqual({ seen: 'new' });
  });

  it('is refused while the execution runs, and after it has ended well', () => {
    const { runner, id } = start('w: {tasks: {a: {action: std.async_noop}}}');
    const change = () => runner.sendEvent(id, { type: 'change-env', env: { zone: 'new' } }).refusal;
    expect(change()).toMatchObject({
      reason: 'not-allowed',
      message: expect.stringMatching(
        /only permitted if it is in IDLE, PAUSED, ERROR state; it is in RUNNING/,
      ),
    });
    runner.sendEvent(id, { type: 'stop', state: 'SUCCESS', stateInfo: null });
    expect(change()).toMatchObject({ reason: 'not-allowed' });
  });
});

describe('stop', () => {
  it('leaves what runs alone: its late result is kept and starts nothing', () => {
    const { runner, id } = start(
      'w: {tasks: {a: {action: std.echo output=7 delay=5, publish: {n: <% task().result %>}, on-success: b, on-complete: b}, b: {action: std.noop}}}',
    );
    runner.sleep(1);
    runner.sendEvent(id, { type: 'stop', state: 'CANCELLED', stateInfo: 'enough' });
    runner.sleep(10);
    expect(runner.record(id)).toMatchObject({
      state: 'CANCELLED',
      stateInfo: 'enough',
      output: { result: 'enough' },
    });
    expect(states(runner, id)).toEqual(['a SUCCESS']);
    expect(runner.task(id, 'a')?.published).toEqual({ n: 7 });
  });

  it('ends the retries of what still runs', () => {
    const { runner, id } = start(
      'w: {tasks: {a: {action: std.echo delay=2 output=1, fail-on: true, retry: {count: 5, delay: 0}}}}',
    );
    runner.sendEvent(id, { type: 'stop', state: 'ERROR', stateInfo: 'enough' });
    runner.sleep(100);
    expect([states(runner, id), runner.task(id, 'a')?.attempt]).toEqual([['a ERROR'], 1]);
  });

  it('cannot turn a paused execution into a success, and leaves one that has ended as it is', () => {
    const { runner, id } = start('w: {tasks: {a: {action: std.async_noop}}}');
    runner.sendEvent(id, { type: 'pause' });
    expect(runner.sendEvent(id, { type: 'stop', state: 'SUCCESS', stateInfo: null }).refusal).toMatchObject({
      reason: 'conflict',
      message: `Can't change workflow execution state from PAUSED to SUCCESS. [workflow=w, execution_id=${id}]`,
    });
    runner.sendEvent(id, { type: 'stop', state: 'ERROR', stateInfo: 'no' });
    runner.sendEvent(id, { type: 'stop', state: 'CANCELLED', stateInfo: 'later' });
    expect(runner.record(id)).toMatchObject({ state: 'ERROR', stateInfo: 'no' });
    expect(runner.sendEvent(id, { type: 'pause' }).refusal).toBeDefined();
  });
});

describe('rerun', () => {
  it('of a task in a sub-workflow takes the parents back to RUNNING, and they end with it', () => {
    let isBroken = true;
    const runner = new VirtualRunner(
      (action) =>
        action === 'std.test_dict' && isBroken
          ? { afterMs: 0, state: 'ERROR', result: 'x' }
          : action === 'std.test_dict'
            ? { afterMs: 0, state: 'SUCCESS', result: 9 }
            : undefined,
      { forgetful: true },
    );
    runner.define(
      "version: '2.0'\nw: {output: {n: <% $.n %>}, tasks: {a: {workflow: mid, publish: {n: <% task().result.n %>}}}}\nmid: {output: {n: <% $.n %>}, tasks: {b: {workflow: low, publish: {n: <% task().result.n %>}}}}\nlow: {output: {n: <% $.n %>}, tasks: {c: {action: std.test_dict, publish: {n: <% task().result %>}}}}",
    );
    const id = runner.start('w');
    expect(runner.waitForEnd(id).state).toBe('ERROR');
    const [mid] = runner.actionsOf(id, runner.task(id, 'a')?.id ?? '');
    const [low] = runner.actionsOf(mid?.id ?? '', runner.task(mid?.id ?? '', 'b')?.id ?? '');
    isBroken = false;
    runner.sendEvent(low?.id ?? '', {
      type: 'rerun',
      taskId: runner.task(low?.id ?? '', 'c')?.id ?? '',
      reset: true,
    });
    runner.waitUntil(() => runner.record(id).state === 'SUCCESS', 'SUCCESS');
    expect(runner.record(id).output).toEqual({ n: 9 });
    expect(runner.task(id, 'a')).toMatchObject({ state: 'SUCCESS', stateInfo: null });
  });

  it('takes a cancelled task too', () => {
    const { runner, id } = start('w: {tasks: {a: {action: std.async_noop}}}');
    runner.completeAction(id, 'a', 'CANCELLED', null);
    expect(runner.waitForEnd(id).state).toBe('CANCELLED');
    runner.sendEvent(id, { type: 'rerun', taskId: runner.task(id, 'a')?.id ?? '', reset: true });
    runner.completeAction(id, 'a', 'SUCCESS', null);
    expect(runner.waitForEnd(id)).toMatchObject({ state: 'SUCCESS', stateInfo: null });
  });

  it('is refused for a task that succeeded or that there is not', () => {
    const { runner, id } = start('w: {tasks: {a: {action: std.noop, on-success: fail}}}');
    runner.waitForEnd(id);
    const rerun = (taskId: string) =>
      runner.sendEvent(id, { type: 'rerun', taskId, reset: true }).refusal?.reason;
    expect([rerun(runner.task(id, 'a')?.id ?? ''), rerun('unknown')]).toEqual(['conflict', 'not-found']);
  });
});

describe('an event that comes twice or too late', () => {
  it('is refused or changes nothing', () => {
    const { runner, id } = start('w: {tasks: {a: {action: std.async_noop, timeout: 5}}}');
    const before = JSON.stringify([runner.record(id), runner.tasks(id)]);
    runner.sendEvent(id, { type: 'start' });
    runner.sendEvent(id, {
      type: 'timer',
      taskId: runner.task(id, 'a')?.id ?? '',
      timer: 'timeout',
      due: runner.now,
    });
    runner.sendEvent(id, { type: 'timer', taskId: 'unknown', timer: 'retry', due: runner.now });
    expect(JSON.stringify([runner.record(id), runner.tasks(id)])).toBe(before);
    runner.completeAction(id, 'a', 'SUCCESS', 1);
    const [action] = runner.actionsOf(id, runner.task(id, 'a')?.id ?? '');
    expect(
      runner.sendEvent(id, { type: 'action-ended', actionId: action?.id ?? '', state: 'ERROR', result: 2 })
        .refusal?.message,
    ).toMatch(/already completed/);
    expect(
      runner.sendEvent(id, { type: 'action-ended', actionId: 'unknown', state: 'ERROR', result: 2 }).refusal
        ?.reason,
    ).toBe('not-found');
  });
});

describe('a cycle without any action in it', () => {
  it('ends in an error instead of spinning', () => {
    const { runner, id } = start(
      "w: {tasks: {s: {on-success: a}, a: {with-items: 'i in <% [] %>', action: std.noop, on-success: a}}}",
    );
    expect(runner.waitForEnd(id)).toMatchObject({
      state: 'ERROR',
      stateInfo: expect.stringContaining('a cycle without actions'),
    });
  });
});
