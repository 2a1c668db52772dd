import { expect, test } from 'vitest';
import { longestWord, renderProse, wrapProse } from './prose.ts';

test('a sentence is wrapped between its words, and continues where it is told to', () => {
  expect(wrapProse('the process 4711 has ended', { columns: 16, begin: 4, indent: 2 })).toEqual([
    'the process',
    '  4711 has ended',
  ]);
});

test('a word that has no room in its column is not broken: it begins further left', () => {
  const id = '102aafe7-f906-4bc0-aca3-d01a9ac49743';
  expect(wrapProse(`recovery ${id} failed`, { columns: 40, begin: 10, indent: 10 })).toEqual([
    'recovery',
    `    ${id}`,
    '          failed',
  ]);
  expect(wrapProse(id, { columns: 20, begin: 10, indent: 10 })).toEqual(['', id]);
  expect(longestWord(`recovery ${id}`)).toBe(36);
});

test('a command stays on one line, or is continued as a shell reads it', () => {
  const task = (command: string) =>
    [{ text: 'do: ' }, { text: command, isCommand: true }, { text: ' (it is quarantined)' }] as const;
  expect(wrapProse(task('coppice node release web-2'), { columns: 30, indent: 4 })).toEqual([
    'do: coppice node release web-2',
    '    (it is quarantined)',
  ]);
  expect(wrapProse(task('coppice node release web-23'), { columns: 31, indent: 4 })).toEqual([
    'do: coppice node release web-23',
    '    (it is quarantined)',
  ]);
  expect(
    wrapProse(task('coppice cluster pause web --reason "new switch"'), { columns: 32, indent: 4 }),
  ).toEqual(['do: coppice cluster pause web \\', '        --reason "new switch"', '    (it is quarantined)']);
});

test('Chinese is wrapped between its characters, which are two columns wide', () => {
  expect(wrapProse('节点没有响应', { columns: 7 })).toEqual(['节点没', '有响应']);
});

test('without a terminal a sentence is a line, whatever its length', () => {
  const long = 'word '.repeat(100).trim();
  expect(renderProse([long, `  ${long}`], { columns: Infinity })).toBe(`${long}\n  ${long}\n`);
});

test('steering characters are shown, and line ends and tabulators are blanks', () => {
  expect(wrapProse('a\u001B[2Jb\nc\td', { columns: 80 })).toEqual(['a\uFFFD[2Jb c    d']);
});
