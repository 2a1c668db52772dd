import fc from 'fast-check';
import { cases, soakTimeout } from '../../../../test/support/soak.ts';
import { describe, expect, it } from 'vitest';
import { mangledDefinitions } from '../../../../test/support/mangled-definitions.ts';
import { VirtualRunner } from '../../../../test/support/mistral-corpus-runner.ts';
import { Refusal } from '../conductor/fault.ts';
import { parseWorkflows } from './parse-definition.ts';
import { DefinitionError } from './problem.ts';

describe('a definition that was mangled', () => {
  it('is either accepted or refused with a reason and a place', { timeout: soakTimeout(20_000) }, () => {
    fc.assert(
      fc.property(mangledDefinitions, (text) => {
        try {
          parseWorkflows(text);
        } catch (error) {
          if (!(error instanceof DefinitionError)) throw error;
          expect(error.problems.length).toBeGreaterThan(0);
          for (const problem of error.problems) expect(problem.message).not.toBe('');
        }
      }),
      cases(3000),
    );
  });

  it('runs, if it is accepted, to some state without an exception', { timeout: soakTimeout(20_000) }, () => {
    fc.assert(
      fc.property(mangledDefinitions, (text) => {
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
      cases(1500),
    );
  });
});
