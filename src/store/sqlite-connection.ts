/** A connection of `node:sqlite` as Kysely uses one. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { EventLoopPlugin } from './event-loop-plugin.ts';
import type { Schema } from './schema.ts';
import { rowReader } from './sqlite-rows.ts';

/** Runs a query; throws a failure of the database as a CoppiceError that an operator can read. */
export type Guard = <T>(query: () => T) => T;

/**
 * Kysely's own view of better-sqlite3, which `node:sqlite` almost has: statements are prepared once and
 * cached.
 */
class Connection implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #guard: Guard;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: DatabaseSync, guard: Guard) {
    this.#database = database;
    this.#guard = guard;
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    // Multi-row inserts have a different text for each number of rows: the bound limits the cache.
    if (this.#statements.size >= 500) this.#statements.clear();
    const statement = this.#guard(() => adapt(this.#database.prepare(sql), this.#guard));
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

function adapt(statement: StatementSync, guard: Guard): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  const all = rowReader(statement);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => guard(() => all(values(parameters))),
    run: (parameters) => guard(() => statement.run(...values(parameters))),
    iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<unknown>,
  };
}

export function connectKysely(database: DatabaseSync, guard: Guard): Kysely<Schema> {
  const dialect = new SqliteDialect({ database: new Connection(database, guard) });
  return new Kysely({ dialect, plugins: [new EventLoopPlugin()] });
}
