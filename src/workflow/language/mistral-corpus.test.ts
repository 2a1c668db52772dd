import { describe, expect, it } from 'vitest';
import { loadCases } from '../../../test/support/mistral-corpus.ts';
import { runCase } from '../../../test/support/mistral-corpus-case.ts';
import { differences, soften } from '../../../test/support/mistral-corpus-form.ts';

describe('what Mistral did', () => {
  it.each(loadCases().map((recorded) => [recorded.name, recorded] as const))('%s', (_name, recorded) => {
    expect(differences(soften(recorded.expected), soften(runCase(recorded)))).toEqual([]);
  });
});
