import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { fitTable, type Table } from './fit-table.ts';
import { styleFor } from './style.ts';

const id = '102aafe7-f906-4bc0-aca3-d01a9ac49743';
const table: Table = {
  columns: [{ title: 'NAME' }, { title: 'HEALTH' }, { title: 'PROFILE', leftOut: 1 }, { title: 'ID' }],
  rows: [
    [{ text: 'web' }, { text: 'HEALTHY' }, { text: 'web-server' }, { text: id, short: '102aafe7' }],
    [{ text: 'a-name-of-some-length' }, { text: 'ERROR' }, { text: 'web' }, { text: 'ffff', short: 'ffff' }],
  ],
};

function drawn(shown: Table, width: number): string[] {
  return fitTable(shown, width, styleFor(false)).text.trimEnd().split('\n');
}

test('where there is room nothing is changed, and each row is a line', () => {
  expect(drawn(table, Infinity)).toEqual([
    'NAME                   HEALTH   PROFILE     ID',
    `web                    HEALTHY  web-server  ${id}`,
    'a-name-of-some-length  ERROR    web         ffff',
  ]);
});

test('ids are shortened first, then columns left out, then the widest stand below their row', () => {
  expect(drawn(table, 60)).toEqual([
    'NAME                   HEALTH   PROFILE     ID',
    'web                    HEALTHY  web-server  102aafe7',
    'a-name-of-some-length  ERROR    web         ffff',
  ]);
  expect(drawn(table, 50)).toEqual([
    'NAME                   HEALTH   ID',
    'web                    HEALTHY  102aafe7',
    'a-name-of-some-length  ERROR    ffff',
  ]);
  expect(drawn(table, 35)).toEqual([
    'NAME                   HEALTH',
    'web                    HEALTHY',
    '    id 102aafe7',
    'a-name-of-some-length  ERROR',
    '    id ffff',
  ]);
  expect(fitTable(table, 35, styleFor(false)).isCut).toBe(true);
});

const texts: Table = {
  columns: [{ title: 'NODE' }, { title: 'NEXT', isProse: true }],
  rows: [
    [{ text: 'web-1' }, { text: 'it is probed again in 4 s, by STATUS' }],
    [{ text: 'web-2' }, { text: '-' }],
  ],
};

test('what is written in words is wrapped in its column, and nothing is cut', () => {
  expect(drawn(texts, 30)).toEqual([
    'NODE   NEXT',
    'web-1  it is probed again in 4',
    '       s, by STATUS',
    'web-2  -',
  ]);
  expect(fitTable(texts, 30, styleFor(false)).isCut).toBe(false);
});

test('where its column has no room for its words it stands below its row, with its title', () => {
  expect(drawn(texts, 24)).toEqual([
    'NODE',
    'web-1',
    '    next  it is probed',
    '          again in 4 s,',
    '          by STATUS',
    'web-2',
  ]);
  const words = {
    ...texts,
    rows: [[{ text: 'web-1' }, { text: 'GET http://10.0.0.5:8080/healthz failed' }]],
  };
  expect(drawn(words, 32)).toEqual([
    'NODE',
    'web-1',
    '    next',
    '        GET',
    '    http://10.0.0.5:8080/healthz',
    '        failed',
  ]);
});

test('of what may be left out, words are cut before that', () => {
  const columns = [{ title: 'NAME' }, { title: 'DESCRIPTION', leftOut: 1, isProse: true }];
  const described = {
    columns,
    rows: [[{ text: 'drain' }, { text: 'takes the server out of the balancer' }]],
  };
  expect(drawn(described, 30)).toEqual(['NAME   DESCRIPTION', 'drain  takes the server out o\u2026']);
  expect(drawn(described, 20)).toEqual(['NAME', 'drain']);
});

test('a name that is wider than the terminal is whole', () => {
  const long = {
    columns: table.columns,
    rows: [[{ text: 'n'.repeat(50) }, ...(table.rows[0] ?? []).slice(1)]],
  };
  const lines = drawn(long, 40);
  expect(lines[1]).toBe('n'.repeat(50));
  expect(lines.slice(2).filter((line) => stringWidth(line) > 40)).toEqual([]);
});
