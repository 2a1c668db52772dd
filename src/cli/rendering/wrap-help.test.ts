import { expect, test } from 'vitest';
import { wrapHelp } from './wrap-help.ts';

const what = 'what it does, in so many words that they do not fit beside it';

test('the texts of a block begin in one column, also those of terms that leave them no room', () => {
  const term = 'replace-nodes [options] <cluster> <old=new...>';
  const block = [`  list ${' '.repeat(50)} ${what}`, `  ${term}  ${what}`, `  show <cluster>  short`];
  const lines = wrapHelp(`Commands:\n${block.join('\n')}`, 80).split('\n');
  expect(lines[0]).toBe('Commands:');
  const begins = lines.slice(1).flatMap((line) => {
    const at = line.search(/what it|do not|short/);
    return at < 0 ? [] : [at];
  });
  expect(new Set(begins).size).toBe(1);
  expect(lines).toContain(`  ${term}`);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('a command of an example is whole, however long it is', () => {
  const example = `  $ coppice cluster create ${'x'.repeat(80)} --wait`;
  expect(wrapHelp(`Examples:\n${example}`, 80)).toContain(example);
});
