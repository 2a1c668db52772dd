import { describe, expect, it } from 'vitest';
import { VirtualRunner } from '../../../../test/support/mistral-corpus-runner.ts';
import { conduct, createExecution } from '../conductor.ts';
import { ExecutionState } from '../state/execution-state.ts';
import type { CallName, WorkflowInfo } from './lookups.ts';
import { LookupNeeded } from './lookups.ts';

function runnerOf(text: string, namespace = ''): VirtualRunner {
  const runner = new VirtualRunner(undefined, { forgetful: true });
  runner.define(`version: '2.0'\n${text}`, 'workflow', namespace);
  return runner;
}

describe('a sub-workflow', () => {
  it('is looked for in the namespace of its parent, then in the default one', () => {
    const runner = runnerOf(
      'w: {output: {a: <% $.a %>, b: <% $.b %>}, tasks: {a: {workflow: one, publish: {a: <% task().result.x %>}, on-success: b}, b: {workflow: two, publish: {b: <% task().result.x %>}}}}\none: {output: {x: own}, tasks: {t: {action: std.noop}}}',
      'ns',
    );
    runner.define(
      "version: '2.0'\none: {output: {x: default}, tasks: {t: {action: std.noop}}}\ntwo: {output: {x: default}, tasks: {t: {action: std.noop}}}",
    );
    expect(runner.run('w', {}, { namespace: 'ns' }).output).toEqual({ a: 'own', b: 'default' });
  });

  it('takes the parameters of a start out of its input, and refuses what it does not declare', () => {
    const text = (input: string): string =>
      `w: {tasks: {a: {workflow: r, input: ${input}, publish: {o: <% task().result.o %>}}}}\nr: {type: reverse, input: [n], output: {o: <% $.o %>}, tasks: {x: {action: std.echo output=<% $.n %>, publish: {o: <% task().result %>}}, y: {action: std.fail}}}`;
    expect(runnerOf(text('{task_name: x, n: 5}')).run('w').output).toEqual({ o: 5 });
    expect(runnerOf(text('{task_name: x, n: 5, m: 6}')).run('w').stateInfo).toContain(
      "Invalid input [name=r, class=ReverseWorkflowSpec, unexpected=['m']]",
    );
    expect(runnerOf(text('{task_name: z, n: 5}')).run('w').stateInfo).toContain('Invalid task name');
    expect(runnerOf(text('{task_name: x, n: 5, notify: [1]}')).run('w').stateInfo).toContain('params.notify');
  });

  it('whose vars have no value ends in an error that its parent can handle', () => {
    const runner = runnerOf(
      'w: {tasks: {a: {workflow: s, on-error: b}, b: {action: std.noop}}}\ns: {vars: {x: <% $.no %>}, tasks: {t: {action: std.noop}}}',
    );
    expect(runner.run('w').state).toBe('SUCCESS');
  });

  it('of each item has its own execution, cancelled with the parent', () => {
    const runner = runnerOf(
      "w: {tasks: {a: {with-items: 'i in [1, 2, 3]', concurrency: 2, workflow: s}}}\ns: {tasks: {t: {action: std.async_noop}}}",
    );
    const id = runner.start('w');
    runner.sleep(1);
    runner.sendEvent(id, { type: 'stop', state: 'CANCELLED', stateInfo: 'enough' });
    runner.sleep(1);
    const subs = runner.actionsOf(id, runner.task(id, 'a')?.id ?? '');
    expect(subs.map((sub) => [sub.state, runner.record(sub.id).stateInfo])).toEqual([
      ['CANCELLED', 'enough'],
      ['CANCELLED', 'enough'],
    ]);
  });

  it('can call itself a hundred times', () => {
    const runner = runnerOf(
      'w: {input: [n], output: {n: <% $.n %>}, tasks: {a: {publish: {n: 0}, on-success: [b: <% $.n > 0 %>]}, b: {action: std.noop}}}'.replace(
        'on-success: [b: <% $.n > 0 %>]}, b: {action: std.noop}',
        'on-success: [b: <% execution().input.n > 0 %>]}, b: {workflow: w n=<% execution().input.n - 1 %>, publish: {n: <% task().result.n + 1 %>}}',
      ),
    );
    expect(runner.run('w', { n: 100 }).output).toEqual({ n: 100 });
  });
});

