import { describe, expect, test } from 'vitest';
import { compileTemplate, evaluateTemplate, ExpressionSyntaxError } from '../../expressions.ts';
import { Meter } from '../python/limits.ts';
import { noFlags, Pattern } from '../python/regex.ts';

function spansOf(pattern: string, text: string): string {
  const regex = new Pattern(pattern, noFlags, new Meter());
  return [...regex.matches(text)].map(({ start, end }) => `${start}-${end}`).join(' ');
}

/** Recorded from Python 3.11: re.finditer. */
const recorded: readonly (readonly [pattern: string, text: string, spans: string])[] = [
  [String.raw`^\w+$`, 'Größe', '0-5'],
  [String.raw`\bß\b`, 'ß aß', '0-1'],
  [String.raw`\B.`, 'äb', '1-2'],
  [String.raw`\d+`, 'a٣1', '1-3'],
  [String.raw`[^\W\d_]+`, 'é1_ü', '0-1 3-4'],
  [String.raw`[\W_]+`, 'a_ -b', '1-4'],
  [String.raw`\s`, '\u001f\u2003\ufeff', '0-1 1-2'],
  [String.raw`(?a)\w+`, 'aä', '0-1'],
  [String.raw`(?i)É`, 'é', '0-1'],
  [String.raw`a(?i:b)c`, 'aBc aBC', '0-3'],
  [String.raw`(?x) a \ b # a comment`, 'a b', '0-3'],
  [String.raw`b$`, 'ab\n', '1-2'],
  [String.raw`b\Z`, 'ab\n', ''],
  [String.raw`\Ab`, 'b\nb', '0-1'],
  [String.raw`(?m)^b$`, 'b\nb', '0-1 2-3'],
  [String.raw`(?P<n>a)(?#c)b`, 'ab', '0-2'],
  [String.raw`\x41\u00e4\101`, 'AäA', '0-3'],
  [String.raw`x*`, 'axb', '0-0 1-2 2-2 3-3'],
  [String.raw`|\S`, 'ab', '0-0 0-1 1-1 1-2 2-2'],
  [String.raw`(a|ab)(c|bcd)`, 'abcd', '0-4'],
  [String.raw`a{,2}?b{2}`, 'aabb', '0-4'],
  ['.', '😀', '0-2'],
  ['[]a]+', 'a]', '0-2'],
  ['a{x}', 'a{x}', '0-4'],
];

describe('a regular expression', () => {
  test.for(recorded)('%s in %j matches as in Python', ([pattern, text, spans]) => {
    expect(spansOf(pattern, text)).toBe(spans);
  });

  test.for([
    [String.raw`(a)\1`, 'a back reference'],
    ['(?P<a>x)(?P=a)', 'a back reference'],
    ['a(?=b)', 'look-ahead'],
    ['(?<!a)b', 'look-behind'],
    ['(?>a)', 'an atomic group'],
    ['a++', 'a possessive repeat'],
    ['(a)?(?(1)b)', 'a condition'],
    [String.raw`\p{L}`, String.raw`\p is unknown`],
    ['a**', 'a repeat is repeated'],
    ['[b-a]', 'a range'],
    ['(a', 'never closed'],
    ['a)', 'closes no group'],
    ['a(?i)', 'at the beginning'],
    ['((a{100}){100}){100}', 'repeats too much'],
  ])('%s is refused when the definition is made', ([pattern, message]) => {
    const quoted = pattern!.replaceAll('\\', String.raw`\\`);
    for (const expression of [`regex('${quoted}')`, `$.t.matches('${quoted}')`, `$.t =~ '${quoted}'`]) {
      const compile = (): unknown => compileTemplate(`<% ${expression} %>`);
      expect(compile).toThrow(ExpressionSyntaxError);
      expect(compile).toThrow(message);
    }
  });

  test('that is no constant is refused when it is used', () => {
    const template = compileTemplate('<% regex($.p).matches(a) %>');
    expect(() => evaluateTemplate(template, { variables: { p: '(?=a)' } })).toThrow('linear time');
  });

  test('takes time in proportion to the text, whatever the pattern is', () => {
    const template = compileTemplate(`<% regex('(a*)*b').matches('a' * 20000) %>`);
    expect(evaluateTemplate(template, { variables: {} })).toBe(false);
  });

  test('has replacement texts as in Python', () => {
    const replaced = (replacement: string): string =>
      new Pattern('(?P<n>a)(b)?', noFlags, new Meter()).replaceWith('ab a', 0, replacement);
    expect(replaced(String.raw`[\2\1\g<n>\g<0>\\\n\101]`)).toBe('[baaab\\\nA] [aaa\\\nA]');
    expect(() => replaced(String.raw`\3`)).toThrow('no group 3');
    expect(() => replaced(String.raw`\g<x>`)).toThrow('no group x');
    expect(() => replaced(String.raw`\q`)).toThrow(String.raw`unknown escape \q`);
  });
});
