import { describe, expect, it } from 'vitest';
import type { Json } from '../../../domain/json.ts';
import { DefinitionError, describeProblem } from './problem.ts';
import { parseYamlText } from './yaml-document.ts';

function problemsOf(text: string): string[] {
  try {
    parseYamlText(text);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.problems.map(describeProblem);
  }
}

describe('a plain word', () => {
  /** Recorded from PyYAML 6.0. */
  const words: [string, Json][] = [
    ['e1', 'e1'],
    ['E5', 'E5'],
    ['.e3', '.e3'],
    ['-e2', '-e2'],
    ['e+3', 'e+3'],
    ['+e1', '+e1'],
    ['.', '.'],
    ['._', '._'],
    ['1e400', '1e400'],
    ['1e3', '1e3'],
    ['12e03', '12e03'],
    ['9e12', '9e12'],
    ['00e1', '00e1'],
    ['1.5e3', '1.5e3'],
    ['1e+3', '1e+3'],
    ['1e-3', '1e-3'],
    ['1.e5', '1.e5'],
    ['1.e+5', 100000],
    ['1.5e+3', 1500],
    ['-1.5e-3', -0.0015],
    ['09', '09'],
    ['0888', '0888'],
    ['010', 8],
    ['0_7', 7],
    ['0o17', '0o17'],
    ['08.5', 8.5],
    ['-.5', '-.5'],
    ['+.5', '+.5'],
    ['.5', 0.5],
    ['.5e3', '.5e3'],
    ['.5e+3', 500],
    ['-.5e+3', '-.5e+3'],
    ['08:15', '08:15'],
    ['8:15', 495],
    ['-1:30', -90],
    ['1:30.5', 90.5],
    ['190:20:30', 685230],
    ['1:60', '1:60'],
    ['0:15', '0:15'],
    ['._1', '._1'],
    ['.1_0', 0.1],
    ['1_000', 1000],
    ['1_', 1],
    ['_1', '_1'],
    ['0x1F', 31],
    ['-0x10', -16],
    ['0xZ', '0xZ'],
    ['0b101', 5],
    ['0b2', '0b2'],
    ['1.', 1],
    ['1.0', 1],
    ['-0', 0],
    ['00', 0],
    ['+12', 12],
    ['1.2.3', '1.2.3'],
    ['127.0.0.1', '127.0.0.1'],
    ['y', 'y'],
    ['n', 'n'],
    ['yes', true],
    ['No', false],
    ['ON', true],
    ['~', null],
    ['nUll', 'nUll'],
    ['tRue', 'tRue'],
    ['Inf', 'Inf'],
    ['nan', 'nan'],
  ];

  it.each(words)('%s is read as %j', (word, value) => {
    expect(parseYamlText(`- ${word}`).value).toEqual([value]);
  });

  it('is text in quotes and blocks', () => {
    expect(parseYamlText(`['010', "1.5", 'yes', '~', '<<']`).value).toEqual(['010', '1.5', 'yes', '~', '<<']);
    expect(parseYamlText('a: |-\n  010\nb: >-\n  yes\n').value).toEqual({ a: '010', b: 'yes' });
  });

  it('is text with a comma, which in a flow list separates', () => {
    expect(parseYamlText('a: 1,000\nb: [1,000]').value).toEqual({ a: '1,000', b: [1, 0] });
  });

  it('is read as a key as it is as a value', () => {
    const text = 'e1: a\n09: b\n1e3: c\n010: d\n1.50: e\nyes: f\n~: g\n1.0: h';
    expect(parseYamlText(text).value).toEqual({
      e1: 'a',
      '09': 'b',
      '1e3': 'c',
      8: 'd',
      1.5: 'e',
      true: 'f',
      null: 'g',
      '1.0': 'h',
    });
  });

  it('that no JSON can carry is refused with its place', () => {
    expect(problemsOf('a:\n  b: .inf\n  c: .nan\n  d: 1.0e+400')).toEqual([
      'line 2, column 3: a.b: a number that JSON cannot carry: expected a finite number',
      'line 3, column 3: a.c: a number that JSON cannot carry: expected a finite number',
      'line 4, column 3: a.d: a number that JSON cannot carry: expected a finite number',
    ]);
  });

  it('that is a whole number beyond 2^53 is refused with its place', () => {
    const why = 'a whole number beyond 2^53 cannot be kept exactly: quote it, if it may be text';
    const long = '1'.repeat(101);
    expect(problemsOf(`a:\n  b: 9007199254740993\n  c: -0xFFFFFFFFFFFFFFFF\n  d: ${long}`)).toEqual([
      `line 2, column 3: a.b: ${why}`,
      `line 3, column 3: a.c: ${why}`,
      `line 4, column 3: a.d: ${why}`,
    ]);
    expect(problemsOf('9007199254740993: a')).toEqual([`line 1, column 1: 9007199254740993: ${why}`]);
    expect(parseYamlText('[9007199254740991, "9007199254740993"]').value).toEqual([
      9007199254740991,
      '9007199254740993',
    ]);
  });
});

