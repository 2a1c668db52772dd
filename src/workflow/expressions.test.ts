import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../domain/json.ts';
import {
  compileTemplate,
  evaluateTemplate,
  ExpressionEvaluationError,
  type ExpressionScope,
  ExpressionSyntaxError,
  isTruthy,
  pythonStr,
  VariableLayers,
} from './expressions.ts';
import { hasExpression, isSingleExpression } from './expression-text.ts';

interface Row {
  readonly lang: string;
  readonly group: string;
  readonly expression: string;
  readonly result?: Json;
  readonly error?: string;
  readonly invalid?: boolean;
}

const table = JSON.parse(
  readFileSync(new URL('../../test/data/mistral-expressions.json', import.meta.url), 'utf8'),
) as { data: JsonObject; expressions: readonly Row[] };

const scope: ExpressionScope = {
  variables: table.data,
  functions: { uuid: () => '6f0d1d4e-2f0c-4f5c-8b0a-3f4f1f6d2a10' },
  now: '2024-03-01T10:20:30Z',
};

function evaluate(value: Json, within: ExpressionScope = scope): Json {
  return evaluateTemplate(compileTemplate(value), within);
}

describe('what Mistral 15 answered, row by row', () => {
  test('the table has all 423 rows', () => expect(table.expressions).toHaveLength(423));

  test.for(table.expressions.map((row, index) => [index, row.expression, row] as const))(
    'row %i: %s',
    ([, , { expression, result, error, invalid }]) => {
      if (invalid === true) expect(() => compileTemplate(expression)).toThrow(ExpressionSyntaxError);
      else if (error !== undefined) expect(() => evaluate(expression)).toThrow(ExpressionEvaluationError);
      else expect(evaluate(expression)).toEqual(result);
    },
  );
});

describe('templates', () => {
  test('every string inside lists and objects is evaluated, keys are not', () => {
    const template = { 'k<% 1 %>': ['<% $.n %>', { deep: 'n={{ _.n }}' }], plain: 5 };
    expect(evaluate(template)).toEqual({ 'k<% 1 %>': [7, { deep: 'n=7' }], plain: 5 });
  });

  test('a value without expressions is given back as it is, not copied', () => {
    const value = { a: [1, { b: 'c' }] };
    expect(evaluateTemplate(compileTemplate(value), scope)).toBe(value);
  });

  test('a key named __proto__ stays a key', () => {
    const value = evaluate(JSON.parse('{"__proto__": "<% 1 %>"}') as Json) as JsonObject;
    expect(Object.getOwnPropertyDescriptor(value, '__proto__')?.value).toBe(1);
  });

  test('what one expression puts into a text is not read as an expression again', () => {
    expect(evaluate('<% $.a %> <% $.b %>', { variables: { a: '<% $.b %>', b: 1 } })).toBe('<% $.b %> 1');
  });

  test('an expression may go over several lines', () => {
    expect(evaluate('<% $.n\n + 1 %>')).toBe(8);
  });

  test('the same template answers with the variables of each scope', () => {
    const template = compileTemplate('<% $.x + 1 %>');
    expect([1, 2].map((x) => evaluateTemplate(template, { variables: { x } }))).toEqual([2, 3]);
  });

  test('questions about texts and truth', () => {
    expect(hasExpression({ a: ['x', 'y{% if 1 %}'] })).toBe(true);
    expect(hasExpression({ '<% 1 %>': 'x' })).toBe(false);
    expect(isSingleExpression('<% 1 %>')).toBe(true);
    expect(isSingleExpression('{{ 1 }} ')).toBe(false);
    expect([[], {}, '', 0, null, false].map((value) => isTruthy(value))).not.toContain(true);
    expect(['false', [0], { a: null }, -1].map((value) => isTruthy(value))).not.toContain(false);
    expect(pythonStr({ a: [true, null, 'x'] })).toBe("{'a': [True, None, 'x']}");
  });
});

describe('layers of variables', () => {
  const layers = new VariableLayers([
    { a: 'branch', gone: null },
    { a: 'global', b: 'global', gone: 1 },
    { c: 'input' },
  ]);

  test.for([
    ['<% [$.a, $.b, $.c, $.get(d, none)] %>'],
    ["{{ [_.a, _['b'], _.get('c'), _.d | default('none')] }}"],
  ])('the first layer that has a name wins: %s', ([expression]) => {
    expect(evaluate(expression!, { variables: layers })).toEqual(['branch', 'global', 'input', 'none']);
  });

  test('null in an upper layer hides the value below', () => {
    expect(evaluate('<% $.gone %>', { variables: layers })).toBeNull();
  });

  test('the whole is seen as one object', () => {
    const whole = { a: 'branch', b: 'global', c: 'input', gone: null };
    expect(evaluate('<% $ %>', { variables: layers })).toEqual(whole);
    expect(evaluate('{{ _ }}', { variables: layers })).toEqual(whole);
    expect(evaluate('<% $.len() %>', { variables: layers })).toBe(4);
  });

  test('$ may be a list or a text', () => {
    expect(evaluate('<% $.first() %>', { variables: [4, 5] })).toBe(4);
    expect(evaluate('{{ _ | upper }}', { variables: 'x' })).toBe('X');
  });
});

