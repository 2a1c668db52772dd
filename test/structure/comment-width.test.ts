/** Comment lines end where code lines do: at 110 columns, the formatter's width. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const WIDTH = 110;
const comment = /^\s*(\/\*\*|\*|\/\/)/;

test('no comment line is longer than the lines of code', () => {
  const files = execFileSync('git', ['ls-files', '*.ts'], { encoding: 'utf8' }).trim().split('\n');
  const long = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (comment.test(line) && line.length > WIDTH ? [`${file}:${index + 1}`] : [])),
  );
  expect(long).toEqual([]);
});
