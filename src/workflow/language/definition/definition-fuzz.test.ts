import fc from 'fast-check';
import { cases, soakTimeout } from '../../../../test/support/soak.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { BoundedWorker } from '../../../../test/support/bounded-worker.ts';
import { mangledDefinitions } from '../../../../test/support/mangled-definitions.ts';

/** A failure is any other error, a hang, or more memory than the worker has. */
describe('a definition that was mangled', () => {
  const worker = new BoundedWorker();
  afterAll(() => worker.close());

  it(
    'is either accepted or refused with a reason and a place',
    { timeout: soakTimeout(40_000) },
    async () => {
      await fc.assert(
        fc.asyncProperty(mangledDefinitions, async (text) => {
          const { kind } = await worker.run({ kind: 'definition', text });
          expect(['value', 'refused']).toContain(kind);
        }),
        cases(3000),
      );
    },
  );

  it(
    'runs, if it is accepted, to some state without an exception',
    { timeout: soakTimeout(40_000) },
    async () => {
      await fc.assert(
        fc.asyncProperty(mangledDefinitions, async (text) => {
          const { kind } = await worker.run({ kind: 'run', text });
          expect(['ended', 'refused']).toContain(kind);
        }),
        cases(1500),
      );
    },
  );
});
