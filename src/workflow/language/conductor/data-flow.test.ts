import { describe, expect, it } from 'vitest';
import { VirtualRunner } from '../../../../test/support/mistral-corpus-runner.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { ExecutionRecord } from '../../../domain/workflow-records.ts';

function run(text: string, input: JsonObject = {}, params: JsonObject = {}): ExecutionRecord {
  const runner = new VirtualRunner(undefined, { forgetful: true });
  runner.define(`version: '2.0'\n${text}`);
  return runner.run('w', input, { params });
}

describe('variables', () => {
  it('are looked up in the branch, then globally, then in the input', () => {
    const { output } = run(
      `
w:
  input: [a, b, c, d]
  vars: {b: var, c: var, d: var}
  output: {a: <% $.a %>, b: <% $.b %>, c: <% $.c %>, d: <% $.d %>, g: <% global(d) %>}
  tasks:
    t:
      publish: {d: branch}
      on-success: {publish: {global: {c: global, d: global}}}
`,
      { a: 'input', b: 'input', c: 'input', d: 'input' },
    );
    expect(output).toEqual({ a: 'input', b: 'var', c: 'global', d: 'branch', g: 'global' });
  });

  it('that a task publishes are not lost beside those that its clause publishes globally', () => {
    const { output, globals } = run(
      'w: {tasks: {t: {publish: {x: 1, m: {a: 1}}, on-success: {publish: {global: {g: 2}, branch: {y: 3, m: {a: 0, b: 2}}}}}}}',
    );
    expect([output, globals]).toEqual([{ x: 1, y: 3, m: { a: 1, b: 2 } }, { g: 2 }]);
  });

  it('published again replace the old value, mappings too', () => {
    expect(
      run('w: {tasks: {a: {publish: {m: {x: 1}}, on-success: b}, b: {publish: {m: {y: 2}}}}}').output,
    ).toEqual({ m: { y: 2 } });
  });

  it('of a branch that fails or succeeds the execution belong to the output only if it started nothing else', () => {
    const ends = (clause: string): JsonObject =>
      run(`w: {tasks: {a: {publish: {x: 1}, on-success: ${clause}}, b: {action: std.async_noop}}}`).output;
    expect(ends('[fail]')).toEqual({ result: null, x: 1 });
    expect(ends('[b, fail]')).toEqual({ result: null });
    expect(ends('[succeed, b]')).toEqual({ x: 1 });
  });
});

describe('the context', () => {
  it('has the execution and the environment, in YAQL and Jinja', () => {
    const text =
      'w: {input: [x], output: {i: <% $.__execution.input.x %>, j: "{{ _.__execution.input.x }}", e: <% $.__env %>}, tasks: {a: {action: std.noop}}}';
    expect(run(text, { x: 1 }, { env: { k: 'v' } }).output).toEqual({ i: 1, j: 1, e: { k: 'v' } });
  });

  it('gives the message of fail as JSON where it is a mapping or a list', () => {
    const failed = (message: string): string | null =>
      run(`w: {tasks: {a: {action: std.noop, on-success: 'fail msg="${message}"'}}}`).stateInfo;
    expect(failed('<% {a => [1, null]} %>')).toBe('{"a": [1, null]}');
    expect(failed('<% [x, true] %>')).toBe('["x", true]');
    expect(failed('<% true %>')).toBe('True');
  });
});

describe('the environment', () => {
  it('may hold expressions over itself, unless it is not to be evaluated', () => {
    const text = 'w: {output: {u: <% env().url %>}, tasks: {a: {action: std.noop}}}';
    const env = { host: 'h1', url: 'http://<% env().host %>/' };
    expect(run(text, {}, { env }).output).toEqual({ u: 'http://h1/' });
    expect(run(text, {}, { env, evaluate_env: false }).output).toEqual({ u: env.url });
  });

  it('gives defaults for parameters of actions, in sub-workflows too', () => {
    const text =
      'w: {tasks: {a: {workflow: s, publish: {x: <% task().result.x %>}}}}\ns: {output: {x: <% $.x %>}, tasks: {a: {action: std.echo, publish: {x: <% task().result %>}}}}';
    expect(run(text, {}, { env: { __actions: { 'std.echo': { output: { k: 1 } } } } }).output).toEqual({
      x: { k: 1 },
    });
  });
});

describe('task()', () => {
  it('means the latest of the tasks with a name, and the task itself by its own', () => {
    const { output } = run(
      'w: {tasks: {a: {publish: {n: 0}, on-success: b}, b: {action: std.echo output=<% $.n + 1 %>, publish: {n: <% task(b).result %>, seen: <% task(a).published.n %>}, on-success: [b: <% $.n < 3 %>]}}}',
    );
    expect(output).toEqual({ n: 3, seen: 0 });
  });
});

