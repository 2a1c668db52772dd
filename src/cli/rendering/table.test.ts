import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { styleFor } from './style.ts';
import { printable } from './printable.ts';
import { renderTable } from './table.ts';

const plain = styleFor(false);

test('columns are as wide as their content, and Chinese characters count double', () => {
  const table = renderTable(
    ['NAME', 'STATUS'],
    [
      [{ text: '集群' }, { text: 'ACTIVE' }],
      [{ text: 'abcd' }, { text: 'X' }],
    ],
    plain,
  );
  expect(table).toBe('NAME  STATUS\n集群  ACTIVE\nabcd  X\n');
});

test('colours do not disturb the alignment', () => {
  const rows = [
    [{ text: 'ok', tone: 'good' as const }, { text: 'x' }],
    [{ text: 'longer' }, { text: 'y' }],
  ];
  const coloured = renderTable(['A', 'B'], rows, styleFor(true));
  const bare = coloured.replaceAll(new RegExp(`${String.fromCodePoint(27)}\\[\\d+m`, 'g'), '');
  expect(coloured).not.toBe(bare);
  expect(bare).toBe(renderTable(['A', 'B'], rows, plain));
});

test('a cell stays on its line', () => {
  expect(renderTable(['A', 'B'], [[{ text: 'one\ntwo' }, { text: 'x' }]], plain)).toBe(
    'A        B\none two  x\n',
  );
});

test('control and direction characters are replaced', () => {
  expect(printable('a\u001B[2Jb\u202Ec\u0085\td\n')).toBe('a\uFFFD[2Jb\uFFFDc\uFFFD\td\n');
  expect(stringWidth('a\u0301')).toBe(1);
});
