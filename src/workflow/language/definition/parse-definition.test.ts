import { describe, expect, it } from 'vitest';
import { parseActions, parseWorkbook, parseWorkflows } from './parse-definition.ts';
import { DefinitionError, describeProblem } from './problem.ts';
import type { TaskSpec } from './workflow-spec.ts';

function problemsOf(text: string): string[] {
  try {
    parseWorkflows(text);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.problems.map(describeProblem);
  }
}

/** The problems of one task written as a flow mapping on line 4. */
function taskProblems(task: string): string[] {
  return problemsOf(`version: '2.0'\nw:\n  tasks:\n    a: ${task}\n    b: {action: std.noop}\n`);
}

function task(text: string): TaskSpec {
  const { spec } = parseWorkflows(
    `version: '2.0'\nw:\n  tasks:\n    a: ${text}\n    b: {action: std.noop}\n    c: {action: std.noop}\n`,
  );
  const found = spec[0]?.tasks.get('a');
  if (found === undefined) throw new Error('no task');
  return found;
}

const targets = (spec: TaskSpec): (string | undefined)[][] =>
  spec.onSuccess.transitions.map(({ target, command, guardText }) => [target, command, guardText]);

describe('a definition with mistakes', () => {
  it('names every mistake with its place, what was expected and what was found', () => {
    const text = [
      "version: '2.0'",
      'w:',
      '  tasks:',
      '    a:',
      '      action: std.noop',
      '      timeout: soon',
      '      on-sucess: b',
      '      on-error: [c]',
      '    b: {action: std.noop, retry: {count: -1, delay: 1}}',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      'line 6, column 7: w.tasks.a.timeout: wrong type (expected whole seconds of at least 0, or one expression, found "soon")',
      expect.stringMatching(
        /^line 7, column 7: w\.tasks\.a\.on-sucess: unknown key .*did you mean on-success\?/,
      ),
      expect.stringMatching(/^line 8, column 18: w\.tasks\.a\.on-error\.0: Task 'c' not found/),
      'line 9, column 35: w.tasks.b.retry.count: wrong type (expected a whole number of at least 0, or one expression, found -1)',
    ]);
  });

  it.each([
    [
      'a mapping behind an action',
      "{action: 'std.echo output={}'}",
      /value of parameter 'output' cannot be parsed/,
    ],
    ['a word that is no parameter', '{action: std.echo loudly}', /this is not a parameter/],
    [
      'a list that is no JSON',
      "{action: 'std.echo output=[1, b]'}",
      /value of parameter 'output' cannot be parsed/,
    ],
    [
      'a message for a task',
      '{action: std.noop, on-success: \'b(msg="x")\'}',
      /only fail, succeed and pause take a message/,
    ],
    [
      'a guard that is no expression',
      '{action: std.noop, on-success: {b: true}}',
      /a guard must be an expression/,
    ],
    [
      'two guarded targets in one mapping',
      '{action: std.noop, on-success: {b: <% 1 %>, c: <% 1 %>}}',
      /the name of a task or command/,
    ],
    [
      'a wrong scope of publish',
      '{action: std.noop, on-success: {publish: {tree: {x: 1}}, next: b}}',
      /unknown key 'tree' of publish/,
    ],
    ['input that is a text', '{action: std.echo, input: text}', /one expression that gives one/],
    [
      'with-items over two lists of one name',
      "{action: std.noop, with-items: ['i in [1]', 'i in [2]']}",
      /a variable is repeated/,
    ],
    ['retry without delay', '{action: std.noop, retry: {count: 3}}', /'delay' is missing in retry/],
    [
      'a count in one line that is a text, which Mistral refuses as well',
      `{action: std.noop, retry: 'count="3" delay=1'}`,
      /retry\.count: wrong type \(expected a whole number of at least 0, or one expression, found "?3"?\)/,
    ],
    [
      'break-on in one line without an expression',
      `{action: std.noop, retry: 'count=3 delay=1 break-on="x"'}`,
      /retry\.break-on: wrong type \(expected one expression/,
    ],
    [
      'an unknown key of retry in one line',
      `{action: std.noop, retry: 'count=3 delay=1 dely=2'}`,
      /unknown key 'dely' of retry; did you mean delay/,
    ],
    ['a join of a word', '{action: std.noop, join: most}', /all, one or a whole number/],
    ['a key twice', '{action: std.noop, action: std.echo}', /the key 'action' is repeated/],
  ])('is refused for %s', (_what, text, message) => {
    expect(taskProblems(text).join('\n')).toMatch(message);
  });

  it('says that an expression in a flow mapping has to be quoted', () => {
    expect(taskProblems('{action: std.echo, on-success: {b: <% f(1, 2) %>}}').join('\n')).toMatch(
      /wrong type/,
    );
    const { warnings } = parseWorkflows(
      "version: '2.0'\nw: {tasks: {a: {action: std.echo, input: {output: <% f(1, 2) %>}}}}",
    );
    expect(warnings[0]?.message).toBe(
      'an expression begins here and does not end, so it is plain text; inside { } or [ ] it has to be quoted',
    );
  });

  it('warns of functions and filters that are not there, which Mistral finds when they run', () => {
    const { warnings } = parseWorkflows(
      [
        "version: '2.0'",
        'w:',
        '  input: [x]',
        '  tasks:',
        '    a:',
        '      action: std.echo',
        '      input: {output: "<% nofunc($.x) %>"}',
        '      publish: {y: "{{ _.x | uper }}", z: "<% task(a).result %>", v: "{{ y }}"}',
      ].join('\n'),
    );
    expect(warnings.map(describeProblem)).toEqual([
      "line 7, column 15: w.tasks.a.input.output: there is no function 'nofunc': the task fails when it runs",
      "line 8, column 17: w.tasks.a.publish.y: there is no filter 'uper': the task fails when it runs; did you mean upper?",
      "line 8, column 67: w.tasks.a.publish.v: nothing sets the variable 'y'",
    ]);
  });

  it('warns of what Mistral accepts and is probably a mistake', () => {
    const { warnings } = parseWorkflows(
      "version: '2.0'\nw:\n  outptu: {}\n  tasks:\n    a: {action: std.echo, input: {output: '{{ _.x '}}\n",
    );
    expect(warnings.map((warning) => warning.message)).toEqual([
      "unknown key 'outptu' of a workflow is ignored",
      'an expression begins here and does not end, so it is plain text; inside { } or [ ] it has to be quoted',
    ]);
  });
});

