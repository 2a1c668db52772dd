/**
 * SQLite in the process (`node:sqlite`): the embedded default, and all that only SQLite does.
 *
 * - WAL with synchronous=FULL: a commit that was answered survives a power cut.
 * - Two connections: reads go to one that cannot write and never sees an open transaction; writes to the other.
 * - Group commit: writes that are asked for while another commits are carried out together in one transaction, each
 *   under its own savepoint, so that one that fails takes nothing with it. Each caller still waits for the sync of its own
 *   write. Many actions at once then cost few syncs; one alone costs one.
 */
import { EventEmitter } from 'node:events';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import type { EpisodeNews } from '../domain/episode-news.ts';
import type { Schema } from './schema.ts';
import type { Store, Topic, Tx } from './store.ts';

/** Writes in one transaction: bounds how long the first of them waits for the others. */
const MAX_GROUP = 64;

/** Kysely's own view of better-sqlite3, which `node:sqlite` almost has: statements are prepared once and kept. */
class Connection implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    // Multi-row inserts make a text for each number of rows: a bound keeps them from piling up.
    if (this.#statements.size >= 500) this.#statements.clear();
    const statement = adapt(this.#database.prepare(sql));
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

function adapt(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<unknown>,
  };
}

interface Job {
  readonly work: (tx: Tx) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** What is to be said once a group is committed. */
interface Said {
  readonly topics: Set<Topic>;
  readonly news: EpisodeNews[];
}

type Outcome = { readonly job: Job; readonly failed: boolean; readonly value: unknown };

class SqliteStore implements Store {
  readonly db: Kysely<Schema>;
  readonly #raw: DatabaseSync;
  readonly #writer: Kysely<Schema>;
  readonly #topics = new EventEmitter().setMaxListeners(0);
  readonly #hearers = new Set<(news: EpisodeNews) => void>();
  #queue: Job[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(writer: DatabaseSync, reader: DatabaseSync) {
    this.#raw = writer;
    this.#writer = new Kysely({ dialect: new SqliteDialect({ database: new Connection(writer) }) });
    this.db = new Kysely({ dialect: new SqliteDialect({ database: new Connection(reader) }) });
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('The store is closed.'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#draining ??= this.#drain();
    });
  }

  listen(topic: Topic, listener: () => void): () => void {
    this.#topics.on(topic, listener);
    return () => this.#topics.off(topic, listener);
  }

  hear(listener: (news: EpisodeNews) => void): () => void {
    this.#hearers.add(listener);
    return () => this.#hearers.delete(listener);
  }

  isFailure(error: unknown): boolean {
    return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
    await this.#writer.destroy();
    await this.db.destroy();
  }

  async #drain(): Promise<void> {
    // One turn of the event loop's microtasks lets writes that were asked for together be committed together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const group = this.#queue.slice(0, MAX_GROUP);
      this.#queue = this.#queue.slice(MAX_GROUP);
      await this.#commit(group);
    }
    this.#draining = undefined;
  }

  async #commit(group: readonly Job[]): Promise<void> {
    const said: Said = { topics: new Set(), news: [] };
    const outcomes: Outcome[] = [];
    try {
      this.#raw.exec('BEGIN IMMEDIATE');
      for (const job of group) outcomes.push(await this.#attempt(job, said));
      this.#raw.exec('COMMIT');
    } catch (error) {
      if (this.#raw.isTransaction) this.#raw.exec('ROLLBACK');
      for (const job of group) job.reject(error);
      return;
    }
    for (const { job, failed, value } of outcomes) {
      if (failed) job.reject(value);
      else job.resolve(value);
    }
    for (const topic of said.topics) this.#topics.emit(topic);
    for (const news of said.news) for (const hear of this.#hearers) hear(news);
  }

  async #attempt(job: Job, said: Said): Promise<Outcome> {
    const topics = new Set<Topic>();
    const news: EpisodeNews[] = [];
    this.#raw.exec('SAVEPOINT job');
    try {
      const tx: Tx = {
        db: this.#writer,
        notify: (topic) => void topics.add(topic),
        tell: (told) => void news.push(told),
      };
      const value = await job.work(tx);
      this.#raw.exec('RELEASE job');
      for (const topic of topics) said.topics.add(topic);
      said.news.push(...news);
      return { job, failed: false, value };
    } catch (error) {
      this.#raw.exec('ROLLBACK TO job; RELEASE job');
      return { job, failed: true, value: error };
    }
  }
}

/** Opens (or creates) the database file; the schema is `migrate`'s affair. */
export function openSqlite(path: string): Store {
  const writer = new DatabaseSync(path);
  writer.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000',
  );
  const reader = new DatabaseSync(path);
  reader.exec('PRAGMA query_only = ON; PRAGMA busy_timeout = 5000');
  return new SqliteStore(writer, reader);
}
