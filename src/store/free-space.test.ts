import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aProfile } from '../../test/support/rows.ts';
import { enableGivingBack, giveBackSpace } from './free-space.ts';
import { migrate } from './migrate.ts';
import { insertProfile } from './profiles.ts';
import { openSqlite } from './sqlite.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-free-space-'));
  path = join(directory, 'coppice.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

function inFile<T>(read: (database: DatabaseSync) => T): T {
  using database = new DatabaseSync(path);
  return read(database);
}

const pragma = (name: string) =>
  inFile((database) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);

/** 20 MB that are written and deleted. */
function fill(database: DatabaseSync): void {
  database.exec('CREATE TABLE IF NOT EXISTS much (text TEXT)');
  const insert = database.prepare('INSERT INTO much VALUES (?)');
  for (let n = 0; n < 20; n++) insert.run('x'.repeat(1_000_000));
  database.exec('DELETE FROM much');
}

test('a file shrinks by portions once much was deleted, down to a reserve', () => {
  inFile((database) => {
    enableGivingBack(database);
    database.exec('PRAGMA journal_mode = WAL');
    fill(database);
    let portions = 1;
    while (giveBackSpace(database)) portions += 1;
    expect(portions).toBeGreaterThan(10);
    expect(giveBackSpace(database)).toBe(false);
  });
  expect(statSync(path).size).toBeLessThan(5_000_000);
  expect(pragma('integrity_check')).toBe('ok');
});

test('a new store gives back, and so does one that was made before', async () => {
  const store = openSqlite(path);
  await migrate(store, 0);
  await store.close();
  expect(pragma('auto_vacuum')).toBe(2);

  inFile((database) => database.exec('PRAGMA auto_vacuum = NONE; VACUUM'));
  inFile(fill);
  expect(pragma('auto_vacuum')).toBe(0);
  const again = openSqlite(path);
  await again.write((tx) => insertProfile(tx, aProfile({ name: 'x' })));
  await again.close();
  expect(pragma('auto_vacuum')).toBe(2);
  expect(statSync(path).size).toBeLessThan(2_000_000);
});