describe('hostile text', () => {
  const manyTasks = Array.from({ length: 3000 }, (_, index) => `t${index}`);

  it.each([
    ['256 KiB of commas', `[${','.repeat(262_000)}`, /line 1, column 2: .*expected a value, found ,/],
    ['256 KiB of one-letter values', `[${'1,'.repeat(131_000)}`, /more than 25000 keys and values/],
    ['256 KiB of pairs', 'a: b\n'.repeat(52_000), /more than 25000 keys and values/],
    ['256 KiB of lists', `[${'[],'.repeat(87_000)}`, /more than 25000 keys and values/],
    [
      'a task-defaults that stands for millions of transitions',
      `version: '2.0'\nw:\n  task-defaults: {on-error: [${manyTasks.map((name) => `${name},`).join('')}]}\n  tasks:\n    ${manyTasks.map((name) => `${name}: {action: a}`).join('\n    ')}\n`,
      /more than 10000 transitions; those of task-defaults count for each task/,
    ],
    ['ten thousand open brackets', '['.repeat(10_000), /nested/],
    ['mappings a hundred deep', '{a: '.repeat(100) + '1' + '}'.repeat(100), /nested deeper than 60 levels/],
    ['a megabyte', 'x'.repeat(1_000_000), /at most 262144/],
    [
      'a number beyond all bounds',
      "version: '2.0'\nw: {tasks: {a: {timeout: .inf}}}",
      /a number that JSON cannot carry/,
    ],
  ])('%s is refused', (_what, text, message) => {
    expect(problemsOf(text).join('\n')).toMatch(message);
  });

  it('with more than 500 expressions in one text is refused', () => {
    const text = '<% 1 %>'.repeat(501);
    expect(taskProblems(`{action: std.echo, input: {output: "${text}"}}`).join('\n')).toMatch(
      /more than 500 expressions in one text/,
    );
  });

  it('stops after a hundred mistakes', () => {
    const tasks = Array.from({ length: 5000 }, (_, index) => `    t${index}: {colour: red}`);
    expect(problemsOf(`version: '2.0'\nw:\n  tasks:\n${tasks.join('\n')}`)).toHaveLength(100);
  });

  it('cannot reach into the process through its names', () => {
    const { spec } = parseWorkflows(
      "version: '2.0'\n__proto__:\n  tasks:\n    constructor: {action: std.noop, on-success: toString}\n    toString: {}\n".replace(
        '{}',
        '{action: std.noop}',
      ),
    );
    expect(spec.map(({ name }) => name)).toEqual(['__proto__']);
    expect([...(spec[0]?.tasks.keys() ?? [])]).toEqual(['constructor', 'toString']);
  });
});

