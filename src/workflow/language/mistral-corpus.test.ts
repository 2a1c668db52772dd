import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCase } from '../../../test/support/mistral-corpus-case.ts';
import { differences, soften } from '../../../test/support/mistral-corpus-form.ts';
import { type Case, loadCases } from '../../../test/support/mistral-corpus.ts';

/**
 * The cases of the first table of docs/workflow-differences.md: each differs, for the reason that stands
 * there.
 */
function documentedCases(): Set<string> {
  const text = readFileSync(new URL('../../../docs/workflow-differences.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  return new Set(
    rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
    ),
  );
}

const different = documentedCases();
const cases = loadCases();

function found(recorded: Case): string[] {
  return differences(soften(recorded.expected), soften(runCase(recorded)));
}

describe('what Mistral did', () => {
  it('is recorded in 136 cases', () => {
    expect(cases).toHaveLength(136);
  });

  it.each(
    cases.filter(({ name }) => !different.has(name)).map((recorded) => [recorded.name, recorded] as const),
  )('%s comes out the same', (_name, recorded) => {
    expect(found(recorded)).toEqual([]);
  });

  it.each(
    cases.filter(({ name }) => different.has(name)).map((recorded) => [recorded.name, recorded] as const),
  )('%s differs as documented', (_name, recorded) => {
    expect(found(recorded)).toMatchSnapshot();
  });

  it('has every case that the page on differences names', () => {
    const names = new Set(cases.map(({ name }) => name));
    expect([...different].filter((name) => !names.has(name))).toEqual([]);
  });
});