describe('functions of the scope', () => {
  const functions = {
    task: (args: readonly Json[]): Json =>
      args[0] === 'never' ? null : { name: args[0] ?? 'current', result: 5 },
    tasks: (args: readonly Json[], named: Readonly<Record<string, Json>>): Json => [[...args], named],
    broken: (): Json => {
      throw new Error('the store is away');
    },
  };
  const within = { variables: {}, functions };

  test.for([
    ['<% task(one).name %>', 'one'],
    ['<% task().result + 1 %>', 6],
    ['<% task(never)?.result %>', null],
    ["{{ task('one').name }}", 'one'],
    ["{{ tasks('id', state='ERROR') }}", [['id'], { state: 'ERROR' }]],
    ['<% tasks(id, true, state => ERROR) %>', [['id', true], { state: 'ERROR' }]],
  ])('%s', ([expression, result]) => expect(evaluate(expression as string, within)).toEqual(result));

  test('an error of a function is an evaluation error that names the function', () => {
    expect(() => evaluate('<% broken() %>', within)).toThrow(/broken\(\): the store is away/);
  });

  test('now() is the time of the scope, and an error without one', () => {
    expect(evaluate("<% now().format('%Y-%m-%d %H:%M') %>")).toBe('2024-03-01 10:20');
    expect(evaluate('<% now() > datetime(2024, 1, 1) %>')).toBe(true);
    expect(() => evaluate('<% now() %>', { variables: {} })).toThrow(/now\(\) is not known/);
  });
});

describe('errors', () => {
  test('a syntax error tells expression, language, line and column', () => {
    const compile = (): unknown => compileTemplate({ a: ['x\ny <% 1 + %>'] });
    expect(compile).toThrow(
      expect.objectContaining({ name: 'ExpressionSyntaxError', language: 'yaql', line: 2, column: 10 }),
    );
    expect(() => compileTemplate('{{ _.a | }}')).toThrow(
      expect.objectContaining({ language: 'jinja', line: 1, column: 10, expression: '{{ _.a | }}' }),
    );
  });

  test('one string speaks one language', () => {
    expect(() => compileTemplate('<% 1 %> {{ 2 }}')).toThrow(/YAQL .* and Jinja/);
  });

  test('no data stand in error messages', () => {
    const variables = { secret: 'hunter2' };
    const expressions = [
      '<% int($.secret) %>',
      '<% json_parse($.secret) %>',
      '<% yaml_parse("{" + $.secret) %>',
      '<% datetime($.secret) %>',
      '<% $.secret.nope %>',
      '<% $.secret + 1 %>',
      "<% regex('(' + $.secret).matches(a) %>",
      '{{ json_parse(_.secret) }}',
      '{{ _.secret + 1 }}',
      '{{ _.secret.nope }}',
    ];
    for (const expression of expressions) {
      expect(() => evaluate(expression, { variables })).toThrow(expect.not.stringContaining('hunter2'));
    }
  });
});

describe('nothing of the process can be reached', () => {
  const names = ['constructor', '__proto__', 'toString', 'prototype', 'hasOwnProperty', '__class__', 'call'];

  test.for(names)('%s is an absent name everywhere', (name) => {
    const receivers = ['', '.name', '.ids', '.d', '.n', '.t'];
    for (const receiver of receivers) {
      if (!name.startsWith('__'))
        expect(() => evaluate(`<% $${receiver}.${name} %>`)).toThrow(ExpressionEvaluationError);
      expect(() => evaluate(`<% $${receiver}.${name}() %>`)).toThrow(ExpressionEvaluationError);
      expect(() => evaluate(`{{ _${receiver}.${name} }}`)).toThrow(ExpressionEvaluationError);
      expect(() => evaluate(`{{ _${receiver}['${name}'] }}`)).toThrow(ExpressionEvaluationError);
    }
    expect(() => evaluate(`<% $['${name}'] %>`)).toThrow(ExpressionEvaluationError);
    expect(evaluate(`<% $.get('${name}') %>`)).toBeNull();
    expect(() => evaluate(`<% ${name}() %>`)).toThrow(ExpressionEvaluationError);
    expect(() => evaluate(`{{ ${name} }}`)).toThrow(ExpressionEvaluationError);
    expect(() => evaluate(`{{ 1 | ${name} }}`)).toThrow(ExpressionEvaluationError);
    expect(() => evaluate(`{{ 1 is ${name} }}`)).toThrow(ExpressionEvaluationError);
    expect(() => evaluate(`{{ '{0.${name}}'.format(_) }}`)).toThrow(ExpressionEvaluationError);
    expect(() => evaluate(`<% '{0.${name}}'.format($) %>`)).toThrow(ExpressionEvaluationError);
  });

  test('a name that the data themselves have is an ordinary key', () => {
    const variables = JSON.parse('{"constructor": 1, "__proto__": 2}') as JsonObject;
    expect(evaluate('<% $.constructor %>', { variables })).toBe(1);
    expect(evaluate('{{ _.__proto__ }}', { variables })).toBe(2);
  });
});