describe('what Mistral takes', () => {
  it.each([
    ['a guard', `on-success: [{b: "X"}]`],
    ['break-on', 'retry: {count: 1, delay: 0, break-on: "X"}'],
    ['continue-on', 'retry: {count: 1, delay: 0, continue-on: "X"}'],
    ['keep-result', 'keep-result: "X"'],
    ['safe-rerun', 'safe-rerun: "X"'],
  ])('is taken: Jinja blocks and several expressions as %s, with a warning', (_what, line) => {
    const texts = ['{% if 1 %}yes{% endif %}', '<% 1 %> and <% 2 %>', '{{ 1 }} and {{ 2 }}', '{{ 1 }} > 2'];
    for (const text of texts) {
      const { warnings } = parseWorkflows(
        `version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop, ${line.replace('X', text)}}\n    b: {action: std.noop}\n`,
      );
      expect(warnings.map(({ message }) => message)).toContain(
        'this gives a text, and every text that is not empty counts as true',
      );
    }
  });

  it('is taken: words that YAML or Python read as values, with a warning', () => {
    const text =
      "version: '2.0'\nw: {tasks: {a: {action: x.y flag=False none=None word=bare port=1.5 url=http://h/?a=b}}}\n";
    const { spec, warnings } = parseWorkflows(text);
    const parameters = spec[0]?.tasks.get('a')?.inlineInput ?? new Map();
    expect([...parameters.values()].map((template) => 'value' in template && template.value)).toEqual([
      false,
      null,
      'bare',
      1.5,
      'http://h/?a=b',
    ]);
    expect(warnings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining(
        'the bare word False is read as false, and Mistral drops the parameter silently',
      ),
    );
    expect(warnings).toHaveLength(4);
  });

  it.each([
    ['5', '5'],
    ["''", undefined],
    ['null', undefined],
    ['[a, 1]', '["a",1]'],
  ])('is taken: the description %s of a workflow', (written, description) => {
    const text = `version: '2.0'\nw: {description: ${written}, tasks: {a: {action: std.noop}}}\n`;
    expect(parseWorkflows(text).spec[0]?.description).toBe(description);
  });

  it('is taken: names of letters that are not English', () => {
    const text =
      "version: '2.0'\nname: x\nworkflows:\n  größe: {tasks: {a: {with-items: 'é in[1]', action: std.echo ö=1}}}\n";
    expect(parseWorkbook(text).spec.workflows.map(({ name }) => name)).toEqual(['größe']);
  });

  it('is not: a workflow with a blank in its name', () => {
    expect(problemsOf("version: '2.0'\nmy flow: {tasks: {a: {action: std.noop}}}")).toEqual([
      expect.stringContaining('my flow: the name of a workflow has no blanks'),
    ]);
  });
});

