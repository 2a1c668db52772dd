import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileTemplate, unknownNames } from './expressions.ts';
import { hasUnclosedExpression } from './expression-text.ts';
import { workflowFunctions } from './language/function-names.ts';

interface Row {
  readonly expression: string;
  readonly result?: unknown;
}

function rows(file: string): Row[] {
  const text = readFileSync(new URL(`../../test/data/${file}`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { expressions: Row[] }).expressions;
}

function unknown(text: string): string[] {
  return unknownNames(compileTemplate(text), workflowFunctions).map(({ kind, name }) => `${kind} ${name}`);
}

/** null, as the variable is; and null, because there is nothing to call the method of. */
const saidOnPurpose = ['<% $foo %>', '<% $.z?.foo() %>'];

describe('names that nothing has', () => {
  const answered = [
    ...rows('yaql-reference.json').map((row) => ({ ...row, expression: `<% ${row.expression} %>` })),
    ...rows('jinja-reference.json'),
    ...rows('mistral-expressions.json'),
  ].filter((row) => row.result !== undefined && !saidOnPurpose.includes(row.expression));

  test('are in no expression to which the original has an answer', () => {
    expect(answered.length).toBeGreaterThan(500);
    const suspected = answered.map(({ expression }) => [expression, unknownIfValid(expression)]);
    expect(suspected.filter(([, names]) => names?.length)).toEqual([]);
  });

  test.each([
    ['<% nofunc($.node) %>', 'function nofunc'],
    ['on <% nofunc($.node) %>.', 'function nofunc'],
    ['<% $.a.where(nofunc($)) %>', 'function nofunc'],
    ['<% {a => [nofunc(1)]} %>', 'function nofunc'],
    ['<% switch($.a => nofunc(1)) %>', 'function nofunc'],
    ['<% $.name.nomethod() %>', 'method nomethod'],
    ['<% $.name?.nomethod() %>', 'method nomethod'],
    ['<% $node.name %>', 'variable $node'],
    ['{{ _.name | nofilter }}', 'filter nofilter'],
    ['{% if _.a %}{{ _.b | nofilter(1) }}{% endif %}', 'filter nofilter'],
    ['{{ _.names | map("nofilter") | list }}', 'filter nofilter'],
    ['{% filter nofilter %}x{% endfilter %}{{ 1 }}', 'filter nofilter'],
    ['{{ _.name is notest }}', 'test notest'],
    ['{{ _.names | selectattr("a", "notest") | list }}', 'test notest'],
    ['{{ nofunc(1) }}', 'function nofunc'],
    ['{{ node.name }}', 'variable node'],
  ])('%s', (text, name) => {
    expect(unknown(text)).toEqual([name]);
  });

  test.each([
    ['<% def(twice, $ * 2) -> twice(4) %>'],
    ['<% let(x => 1) -> $x + $1 %>'],
    ['<% $.pair.unpack(a, b) -> $a + $b %>'],
    ['<% task(a).result.len() %>'],
    ['{{ env().healing }}'],
    ['{% for item in _.items %}{{ loop.index }} {{ item }}{% endfor %}'],
    ['{% macro m(a, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}'],
    ['{% set n = namespace(a=1) %}{% set n.a = 2 %}{{ n.a }}'],
    ['{{ x | default(1) }} {{ y is defined }}'],
  ])('%s has none', (text) => {
    expect(unknown(text)).toEqual([]);
  });

  test('are told with what there is, and how to write it where it is of another kind', () => {
    const [filter] = unknownNames(compileTemplate('{{ _.a | uper }}'));
    expect(filter?.known).toContain('upper');
    expect(unknownNames(compileTemplate('{{ upper(_.a) }}'))).toMatchObject([{ instead: '_ | upper' }]);
    expect(unknownNames(compileTemplate('<% first($.a) %>'))).toMatchObject([{ instead: '$.first()' }]);
  });

  test('are found at the end of a long chain as well', () => {
    expect(unknown(`<% $${'.a'.repeat(4000)}.nomethod() %>`)).toEqual(['method nomethod']);
  });
});

/** A row whose expression is no text of its own ({% %} alone) has no names to look for. */
function unknownIfValid(expression: string): string[] {
  try {
    return unknown(expression);
  } catch {
    return [];
  }
}

test.each([
  ['<% $.x', true],
  ['{{ _.x', true],
  ['{% if _.x', true],
  ['<% $.x %> and <% $.y', true],
  ['%> <%', true],
  ['<% $.x %> and <% $.y %>', false],
  ['{{ _.x }}', false],
  ['100 %> of it', false],
  ['plain', false],
])('whether an expression begins in "%s" and does not end: %s', (text, is) => {
  expect(hasUnclosedExpression(text)).toBe(is);
});
