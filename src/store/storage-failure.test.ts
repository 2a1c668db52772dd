/** A full disk is made by SQLite's own limit of pages; damaged files are written by hand. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { aProfile } from '../../test/support/rows.ts';
import { CoppiceError } from '../domain/errors.ts';
import { openDataDirectory } from './data-directory.ts';
import { migrate } from './migrate.ts';
import { insertProfile } from './profiles.ts';
import { openSqlite } from './sqlite.ts';
import { asOpenFailure, asStorageFailure } from './storage-failure.ts';
import type { Store } from './store.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-storage-'));
  path = join(directory, 'coppice.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

async function limitPages(store: Store, pages: number): Promise<void> {
  await store.write(async ({ db }) => void (await sql.raw(`PRAGMA max_page_count = ${pages}`).execute(db)));
}

function insertMuch(store: Store): Promise<void> {
  return store.write((tx) =>
    insertProfile(tx, aProfile({ name: 'x', metadata: { much: 'x'.repeat(100_000) } })),
  );
}

describe('a full disk', () => {
  test('is told in words while it lasts, and it goes on by itself once there is room', async () => {
    const told: (string | undefined)[] = [];
    const store = openSqlite(path, { onWriteFailure: (sentence) => told.push(sentence) });
    await migrate(store, 0);
    expect(store.writeFailure).toBeUndefined();
    await limitPages(store, 1);
    const refusal = await insertMuch(store).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'storage-full', status: 507, retryable: true });
    expect(String(refusal)).toContain(`No space is left on the disk of ${directory}`);
    expect(store.isFailure(refusal)).toBe(true);
    await insertMuch(store).catch(() => undefined);
    expect(told).toEqual([store.writeFailure]);

    await limitPages(store, 1_000_000);
    await eventually('it is over', () => store.writeFailure === undefined);
    expect(told).toHaveLength(2);
    await insertMuch(store);
    await store.close();
  });

  test.each([
    ['disk I/O error', 778, 'storage-failed', /disk of .* fails .*\(disk I\/O error\)/],
    ['disk I/O error', 4874, 'storage-full', /No space is left/],
    ['database or disk is full', 13, 'storage-full', /No space is left/],
    ['database is locked', 5, 'storage-failed', /locked by another process \(database is locked\)/],
    ['locking protocol', 15, 'storage-failed', /locked by another process/],
    ['out of memory', 7, 'storage-failed', /gets no memory/],
    ['attempt to write a readonly database', 1544, 'storage-failed', /cannot be written .*immutable/],
    ['unable to open database file', 14, 'storage-failed', /cannot be written/],
    ['database disk image is malformed', 267, 'storage-damaged', /is damaged/],
  ])('%s (%i) is %s', (message, errcode, code, sentence) => {
    const failure = asStorageFailure(Object.assign(new Error(message), { errcode }), path);
    expect(failure).toMatchObject({ code });
    expect(String(failure)).toMatch(sentence);
    expect(String(failure)).toContain(directory);
  });

  test.each([
    ['UNIQUE constraint failed', 1555],
    ['FOREIGN KEY constraint failed', 787],
    ['no such table: nowhere', 1],
    ['string or blob too big', 18],
    ['bad parameter or other API misuse', 21],
  ])('what is wrong with a query stays what it is: %s', (message, errcode) => {
    const error = Object.assign(new Error(message), { errcode });
    expect(asStorageFailure(error, path)).toBe(error);
  });

  test('a constraint, or a query that is wrong, is no failure of the database', async () => {
    const store = openSqlite(path);
    await migrate(store, 0);
    const insert = () => store.write((tx) => insertProfile(tx, aProfile({ id: 'twice', name: 'x' })));
    await insert();
    const refusals = [
      await insert().catch((error: unknown) => error),
      await store.write(({ db }) => sql.raw('SELECT nothing').execute(db)).catch((error: unknown) => error),
    ];
    expect(refusals.map((error) => [error instanceof Error, store.isFailure(error)])).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(store.writeFailure).toBeUndefined();
    await store.close();
  });
});

describe('a damaged database', () => {
  const holder = { pid: 1, started: new Date(0), listen: '' };

  test('is named, with what to do', async () => {
    writeFileSync(path, 'this is a letter to my mother, and no database at all\n'.repeat(100));
    expect(() => openSqlite(path)).toThrow(`${path} is damaged, or no database (file is not a database).`);
    expect(() => openSqlite(path)).toThrow(/put a backup in its place, or move it away/);
    expect(() => openSqlite(path)).toThrow(CoppiceError);
  });

  test('a damaged lock holds nothing, and does not stop the start', () => {
    writeFileSync(join(directory, 'lock.db'), 'no database '.repeat(100));
    openDataDirectory(directory, holder).release();
  });

  test('a damaged lock that another process holds is held', () => {
    const first = openDataDirectory(directory, holder);
    writeFileSync(join(directory, 'lock.db'), 'no database '.repeat(100));
    expect(() => openDataDirectory(directory, holder)).toThrow(/in use by process 1 /);
    first.release();
  });
});

describe('what is no database of ours', () => {
  test('a database of another program is named by its tables, and not changed', () => {
    const foreign = new DatabaseSync(path);
    foreign.exec('CREATE TABLE bookmarks (url TEXT); CREATE TABLE visits (at INTEGER)');
    foreign.close();
    const before = readFileSync(path);
    expect(() => openSqlite(path)).toThrow(
      `${path} is a database of another program (its tables: bookmarks, visits); expected one of Coppice.`,
    );
    expect(readFileSync(path)).toEqual(before);
  });

  test('a directory in its place is said to be one', () => {
    mkdirSync(path);
    expect(() => openSqlite(path)).toThrow(`${path} is a directory; expected the database file of Coppice.`);
  });

  test.each([
    { code: 'EPERM', message: 'EPERM: operation not permitted, open' },
    { errcode: 8, message: 'attempt to write a readonly database' },
    { errcode: 14, message: 'unable to open database file' },
  ])('a file that cannot be written says where to look: %j', (error) => {
    const failure = asOpenFailure(Object.assign(new Error(error.message), error), path);
    expect(failure).toMatchObject({ code: 'storage-failed' });
    expect(String(failure)).toContain(`${path} cannot be opened for writing (${error.message}).`);
    expect(String(failure)).toMatch(/immutable/);
  });
});

describe('a database that is moved away while it is open', () => {
  test('is a failure until it is back', async () => {
    const failures: (string | undefined)[] = [];
    const store = openSqlite(path, { onWriteFailure: (sentence) => failures.push(sentence) });
    await migrate(store, 0);
    renameSync(path, `${path}.away`);
    await eventually('it is noticed', () => store.writeFailure !== undefined);
    expect(store.writeFailure).toMatch(/was moved away or deleted while Coppice runs/);
    writeFileSync(path, 'another');
    await eventually('another file is noticed', () => /replaced by another/.test(store.writeFailure ?? ''));
    renameSync(`${path}.away`, path);
    await eventually('it is over', () => store.writeFailure === undefined);
    expect(failures).toHaveLength(3);
    await store.close();
  });

  test.each([
    ['the database', '', /coppice.db was moved away or deleted/],
    ['its -wal', '-wal', /coppice.db-wal, a part of the database, was moved away or deleted/],
  ])('takes no write while %s is away, and all of them once it is back', async (_name, end, sentence) => {
    const store = openSqlite(path);
    await migrate(store, 0);
    const insert = (name: string) => store.write((tx) => insertProfile(tx, aProfile({ id: name, name })));
    await insert('before');
    renameSync(path + end, `${path}${end}.away`);
    const refusal = await insert('meanwhile').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'storage-failed', status: 503, retryable: true });
    expect(String(refusal)).toMatch(sentence);
    renameSync(`${path}${end}.away`, path + end);
    await insert('after');
    const rows = await store.db.selectFrom('profile').select('name').orderBy('name').execute();
    expect(rows.map(({ name }) => name)).toEqual(['after', 'before']);
    await store.close();
  });

  test('what its deleted -wal held is in the database once it is closed, as the sentence promises', async () => {
    const store = openSqlite(path);
    await migrate(store, 0);
    await store.write((tx) => insertProfile(tx, aProfile({ name: 'x' })));
    rmSync(`${path}-wal`);
    await expect(store.write(() => Promise.resolve())).rejects.toThrow(/stop Coppice with SIGTERM/);
    await store.close();
    const again = openSqlite(path);
    expect(await again.db.selectFrom('profile').select('name').execute()).toEqual([{ name: 'x' }]);
    await again.close();
  });
});

test('a listener that throws stops neither the others nor the writes that follow', async () => {
  const errors: unknown[] = [];
  const store = openSqlite(path, { onListenerError: (error) => errors.push(error) });
  await migrate(store, 0);
  let calls = 0;
  store.listen('events', () => {
    throw new Error('mine');
  });
  store.listen('events', () => void (calls += 1));
  for (let n = 0; n < 2; n++) await store.write((tx) => Promise.resolve(tx.notify('events')));
  expect(calls).toBe(2);
  expect(errors.map(String)).toEqual(['Error: mine', 'Error: mine']);
  await store.close();
});

test('a database of a newer Coppice is named', async () => {
  const store = openSqlite(path);
  await migrate(store, 0);
  await store.write(async ({ db }) => {
    await db.insertInto('schema_version').values({ version: 1000, applied_at: 0 }).execute();
  });
  await expect(migrate(store, 0)).rejects.toThrow(`The database ${path} has schema version 1000`);
  await store.close();
});

test('no other user may read it, also where another made its directory', async () => {
  const store = openSqlite(path);
  await migrate(store, 0);
  const modes = ['', '-wal', '-shm'].map((end) => statSync(path + end).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600, 0o600]);
  await store.close();
});
