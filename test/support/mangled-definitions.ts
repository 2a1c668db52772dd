/** Recorded workflow definitions, mangled: what an operator, or an attacker, may send. */
import fc from 'fast-check';
import { loadCases } from './mistral-corpus.ts';

const texts = loadCases().flatMap((recorded) =>
  recorded.spec.definitions.filter(({ kind }) => kind === 'workflow').map(({ file }) => recorded.text(file)),
);

const pieces = [
  '<%',
  '%>',
  '{{',
  '}}',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  "'",
  '\n',
  ' ',
  '  ',
  '-',
  '*a',
  '&a',
  '<<',
  '!!x',
  '|',
  '>',
  '#',
  '%',
  '@',
  '$',
  '\\',
  '(',
  ')',
  '=',
  '0',
  '-1',
  '1e999',
  'null',
  'join: all',
  'on-success: a',
  '__proto__',
  'constructor',
  '\u0000',
  '😀',
  '\ud800',
];

/** A recorded definition with pieces put in, cut out, doubled or moved. */
export const mangledDefinitions: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(fc.tuple(fc.nat(), fc.nat(30), fc.constantFrom(...pieces, '')), { minLength: 1, maxLength: 4 }),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [position, length, piece]) => {
      const at = position % (changed.length + 1);
      return changed.slice(0, at) + piece + changed.slice(at + (piece === '' ? length : 0));
    }, text),
  );