describe('a tag', () => {
  it('of YAML itself says what a value is', () => {
    const text = `[!!str 010, !!int '3', !!float 1e3, !!float 3, !!bool yes, !!null x, !!map {a: 1}, !!seq [1], ! 1, !!str]`;
    expect(parseYamlText(text).value).toEqual(['010', 3, 1000, 3, true, null, { a: 1 }, [1], 1, '']);
    expect(parseYamlText('!!str 010: 1').value).toEqual({ '010': 1 });
  });

  it.each([
    '!custom 1',
    '!custom {b: 1}',
    '!custom [1]',
    '!!python/object:os.x 1',
    '!!binary aGk=',
    '!!set {x}',
    '!!str {b: 1}',
    '!!seq {b: 1}',
  ])('%s is refused with its place', (value) => {
    const [tag] = value.split(' ');
    expect(problemsOf(`x: 1\na: ${value}`)).toEqual([
      expect.stringContaining(`line 2, column 1: a: the YAML tag ${tag} is not supported here`),
    ]);
  });

  it('that does not fit its value is refused', () => {
    expect(problemsOf('a: !!int x\nb: !!float x\nc: !!bool x\nd: !!int 09')).toEqual([
      'line 1, column 1: a: the value does not fit its YAML tag',
      'line 2, column 1: b: the value does not fit its YAML tag',
      'line 3, column 1: c: the value does not fit its YAML tag',
      'line 4, column 1: d: the value does not fit its YAML tag',
    ]);
  });

  it('in front of a key is refused, too', () => {
    expect(problemsOf('!custom a: 1')).toEqual([
      expect.stringContaining('line 1, column 1: a: the YAML tag !custom'),
    ]);
  });
});

describe('a merge', () => {
  it('is a plain << only', () => {
    expect(parseYamlText('<<: {a: 1}').value).toEqual({ a: 1 });
    expect(parseYamlText(`'<<': {a: 1}`).value).toEqual({ '<<': { a: 1 } });
  });
});

describe('an alias', () => {
  const aliases = Array.from(
    { length: 12 },
    (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level}, `.repeat(9)}]`,
  );

  it('repeats what its anchor names', () => {
    expect(parseYamlText('a: &a {b: 1}\nc: *a\nd:\n  <<: *a').value).toEqual({
      a: { b: 1 },
      c: { b: 1 },
      d: { b: 1 },
    });
  });

  it.each([
    [
      'that stands for billions of values',
      ['a0: &a0 [1, 2]', ...aliases].join('\n'),
      /more than 25000 values/,
    ],
    ['inside itself', 'w: &w {tasks: *w}', /contains itself/],
    ['without an anchor', 'w: *x', /has no anchor before it/],
  ])('%s is refused', (_what, text, message) => {
    expect(problemsOf(text).join('\n')).toMatch(message);
  });
});
