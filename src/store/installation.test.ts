import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installationId } from './installation.ts';
import { openSqlite } from './sqlite.ts';
import { migrate } from './migrate.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-installation-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function idOfNextStart(): Promise<string> {
  const store = openSqlite(join(directory, 'coppice.db'));
  try {
    await migrate(store, 0);
    return await installationId(store);
  } finally {
    await store.close();
  }
}

/** As docs/howto/back-up-and-restore.md has it. */
function documentedStatement(): string {
  const page = readFileSync(join(import.meta.dirname, '../../docs/howto/back-up-and-restore.md'), 'utf8');
  return /## Two from one backup[^]*?sqlite3 \S+ "([^"]+)"/.exec(page)?.[1] ?? '';
}

test('an installation keeps its id until an operator takes it away: then it has another one', async () => {
  const first = await idOfNextStart();
  expect(await idOfNextStart()).toBe(first);
  using database = new DatabaseSync(join(directory, 'coppice.db'));
  database.exec(documentedStatement());
  const second = await idOfNextStart();
  expect(second).toMatch(/^[0-9a-f-]{36}$/);
  expect(second).not.toBe(first);
});
