import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import { compileTemplate, evaluateTemplate } from '../expressions.ts';
import { LanguageSyntaxError } from '../yaql/python/errors.ts';
import { compileJinja } from './jinja.ts';

interface Row {
  readonly expression: string;
  readonly result?: Json;
  readonly error?: string;
}

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../test/data/${name}`, import.meta.url), 'utf8')) as T;
}

const { data } = load<{ data: JsonObject }>('mistral-expressions.json');
const reference = load<{ expressions: readonly Row[] }>('jinja-reference.json').expressions;

function evaluate(template: string, variables: Json = data): Json {
  return evaluateTemplate(compileTemplate(template), { variables });
}

/** Where this Jinja answers otherwise than the original under Mistral, and why. */
const deliberate = new Map([
  ["{{ '{0.a}'.format({'a': 1}) }}", 'attributes in formats are refused'],
  ["{{ 'a\nb\n'.splitlines() }}", 'an expression over several lines is one expression too'],
  ['{{- 1 -}}', 'signs that strip blanks do not hinder a single expression'],
  ['{{ 1 +', 'a text without a closed tag holds no expression'],
]);

describe('beside the answers of the original', () => {
  test.for(reference.map((row) => [row.expression, row] as const))(
    '%s',
    ([expression, { result, error }]) => {
      if (deliberate.has(expression)) return;
      if (error === undefined) expect(evaluate(expression)).toEqual(result);
      else expect(() => evaluate(expression)).toThrow(/./);
    },
  );

  test.for([
    ["{{ 'a\nb\n'.splitlines() }}", ['a', 'b']],
    ['{{- 1 -}}', 1],
    ['{{ 1 +', '{{ 1 +'],
    ["{{ 'a' if false }}", null],
    ["x{{ 'a' if false }}y", 'xy'],
  ] as const)('where it is deliberately otherwise: %s', ([expression, result]) => {
    expect(evaluate(expression)).toEqual(result);
  });
});

describe('statements', () => {
  test('a template keeps the layout that trim_blocks and lstrip_blocks give', () => {
    const template =
      'nodes:\n{% for s in _.srv %}\n  {% if s.st == "ERROR" %}\n  - {{ s.id }}\n  {% endif %}\n{% endfor %}\nend\n';
    expect(evaluate(template)).toBe('nodes:\n  - s1\n  - s3\nend');
  });

  test('a loop does not change variables outside of it, a namespace does', () => {
    const loop = '{% set n = 0 %}{% for i in [1, 2] %}{% set n = i %}{% endfor %}{{ n }}';
    expect(evaluate(loop)).toBe('0');
    const namespace =
      '{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = i %}{% endfor %}{{ ns.n }}';
    expect(evaluate(namespace)).toBe('2');
  });

  test.for([
    ['{% include "x" %}{{ 1 }}', /include/],
    ['{% extends "x" %}{{ 1 }}', /extends/],
    ['{% for i in x recursive %}{{ 1 }}{% endfor %}', /recursive/],
    ['{% if 1 %}{{ 1 }}', /endif/],
    ['{% endif %}{{ 1 }}', /endif/],
    ['{{ 1 }}{% raw %}', /raw/],
    ['{{ 1 }}{# never', /comment/],
    ['{{ (1 }}', /tag is not closed|unexpected/],
  ] as const)('%s is refused when it is checked', ([template, message]) => {
    expect(() => compileJinja(template, false)).toThrow(LanguageSyntaxError);
    expect(() => compileJinja(template, false)).toThrow(message);
  });
});

describe('undefined is strict', () => {
  test.for([
    '{{ _.nope }}',
    'x{{ _.nope }}',
    '{{ _.nope == 1 }}',
    '{{ not _.nope }}',
    '{% for i in _.nope %}{{ i }}{% endfor %}',
    '{{ [_.nope] }}',
    '{{ _.nope | upper }}',
    '{{ dict(a=_.nope) }}',
    '{{ [1, 2] | map(attribute="x") | list }}',
  ])('%s is an error', (template) =>
    expect(() => evaluate(template)).toThrow(/nope|has no attribute|undefined/),
  );

  test.for([
    ["{{ _.nope | default('d') }}", 'd'],
    ['{{ _.nope is defined }}', false],
    ['{{ _.nope is undefined }}', true],
    ['{{ 1 if _.nope is defined else 2 }}', 2],
    ['{{ [] | first | default(3) }}', 3],
  ])('%s is none', ([template, result]) => expect(evaluate(template as string)).toBe(result));
});

test('data cannot be changed', () => {
  const variables = { list: [1], map: { a: 1 } };
  expect(() => evaluate('{{ _.list.append(2) }}', variables)).toThrow(/append/);
  expect(() => evaluate('{{ _.map.update({}) }}', variables)).toThrow(/update/);
  expect(() => evaluate('{% set _.map = 1 %}{{ 1 }}', variables)).toThrow(/namespace/);
  expect(variables).toEqual({ list: [1], map: { a: 1 } });
});
