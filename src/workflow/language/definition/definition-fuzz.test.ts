import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCases } from '../../../../test/support/mistral-corpus.ts';
import { VirtualRunner } from '../../../../test/support/mistral-corpus-runner.ts';
import { Refusal } from '../conductor/fault.ts';
import { parseWorkflows } from './parse-definition.ts';
import { DefinitionError } from './problem.ts';

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
const mutants: fc.Arbitrary<string> = fc
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

describe('a definition that was mangled', () => {
  it('is either accepted or refused with a reason and a place', () => {
    fc.assert(
      fc.property(mutants, (text) => {
        try {
          parseWorkflows(text);
        } catch (error) {
          if (!(error instanceof DefinitionError)) throw error;
          expect(error.problems.length).toBeGreaterThan(0);
          for (const problem of error.problems) expect(problem.message).not.toBe('');
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('runs, if it is accepted, to some state without an exception', () => {
    fc.assert(
      fc.property(mutants, (text) => {
        const runner = new VirtualRunner();
        try {
          const [workflow] = runner.define(text);
          if (workflow === undefined) return;
          const input = Object.fromEntries(workflow.inputs.map(({ name }) => [name, 2]));
          const id = runner.start(workflow.fullName, input);
          for (let step = 0; step < 300 && runner.advance(runner.now + 60_000); step += 1);
          expect(runner.record(id).state).toBeTypeOf('string');
        } catch (error) {
          if (!(error instanceof DefinitionError) && !(error instanceof Refusal)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });
});
