/** A file of src/ over 400 lines usually has two reasons to change: split it, or name the reason here. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MAX_LINES = 400;

/** Longer ones, each with why it is one file. */
const long: Readonly<Record<string, string>> = {
  'src/client/api-types.ts': 'generated from the API',
};

/** @returns the lines of each file of src/, without tests. */
function linesOfSources(): ReadonlyMap<string, number> {
  const names = readdirSync('src', { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  return new Map(
    files.map((name) => {
      const file = join('src', name);
      return [file, readFileSync(file, 'utf8').split('\n').length - 1];
    }),
  );
}

test(`a file of src/ has at most ${MAX_LINES} lines, or a reason to be longer`, () => {
  const over = [...linesOfSources()].filter(([file, lines]) => lines > MAX_LINES && !(file in long));
  expect(over.map(([file, lines]) => `${file}: ${lines} lines`)).toEqual([]);
});

test('each file with such a reason is there, and longer', () => {
  const lines = linesOfSources();
  expect(Object.keys(long).filter((file) => (lines.get(file) ?? 0) <= MAX_LINES)).toEqual([]);
});