describe('YAML', () => {
  it('is read as Mistral reads it: yes is true, y is text, << merges, a date stays text', () => {
    const text =
      "version: '2.0'\nw:\n  input:\n  - a: yes\n  - b: y\n  - c: 2026-01-02\n  tasks:\n    b:\n      <<: {action: std.noop}\n      timeout: 5\n";
    const [workflow] = parseWorkflows(text).spec;
    expect(workflow?.inputs).toEqual([
      { name: 'a', default: true },
      { name: 'b', default: 'y' },
      { name: 'c', default: '2026-01-02' },
    ]);
    expect(workflow?.tasks.get('b')?.callName).toBe('std.noop');
  });

  it('has no anchors and aliases, as in Mistral: they are text', () => {
    const text =
      "version: '2.0'\nw:\n  description: *all\n  tags: [&x, '@y', @z]\n  tasks: {a: {action: std.noop}}\n";
    const [workflow] = parseWorkflows(text).spec;
    expect(workflow?.description).toBe('*all');
    expect(workflow?.tags).toEqual(['&x', '@y', '@z']);
    expect(problemsOf("version: '2.0'\nw: &w {tasks: *w}")).toEqual([
      expect.stringContaining('a definition has no anchors and aliases, as in Mistral'),
    ]);
  });

  it.each([
    ['a flow list', 'output:\n    r: [\n1\n  ]', { r: [1] }],
    ['a flow mapping', 'output: {\nr: 1\n}', { r: 1 }],
    ['a text in quotes', 'output:\n    r: "one\ntwo"', { r: 'one two' }],
  ])('lets %s go on left of its key', (_what, output, value) => {
    const text = `version: '2.0'\nw:\n  tasks: {a: {action: std.noop}}\n  ${output}\n`;
    expect(parseWorkflows(text).spec[0]?.output).toEqual({ kind: 'constant', value });
  });
});

describe('a clause', () => {
  it.each([
    ['one name', 'b', [['b', undefined, undefined]]],
    [
      'a list',
      '[b, c]',
      [
        ['b', undefined, undefined],
        ['c', undefined, undefined],
      ],
    ],
    ['a guarded name', '{b: <% $.x %>}', [['b', undefined, '<% $.x %>']]],
    [
      'a mixed list',
      '[b, {c: "{{ _.x }}"}, noop]',
      [
        ['b', undefined, undefined],
        ['c', undefined, '{{ _.x }}'],
        ['noop', 'noop', undefined],
      ],
    ],
    [
      'next',
      '{publish: {branch: {x: 1}}, next: [b, c: <% true %>]}',
      [
        ['b', undefined, undefined],
        ['c', undefined, '<% true %>'],
      ],
    ],
    ['a guarded name under next', '{next: {b: <% $.x %>}}', [['b', undefined, '<% $.x %>']]],
    ['a message in brackets', `'fail(msg="tight")'`, [['fail', 'fail', undefined]]],
    ['a message behind a blank', `'pause msg="two words"'`, [['pause', 'pause', undefined]]],
    ['a guarded message', `[{'fail(msg=<% $.why %>)': <% $.x %>}]`, [['fail', 'fail', '<% $.x %>']]],
  ])('may be %s', (_what, clause, expected) => {
    expect(targets(task(`{action: std.noop, on-success: ${clause}}`))).toEqual(expected);
  });

  it('without targets takes those of task-defaults, but not itself', () => {
    const text =
      "version: '2.0'\nw:\n  task-defaults: {on-error: [b, c]}\n  tasks:\n    a: {action: std.noop, on-error: {publish: {branch: {x: 1}}}}\n    b: {action: std.noop}\n    c: {action: std.noop, on-error: noop}\n    d: {action: std.noop}\n";
    const tasks = parseWorkflows(text).spec[0]?.tasks;
    const errors = (name: string): string[] | undefined =>
      tasks?.get(name)?.onError.transitions.map(({ target }) => target);
    expect([errors('a'), errors('b'), errors('c')]).toEqual([['b', 'c'], ['c'], ['noop']]);
  });
});

