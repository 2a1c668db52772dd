import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { rowReader } from './sqlite-rows.ts';

describe('Rows of SQLite', () => {
  it('are what node:sqlite reads as objects', () => {
    using database = new DatabaseSync(':memory:');
    database.exec(
      "CREATE TABLE t (id TEXT, n INTEGER, x REAL); INSERT INTO t VALUES ('a', 1, 0.5), ('b', NULL, 2)",
    );
    const read = rowReader(database.prepare('SELECT *, n + 1 AS next FROM t WHERE id >= ?'));
    expect(read(['a'])).toEqual([
      { id: 'a', n: 1, x: 0.5, next: 2 },
      { id: 'b', n: null, x: 2, next: null },
    ]);
    expect(read(['z'])).toEqual([]);
  });

  it('have a column that was added since the statement was prepared', () => {
    using database = new DatabaseSync(':memory:');
    database.exec("CREATE TABLE t (id TEXT); INSERT INTO t VALUES ('a')");
    const read = rowReader(database.prepare('SELECT * FROM t'));
    expect(read([])).toEqual([{ id: 'a' }]);
    database.exec("ALTER TABLE t ADD COLUMN word TEXT DEFAULT 'new'");
    expect(read([])).toEqual([{ id: 'a', word: 'new' }]);
  });
});