describe('ad-hoc actions', () => {
  it('may stand on each other: inputs go down, results come up, an error comes up as it is', () => {
    const runner = runnerOf(
      'w: {tasks: {a: {action: outer n=2, publish: {x: <% task().result %>}, on-success: b}, b: {action: broken, on-error: noop}}}',
    );
    runner.define(
      "version: '2.0'\ninner: {base: std.echo, base-input: {output: <% $.m + 1 %>}, input: [m], output: {inner: <% $ %>}}\nouter: {base: inner, base-input: {m: <% $.n * 10 %>}, input: [n], output: {outer: <% $.inner %>}}\nbroken: {base: std.fail error_data='no', output: {never: <% $ %>}}",
      'action',
    );
    const id = runner.start('w');
    expect(runner.waitForEnd(id).output).toEqual({ x: { outer: 21 } });
    expect(runner.task(id, 'b')?.stateInfo).toBe('no');
  });

  it.each([
    ['base: nowhere', "base action 'nowhere' is not found"],
    ['base: std.echo', "missing=['output']"],
    ['base: own', 'chain of base actions does not end'],
  ])('with %s cannot be instantiated', (spec, text) => {
    const runner = runnerOf('w: {tasks: {a: {action: own, on-error: noop}}}');
    runner.define(`version: '2.0'\nown: {${spec}}`, 'action');
    expect(runner.run('w').stateInfo).toMatch(
      new RegExp(`Failed to instantiate an action.*${text.replaceAll(/[[\]]/g, '\\$&')}`),
    );
  });
});

describe('a step that needs something that is not loaded', () => {
  it('says what, changes nothing, and gives the same answer when it is repeated with it', () => {
    const runner = runnerOf(
      'w: {tasks: {a: {workflow: s, publish: {n: <% tasks(execution().id).len() %>}}}}',
    );
    const workflow = runner.spec('w');
    if (workflow === undefined) throw new Error('no workflow');
    const state = new ExecutionState(createExecution(workflow, { id: 'e1', input: {}, params: {} }, 0));
    const loaded: WorkflowInfo[] = [];
    const lookups = {
      definitionProject: 'p',
      action: () => null,
      reasonMissing: () => undefined,
      workflow: ({ name }: CallName) => loaded.find((info) => info.name === name),
      execution: () => undefined,
      executions: () => undefined,
    };
    const step = () => conduct(workflow, state, { type: 'start', now: 0 }, lookups);
    expect(step).toThrow(LookupNeeded);
    expect(step).toThrow('not loaded: {"kind":"workflow","at":{"name":"s","namespace":""}}');
    expect([...state.tasks]).toEqual([]);
    loaded.push({ name: 's', namespace: '', type: 'direct', inputs: [], project: 'p', isShared: false });
    expect(step().commands).toEqual([
      expect.objectContaining({ type: 'start-sub-execution', taskName: 'a' }),
    ]);
  });

  it('is not hidden by an expression that asks for it', () => {
    const runner = runnerOf(
      'w: {tasks: {a: {action: std.noop, input: "<% switch(tasks(other).len() > 0 => {}) %>"}}}',
    );
    const workflow = runner.spec('w');
    if (workflow === undefined) throw new Error('no workflow');
    const state = new ExecutionState(createExecution(workflow, { id: 'e1', input: {}, params: {} }, 0));
    const lookups = {
      definitionProject: 'p',
      action: () => undefined,
      reasonMissing: () => undefined,
      workflow: () => undefined,
      execution: () => undefined,
      executions: () => undefined,
    };
    expect(() => conduct(workflow, state, { type: 'start', now: 0 }, lookups)).toThrow(
      '{"kind":"execution","id":"other"}',
    );
  });
});
