import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import { EvaluationError, LanguageSyntaxError } from './python/errors.ts';
import { Meter } from './python/limits.ts';
import { toJson } from './python/result.ts';
import { compileYaql, evaluateYaql } from './yaql.ts';

interface Row {
  readonly expression: string;
  readonly result?: Json;
  readonly error?: string;
}

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../test/data/${name}`, import.meta.url), 'utf8')) as T;
}

const { data } = load<{ data: JsonObject }>('mistral-expressions.json');
const reference = load<{ expressions: readonly Row[] }>('yaql-reference.json').expressions;

function evaluate(expression: string, value: Json = data): Json {
  const meter = new Meter();
  return toJson(evaluateYaql(compileYaql(expression), { data: value, meter }), meter);
}

/** Where this YAQL answers otherwise than the original, and why. */
const deliberate = new Map([
  ["datetime('2024-03-01T10:20:30+02:00').timestamp", 'the original subtracts the offset twice'],
  ['concat()', 'the original cannot decide between two overloads that both give nothing'],
]);

describe('the standard library, beside the answers of the original', () => {
  test.for(reference.map((row) => [row.expression, row] as const))(
    '%s',
    ([expression, { result, error }]) => {
      if (deliberate.has(expression)) expect(evaluate(expression)).not.toEqual(result);
      else if (error === undefined) expect(evaluate(expression)).toEqual(result);
      else expect(() => evaluate(expression)).toThrow(/./);
    },
  );

  test('a timestamp counts from the moment itself, whatever its offset', () => {
    expect(evaluate("datetime('2024-03-01T10:20:30+02:00').timestamp")).toBe(1_709_281_230);
  });
});

describe('the grammar', () => {
  test.for([
    ['$.a.b[0].c', { a: { b: [{ c: 1 }] } }, 1],
    ['-$.n + 1', { n: 3 }, -2],
    ['not $.n = 3 or true', { n: 3 }, true],
    ['1 + 2 * 3 - 4 / 2', {}, 5],
    ['(1 + 2) * 3', {}, 9],
    ['let(a => 1) -> let(b => 2) -> $a + $b', {}, 3],
    ['$.a.select($.b)', { a: [{ b: 1 }] }, [1]],
    ['[1, 2,]', {}, undefined],
    ['f (1)', {}, undefined],
    ['$.a b', {}, undefined],
    ['{a => 1, 2}', {}, undefined],
    ['1.', {}, undefined],
    ['__x', {}, undefined],
    ['', {}, undefined],
  ] as const)('%s', ([expression, value, result]) => {
    if (result === undefined) expect(() => compileYaql(expression)).toThrow(LanguageSyntaxError);
    else expect(evaluate(expression, value)).toEqual(result);
  });
});

describe('laziness', () => {
  test('an endless sequence is read only as far as needed', () => {
    expect(evaluate('sequence(1).where($ mod 7 = 0).select($ * $).take(2)')).toEqual([49, 196]);
    expect(evaluate('1.repeat().first()')).toBe(1);
  });

  test('a lazy sequence that is read twice is computed once', () => {
    let calls = 0;
    const functions = { next: (): number => ++calls };
    const expression = compileYaql('let(x => $.select(next())) -> [$x.len(), $x.last()]');
    const meter = new Meter();
    expect(toJson(evaluateYaql(expression, { data: [0, 0, 0], functions, meter }), meter)).toEqual([3, 3]);
  });

  test('what is not needed may be wrong', () => {
    expect(evaluate('switch(true => 1, $.nope.deeper => 2)')).toBe(1);
    expect(evaluate('coalesce(1, $.nope)')).toBe(1);
    expect(evaluate('[3, 0].select(6 / $).first()')).toBe(2);
  });
});

describe('formats', () => {
  test.for([
    ["'{0} {1} {a}'.format(x, 2, a => 1)", 'x 2 1'],
    ["'{0:>4}|{1:.2f}|{2:05d}'.format(a, 3.14159, 42)", '   a|3.14|00042'],
    ["'{0[k]} {0[l][1]}'.format({k => 1, l => [2, 3]})", '1 3'],
    ["'{{}}'.format()", '{}'],
  ])('%s', ([expression, result]) => expect(evaluate(expression!)).toBe(result));

  test('attributes in a format are refused', () => {
    expect(() => evaluate("'{0.a}'.format({a => 1})")).toThrow(/names, numbers and \[keys\]/);
  });
});

describe('named arguments', () => {
  test('go to parameters by name', () => {
    expect(evaluate("'a-b-c'.split('-', maxSplits => 1)")).toEqual(['a', 'b-c']);
    expect(evaluate('range(start => 1, stop => 3)')).toEqual([1, 2]);
  });

  test('an unknown or doubled one matches no function', () => {
    expect(() => evaluate('len(abc, nope => 1)')).toThrow(EvaluationError);
    expect(() => evaluate('range(1, start => 1, stop => 3)')).toThrow(EvaluationError);
  });
});

test('a Unicode character beyond the first plane is one character', () => {
  expect(evaluate("['😀a'.len(), '😀a'.substring(1), '😀a'.indexOf(a), '😀a'.toCharArray()]")).toEqual([
    2,
    'a',
    1,
    ['😀', 'a'],
  ]);
});

test('keys that look like numbers come after named ones', () => {
  expect(evaluate('$.keys()', { b: 1, 2: 2, a: 3, 10: 4 })).toEqual(['b', 'a', '2', '10']);
});

test('what the original refuses by accident works', () => {
  expect(evaluate('$.d.values().len()')).toBe(4);
  expect(evaluate('$.ids.orderBy($).len()')).toBe(4);
});

test('a whole float that comes in as data is an int, for JSON does not distinguish them', () => {
  expect(evaluate('$.x / 2', JSON.parse('{"x": 7.0}') as Json)).toBe(3);
  expect(evaluate('7.0 / 2')).toBe(3.5);
});

test('a set as a result is a list in order of insertion, a moment is ISO 8601 text', () => {
  expect(evaluate('set(b, a, b)')).toEqual(['b', 'a']);
  expect(evaluate("datetime('2024-03-01 10:20')")).toBe('2024-03-01T10:20:00+00:00');
  expect(evaluate('localtz().hours')).toBe(0);
});

test.for([['a(?=b)'], ['(?<!a)b'], ['(a)\\\\1']])('the regex %s is refused', ([source]) => {
  expect(() => evaluate(`regex('${source}').matches(ab)`)).toThrow(/cannot be used/);
});
