import { expect, test } from 'vitest';
import { sizeOf } from './terminal.ts';

test.each([
  [
    { isTTY: true, columns: 120, rows: 40 },
    { columns: 120, rows: 40 },
  ],
  // A pty whose size was never set.
  [
    { isTTY: true, columns: 0, rows: 0 },
    { columns: 80, rows: 24 },
  ],
  [{ isTTY: true }, { columns: 80, rows: 24 }],
  [{}, { columns: Infinity, rows: Infinity }],
])('the size of %j is %j', (stream, size) => {
  expect(sizeOf(stream)).toEqual(size);
});
