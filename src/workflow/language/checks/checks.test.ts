import { describe, expect, it } from 'vitest';
import { parseSource } from '../../runner/parse-source.ts';
import type { SourceKind } from '../../../store/workflow-definitions.ts';
import { describeMissingCall } from './missing-call.ts';

function warnings(body: string, kind: SourceKind = 'workflow'): string[] {
  const { warnings: found } = parseSource(kind, `version: '2.0'\n${body}`);
  return found.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

function tasks(body: string, more = ''): string[] {
  return warnings(`w:\n  input: [node]\n${more}  tasks:\n${body.replaceAll(/^/gm, '    ')}\n`);
}

const never = 'no input, var or publish of this workflow has this name; reading it fails';

describe('variables', () => {
  it('that nothing sets are named, in both languages, with the name that was meant', () => {
    expect(
      tasks('a: {action: std.echo, input: {output: <% $.nod.name %>}, publish: {seen: "{{ _.sen }}"}}'),
    ).toEqual([
      `w.tasks.a.input.output: the variable 'nod' is never set: ${never}; did you mean node?`,
      `w.tasks.a.publish.seen: the variable 'sen' is never set: ${never}; did you mean seen?`,
    ]);
  });

  it('of inputs, vars, publishes, with-items and the engine are known', () => {
    const body = [
      'a: {with-items: i in <% $.node %>, action: std.echo output=<% $.i.x + $.v %>, publish: {p: 1}, on-success: b}',
      'b: {action: std.echo output=<% $.p %>, on-success: {publish: {branch: {q: 1}, global: {g: 2}}, next: c}}',
      'c: {action: std.echo, input: {output: "{{ _.q + _.g }} {{ _.__execution.id }}"}}',
    ];
    expect(tasks(body.join('\n'), '  vars: {v: 1}\n')).toEqual([]);
  });

  it.each([
    ['inside of a lambda `$` is something else', '<% $.node.where($.status = UP) %>'],
    ['a name with a default may be missing', '{{ _.absent | default(1) }}'],
    ['a name that is tested may be missing', '{% if _.absent is defined %}{{ _.absent }}{% endif %}'],
    ['a template may set `_` itself', '{% for _ in [1] %}{{ _.absent }}{% endfor %}'],
  ])('%s', (_, expression) => {
    expect(tasks(`a: {action: std.echo, input: {output: '${expression}'}}`)).toEqual([]);
  });

  it('of an ad-hoc action are its own inputs', () => {
    const action =
      'act: {input: [url], base: std.http, base-input: {url: <% $.ur %>}, output: <% $.status %>}\n';
    expect(warnings(action, 'action')).toEqual([
      "act.base-input.url: the variable 'ur' is never set: no input of this action has this name; reading it fails; did you mean url?",
    ]);
  });
});

describe('comparisons', () => {
  it('of bare words compare the words', () => {
    expect(
      tasks('a: {action: std.noop, on-success: [{b: <% status = UP %>}]}\nb: {action: std.noop}'),
    ).toEqual([
      "w.tasks.a.on-success.0.b: this compares the literal words 'status' and 'UP', so the result never changes; a variable is written $.status",
    ]);
  });

  it('of a variable with a bare word are what YAQL means by them', () => {
    expect(
      tasks('a: {action: std.noop, on-success: [{b: <% $.node = UP %>}]}\nb: {action: std.noop}'),
    ).toEqual([]);
  });
});

describe('calls', () => {
  it('of built-in actions are compared with their parameters', () => {
    expect(tasks('a: {action: std.http, input: {metod: GET}}\nb: {action: std.ehco output=1}')).toEqual([
      expect.stringContaining("the action std.http has no parameter 'metod'; did you mean method?"),
      "w.tasks.a.action: the action std.http requires the parameter 'url', which is not given: the task fails when it runs",
      "w.tasks.b.action: there is no action 'std.ehco'; did you mean std.echo?",
    ]);
  });

  it('of built-in actions are checked in their literal values, and only in those', () => {
    const http = (input: string): string[] => tasks(`a: {action: std.http, input: {${input}}}`);
    expect(http('url: http://h/, timeout: 5s')).toEqual([
      'w.tasks.a.action: the parameter \'timeout\' of the action std.http: expected seconds above 0, found "5s" (write 5: a number of seconds without a unit): the task fails when it runs',
    ]);
    expect(http('url: web:80/x, headers: [1], method: CONNECT')).toHaveLength(3);
    expect(http('url: "<% $.__env.url %>", timeout: "<% 1 + 1 %>", headers: "<% {} %>"')).toEqual([]);
    expect(tasks('a: {action: std.sleep seconds="5m"}')).toEqual([
      expect.stringContaining('expected seconds from 0 to 31536000, found "5m" (write 300'),
    ]);
    expect(tasks('a: {action: std.sleep seconds="5"}')).toEqual([]);
  });

  it('of workflows of the same text are compared with their inputs', () => {
    const sub = 'sub:\n  input: [host, {port: 1}]\n  tasks: {a: {action: std.noop}}\n';
    const call = (input: string): string[] =>
      warnings(`w: {tasks: {a: {workflow: sub, input: ${input}}}}\n${sub}`);
    expect(call('{host: 1}')).toEqual([]);
    expect(call('{hots: 1}')).toEqual([
      expect.stringContaining("the workflow sub has no parameter 'hots'; did you mean host?"),
      expect.stringContaining("the workflow sub requires the parameter 'host'"),
    ]);
  });

  it('within a workbook are found by their short names', () => {
    const book =
      'name: book\nactions: {act: {input: [x], base: std.noop}}\nworkflows: {w: {tasks: {a: {action: act x=1}}}}\n';
    expect(parseSource('workbook', `version: '2.0'\n${book}`)).toMatchObject({ warnings: [], external: [] });
  });

  it('that the text cannot answer are left to a server', () => {
    const text = "version: '2.0'\nw: {tasks: {a: {action: mine.reboot}, b: {workflow: other}}}\n";
    const { external } = parseSource('workflow', text);
    expect(external.map(({ kind, name }) => [kind, name])).toEqual([
      ['action', 'mine.reboot'],
      ['workflow', 'other'],
    ]);
    expect(external.map(describeMissingCall)).toEqual([
      "there is no action 'mine.reboot' (create the action before it is needed)",
      "there is no workflow 'other' (create the workflow before it is needed)",
    ]);
  });
});

describe('ways through the tasks', () => {
  it('that all succeed and meet without a join run the task more than once', () => {
    expect(tasks('a: {on-success: c}\nb: {on-complete: c}\nc: {action: std.noop}')).toEqual([
      "w.tasks.c: this task runs 2 times: a and b each lead to it, and it has no 'join' (join: all waits for them)",
    ]);
  });

  it.each([
    [
      'alternatives',
      'a: {on-success: b, on-error: c}\nb: {on-success: d}\nc: {on-success: d}\nd: {action: std.noop}',
    ],
    [
      'guards',
      'a: {on-success: [{b: <% $.node = 1 %>}, {c: <% $.node = 2 %>}]}\nb: {on-success: d}\nc: {on-success: d}\nd: {action: std.noop}',
    ],
    ['a join', 'a: {on-success: c}\nb: {on-success: c}\nc: {join: all}'],
  ])('that are %s are left alone', (_, body) => {
    expect(tasks(body)).toEqual([]);
  });

  it('never lead to a task named like a command', () => {
    expect(tasks('fail: {action: std.noop}')).toEqual([
      expect.stringContaining("'fail' is a command of the engine"),
    ]);
  });
});