describe('inline parameters', () => {
  it('know quoted text, expressions, lists, words of JSON and numbers', () => {
    const line = `std.echo a="two words" b='x' c=<% $.n * 2 %> d=[1, "]", null] e=true f=null g=-1.5 h="<% $.n %>!"`;
    const { callName, inlineInput } = task(JSON.stringify({ action: line }));
    expect(callName).toBe('std.echo');
    expect([...inlineInput.keys()]).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    const constants = [...inlineInput.values()].map((template) =>
      template.kind === 'constant' ? template.value : template.kind,
    );
    expect(constants).toEqual(['two words', 'x', 'yaql', [1, ']', null], true, null, -1.5, 'yaql-text']);
  });

  it('are text where digits are no number: a padded one, as Mistral has it', () => {
    const { inlineInput } = task(`{action: std.echo a=08 b=007 c=0 d=-0 e=0.5}`);
    const constants = [...inlineInput.values()].map(
      (template) => template.kind === 'constant' && template.value,
    );
    expect(constants).toEqual(['08', '007', 0, -0, 0.5]);
  });

  it('let an expression with blanks be the name', () => {
    expect(task(`{workflow: '<% "heal_" + $.kind %> node="n1"'}`)).toMatchObject({
      type: 'WORKFLOW',
      callName: '<% "heal_" + $.kind %>',
    });
  });

  it('may have commas between them and brackets around them, as in Mistral', () => {
    const values = (text: string) => {
      const { callName, inlineInput } = task(JSON.stringify({ action: text }));
      return [callName, [...inlineInput].map(([name, value]) => [name, 'value' in value && value.value])];
    };
    const expected = [
      'std.echo',
      [
        ['a', 'x, y'],
        ['b', 2],
        ['c', '07'],
        ['d', [1]],
        ['e', 'word'],
      ],
    ];
    expect(values(`std.echo a="x, y", b=2,c=07, d=[1], e=word`)).toEqual(expected);
    expect(values(`std.echo(a="x, y", b=2, c=07, d=[1], e=word)`)).toEqual(expected);
    expect(values(`std.echo (a="x, y", b=2, c=07, d=[1], e=word)`)).toEqual(expected);
  });

  it('may be a retry in one line', () => {
    const { policies } = task(`{action: std.noop, retry: 'count=3 delay=1 break-on=<% $.x %>'}`);
    expect(policies.retry).toMatchObject({
      count: { value: 3 },
      delay: { value: 1 },
      breakOn: { kind: 'yaql' },
    });
  });
});

describe('workbooks and ad-hoc actions', () => {
  it('give their workflows and actions full names', () => {
    const text =
      "version: '2.0'\nname: book\nworkflows:\n  main:\n    tasks: {a: {action: greet}}\nactions:\n  greet: {base: std.echo output='hi', input: [who: you]}\n";
    const { spec } = parseWorkbook(text);
    expect(spec.workflows.map(({ fullName, workbook }) => [fullName, workbook])).toEqual([
      ['book.main', 'book'],
    ]);
    expect(spec.actions[0]).toMatchObject({
      fullName: 'book.greet',
      base: 'std.echo',
      inputs: [{ name: 'who', default: 'you' }],
    });
  });

  it('need a name and a base', () => {
    expect(() =>
      parseWorkbook("version: '2.0'\nworkflows:\n  w: {tasks: {a: {action: std.noop}}}\n"),
    ).toThrow("'name' is missing");
    expect(() => parseActions("version: '2.0'\na: {input: [x]}\n")).toThrow("'base' is missing");
  });
});
