import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTextFile } from './bounded-file.ts';

test('a file without an end is refused, and not read until the memory is full', () => {
  expect(() => readTextFile('/dev/zero')).toThrow('/dev/zero is larger than 1048576 bytes');
});

test('a file is read up to the bound', () => {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-file-'));
  const path = join(directory, 'a');
  writeFileSync(path, 'ä'.repeat(50));
  expect(readTextFile(path, 100)).toBe('ä'.repeat(50));
  expect(() => readTextFile(path, 99)).toThrow('larger than 99 bytes');
  rmSync(directory, { recursive: true });
});
