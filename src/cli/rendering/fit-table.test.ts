import { expect, test } from 'vitest';
import { fitTable } from './fit-table.ts';
import { styleFor } from './style.ts';
import { renderTable } from './table.ts';

const table = {
  header: ['NAME', 'HEALTH', 'PROFILE', 'ID'],
  rows: [
    [
      { text: 'web' },
      { text: 'HEALTHY' },
      { text: 'web-server' },
      { text: '102aafe7-f906-4bc0-aca3-d01a9ac49743', short: '102aafe7' },
    ],
    [{ text: 'a-name-of-some-length' }, { text: 'ERROR' }, { text: 'web' }, { text: 'ffff', short: 'ffff' }],
  ],
};

function drawn(width: number, wraps = false): string[] {
  const { header, rows } = fitTable(table, { width, leftOut: [2], wraps });
  return renderTable(header, rows, styleFor(false)).trimEnd().split('\n');
}

test('where there is room nothing is changed', () => {
  expect(fitTable(table, { width: Infinity, leftOut: [2] })).toEqual({ ...table, isCut: false });
});

test('ids are shortened first, then columns left out, then the widest cells cut', () => {
  expect(drawn(60)).toEqual([
    'NAME                   HEALTH   PROFILE     ID',
    'web                    HEALTHY  web-server  102aafe7',
    'a-name-of-some-length  ERROR    web         ffff',
  ]);
  expect(drawn(50)).toEqual([
    'NAME                   HEALTH   ID',
    'web                    HEALTHY  102aafe7',
    'a-name-of-some-length  ERROR    ffff',
  ]);
  expect(drawn(30)).toEqual([
    'NAME         HEALTH   ID',
    'web          HEALTHY  102aafe7',
    'a-name-of-\u2026  ERROR    ffff',
  ]);
  expect(fitTable(table, { width: 30, leftOut: [2] }).isCut).toBe(true);
});

test('what must not be lost is wrapped', () => {
  const texts = { header: ['NODE', 'NEXT'], rows: [[{ text: 'web-1' }, { text: 'probed again in 4 s' }]] };
  const { rows, isCut } = fitTable(texts, { width: 20, wraps: true });
  expect(rows.map((row) => row.map(({ text }) => text))).toEqual([
    ['web-1', 'probed again'],
    ['', 'in 4 s'],
  ]);
  expect(isCut).toBe(false);
});

test('no column gets narrower than its title, however narrow the terminal is', () => {
  expect(drawn(5)[0]).toBe('NAME      HEALTH    ID'.replace('    ID', '   ID'));
});