describe('limits', () => {
  const text = 'a'.repeat(100_000);
  const within = { variables: { text, ids: [1, 2, 3] } };

  test.for([
    ['a range without bound', '<% range(1000000000).sum() %>', /steps/],
    ['an endless sequence', '<% sequence() %>', /steps/],
    ['an endless repetition', '<% x.repeat() %>', /steps/],
    ['a huge text', "<% 'a' * 1000000000 %>", /produces too much/],
    ['a huge list', '<% [1] * 1000000000 %>', /produces too much/],
    ['a text that doubles', "<% range(60).aggregate($1 + $1, 'aaaa') %>", /produces too much|does not take/],
    ['values that share themselves', '<% range(60).aggregate([$1, $1], 1) %>', /steps/],
    ['a deep value', '<% range(1000).aggregate([$1]) %>', /levels deep/],
    ['endless recursion', '<% def(f, f($)) -> f(1) %>', /levels deep/],
    [
      'a lot of work over one text',
      '<% let(t => $.text) -> range(100000).select($t.toUpper()) %>',
      /too much|steps/,
    ],
    ['a regex bomb that is only slow elsewhere', "<% regex('(a+)+$').matches($.text + 'b') %>", undefined],
    [
      'a regex that grows when compiled',
      "<% regex('((a{100}){100}){100}').matches(a) %>",
      /repeats too much/,
    ],
    ['a regex beyond linear time', "<% regex('(a)\\\\1').matches(aa) %>", /cannot be used/],
    ['an integer beyond exact numbers', '<% pow(10, 30) %>', /out of range/],
    ['a huge width', "{{ '%1000000000d' % 1 }}", /produces too much/],
    ['a huge alignment', "{{ 'a'.center(1000000000) }}", /produces too much/],
    [
      'loops in loops',
      '{% for i in range(99999) %}{% for j in range(99999) %}{{ j }}{% endfor %}{% endfor %}',
      /steps|too much/,
    ],
    ['a macro that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', /levels deep/],
    ['a long range', '{{ range(100001) }}', /range/],
    ['YAML of brackets', "<% yaml_parse('[' * 100000) %>", /too deep/],
    ['YAML that contains itself', "<% yaml_parse('&a [*a]') %>", /levels deep/],
  ] as const)('%s ends', ([, expression, message]) => {
    if (message === undefined) expect(evaluate(expression, within)).toBe(false);
    else expect(() => evaluate(expression, within)).toThrow(message);
  });

  test('YAML aliases that multiply are charged for what they become', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `k${level}: &k${level} [${`*k${level - 1},`.repeat(9)}]`,
    );
    const bomb = ['k-1: &k-1 [1]', ...levels].join('\n');
    expect(() => evaluate('<% yaml_parse($.bomb) %>', { variables: { bomb } })).toThrow(/steps|too much/);
  });

  test.for([
    ['brackets', `<% ${'('.repeat(5000)}1${')'.repeat(5000)} %>`],
    ['lists', `<% ${'['.repeat(5000)} %>`],
    ['signs', `{{ ${'-'.repeat(5000)}1 }}`],
    ['blocks', `${'{% if 1 %}'.repeat(3000)}{{ 1 }}`],
    ['a long text', `<% ${'a'.repeat(60_000)} %>`],
  ])('an expression of nothing but %s is refused when it is checked', ([, expression]) => {
    expect(() => compileTemplate(expression!)).toThrow(ExpressionSyntaxError);
  });

  test('a long chain is no deep one', () => {
    expect(evaluate(`<% 1${' + 1'.repeat(5000)} %>`)).toBe(5001);
  });

  test('a template nested too deep is refused when it is checked', () => {
    let value: Json = '<% 1 %>';
    for (let level = 0; level < 100_000; level++) value = [value];
    expect(() => compileTemplate(value)).toThrow(ExpressionSyntaxError);
  });

  test('the caller may set narrower limits', () => {
    const template = compileTemplate('<% range(100).sum() %>');
    expect(() => evaluateTemplate(template, scope, { steps: 50, produced: 1000, depth: 20 })).toThrow(
      /more than 50 steps/,
    );
  });

  test('ten thousand servers are no hostile amount', () => {
    const servers = Array.from({ length: 10_000 }, (_, index) => ({ id: `s${index}`, up: index % 3 === 0 }));
    const within = { variables: { servers } };
    expect(evaluate('<% $.servers.where(not $.up).orderBy($.id).select({id => $.id}).len() %>', within)).toBe(
      6666,
    );
    expect(
      evaluate("{{ _.servers | rejectattr('up') | map(attribute='id') | sort | list | length }}", within),
    ).toBe(6666);
  });
});
