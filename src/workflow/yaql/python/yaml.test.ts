import { describe, expect, test } from 'vitest';
import type { Json } from '../../../domain/json.ts';
import { Meter } from './limits.ts';
import { toJson } from './result.ts';
import { parseYaml } from './serialize.ts';
import { dumpYaml } from './yaml-dump.ts';

function parse(text: string): Json {
  const meter = new Meter();
  return toJson(parseYaml(text, meter), meter);
}

/** Recorded from PyYAML 6.0. */
const words: readonly (readonly [string, Json])[] = [
  ['yes', true],
  ['Off', false],
  ['y', 'y'],
  ['n', 'n'],
  ['~', null],
  ['', null],
  ['012', 10],
  ['0x1f', 31],
  ['08', '08'],
  ['1_000', 1000],
  ['1:30', 90],
  ['1e5', '1e5'],
  ['1.5e+3', 1500],
  ['.5', 0.5],
  ['"1"', '1'],
  ["'yes'", 'yes'],
  ['2024-01-01', '2024-01-01'],
];

describe('reading', () => {
  test.for(words)('the word %s is %o', ([word, value]) => expect(parse(`- ${word}`)).toEqual([value]));

  test('y is an ordinary key', () => expect(parse('x: 1\ny: 2')).toEqual({ x: 1, y: 2 }));

  test('merges bring in what the mapping itself has not', () => {
    expect(parse('base: &b {a: 1, b: 2}\nd:\n  <<: *b\n  b: 3')).toEqual({
      base: { a: 1, b: 2 },
      d: { a: 1, b: 3 },
    });
  });

  test('a wrong text is an error with its place, without the text', () => {
    expect(() => parse('secret: [1')).toThrow(/^the text is no YAML: .* at line 1, column \d+$/);
  });

  test('two documents are an error', () => expect(() => parse('a: 1\n---\nb: 2')).toThrow(/no YAML/));

  test('__proto__ is a key like others', () => {
    const value = parse('__proto__: {x: 1}');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
  });
});

describe('writing', () => {
  /** Recorded from PyYAML 6.0, safe_dump with default_flow_style=False. */
  test.for([
    ['a', 'a\n...\n'],
    ['1', "'1'\n"],
    [1.5, '1.5\n...\n'],
    [[], '[]\n'],
    [[1, [2, [3, { a: 1 }]]], '- 1\n- - 2\n  - - 3\n    - a: 1\n'],
    [{ b: { e: [[1], [2]] }, a: [] }, 'a: []\nb:\n  e:\n  - - 1\n  - - 2\n'],
    [{ c: [{ x: 1, y: [1, 2] }] }, 'c:\n- x: 1\n  y:\n  - 1\n  - 2\n'],
    ["it's", "it's\n...\n"],
    ['a: b', "'a: b'\n"],
    ['- a', "'- a'\n"],
    ['yes', "'yes'\n"],
    ['é', '"\\xE9"\n'],
    ['😀', '"\\U0001F600"\n'],
  ] as const)('%o', ([value, text]) => expect(dumpYaml(value, new Meter())).toBe(text));
});
