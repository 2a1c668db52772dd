/** Comment lines end where code lines do: at 110 columns, the formatter's width. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const WIDTH = 110;
const comment = /^\s*(\/\*\*|\*|\/\/)/;

/** Of the client's types the texts of the API are the comments. */
const generated = join('src', 'client', 'api-types.ts');

function sourcesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
  return files.filter((file) => file !== generated);
}

test('no comment line is longer than the lines of code', () => {
  const files = ['src', 'test', 'bench', 'scripts'].flatMap(sourcesIn);
  const long = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (comment.test(line) && line.length > WIDTH ? [`${file}:${index + 1}`] : [])),
  );
  expect(long).toEqual([]);
});