describe('tasks()', () => {
  it('without an id gives the tasks of this execution only', () => {
    const text =
      'w: {tasks: {a: {workflow: s, publish: {n: <% tasks().name %>, m: <% tasks(recursive => true).name %>}}}}\ns: {tasks: {inner: {action: std.noop}}}';
    expect(run(text).output).toEqual({ n: ['a'], m: ['a', 'inner'] });
  });
});

describe('a reverse workflow', () => {
  const text =
    'w: {type: reverse, tasks: {a: {requires: [b, c]}, b: {requires: d}, c: {requires: d}, d: {publish: {n: 1}}, x: {requires: y}, y: {requires: x}}}';

  it('runs what its target needs, each once', () => {
    expect(run(text, {}, { task_name: 'a' })).toMatchObject({
      state: 'SUCCESS',
      output: { n: 1 },
      nextTask: 4,
    });
  });

  it('is refused when its target requires itself through others', () => {
    expect(() => run(text, {}, { task_name: 'x' })).toThrow('these tasks require themselves: x, y');
  });
});

describe('uuid()', () => {
  it('gives different ids within an execution, and the same ones again for the same event', () => {
    const text =
      "w: {input: [l], tasks: {a: {with-items: 'i in <% $.l %>', action: std.echo output=<% uuid() %>, publish: {r: <% task().result.distinct().len() %>}}}}";
    expect(run(text, { l: [1, 2, 3] }).output).toEqual({ r: 3 });
  });
});

describe('errors inside the engine', () => {
  it.each([
    [
      'an unknown action',
      'a: {action: std.nothing, on-error: noop}',
      'Failed to run task [error=Failed to find action [action_name=std.nothing, namespace=], wf=w, task=a]',
    ],
    [
      'an unknown parameter',
      'a: {action: std.noop x=1, on-error: noop}',
      "Invalid input [name=std.noop, class=action, unexpected=['x']]",
    ],
    [
      'input that is no mapping',
      'a: {action: std.noop, input: "<% [1] %>", on-error: noop}',
      'Wrong dynamic input for task: a',
    ],
    [
      'a guard',
      'a: {on-success: {a: <% $.x %>}, on-error: noop}\n    s: {on-success: a}',
      'Can not evaluate YAQL expression [expression=$.x',
    ],
    [
      'publish',
      "a: {publish: {x: '{{ _.x }}'}, on-error: noop}",
      'Can not evaluate Jinja expression [expression={{ _.x }}',
    ],
    [
      'an unknown sub-workflow',
      'a: {workflow: nothing, on-error: noop}',
      'Failed to find workflow [name=nothing] [namespace=]',
    ],
  ])('(%s) fail the task and the execution at once, whatever on-error says', (_what, tasks, text) => {
    const { state, stateInfo, output } = run(`w:\n  tasks:\n    ${tasks}`);
    expect([state, stateInfo, output['result']]).toEqual(['ERROR', expect.stringContaining(text), stateInfo]);
  });

  it('do not print the data, which may hold passwords', () => {
    const { stateInfo } = run('w: {input: [secret], tasks: {a: {action: std.echo output=<% $.x %>}}}', {
      secret: 'hunter2',
    });
    expect(stateInfo).not.toContain('hunter2');
  });
});

describe('the text of a failed execution', () => {
  it('says of an HTTP action its status and reason, and keeps the whole answer in the result', () => {
    const answer = {
      content: { error: 'locked' },
      status: 409,
      reason: 'Conflict',
      headers: { 'X-Secret': 'hunter2' },
    };
    const { stateInfo, output } = run(
      `w: {tasks: {a: {action: std.fail, input: {error_data: ${JSON.stringify(answer)}}}}}`,
    );
    expect(stateInfo?.replaceAll(/[0-9a-f-]{36}/g, 'ID')).toBe(
      'Failure caused by error in tasks: a\n\n  a [task_ex_id=ID] -> 409 Conflict: locked\n    [action_ex_id=ID, idx=0]: 409 Conflict: locked\n',
    );
    expect(output['result']).toBe(stateInfo);
  });

  it('names the failed tasks in order, with the results of their actions', () => {
    const { stateInfo } = run(
      'w: {tasks: {zeta: {action: std.fail error_data="z"}, alpha: {action: std.fail, input: {error_data: {code: 5}}}, caught: {action: std.fail, on-error: {zeta: <% false %>}}, start: {on-success: zeta}}}',
    );
    expect(stateInfo?.replaceAll(/[0-9a-f-]{36}/g, 'ID')).toBe(
      "Failure caused by error in tasks: alpha, zeta\n\n  alpha [task_ex_id=ID] -> {'code': 5}\n    [action_ex_id=ID, idx=0]: {'code': 5}\n\n  zeta [task_ex_id=ID] -> z\n    [action_ex_id=ID, idx=0]: z\n",
    );
  });
});
