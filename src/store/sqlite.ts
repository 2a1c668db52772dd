/**
 * SQLite in the process (`node:sqlite`): the embedded default, and all that only SQLite does.
 *
 * - WAL with synchronous=FULL: a commit that was answered survives a power cut.
 * - Two connections: reads go to one that cannot write and never sees an open transaction; writes to the
 *   other.
 * - Group commit: writes that are queued while another commits are carried out together in one
 *   transaction, each under its own savepoint, so that one that fails takes nothing with it. Each caller
 *   still waits for the sync of its own write. Many actions at once then cost few syncs; one alone costs one.
 *   A group begins when a turn of the event loop has brought no other write: requests that are answered
 *   together come back a little apart.
 * - Space of what was deleted is given back to the disk while nothing is written (free-space.ts).
 * - Write failures: a database that cannot be written (disk full, ...) is tried every second, so that its
 *   recovery is noticed. While its file is not where it was opened, every write is refused: nothing is
 *   answered as done that the next start would not find.
 */
import { EventEmitter } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { RecoveryNews } from '../domain/recovery-news.ts';
import { CoppiceError, isStorageFailure } from '../domain/errors.ts';
import { nextTurn } from '../event-loop.ts';
import type { Schema } from './schema.ts';
import { enableGivingBack, giveBackSpace } from './free-space.ts';
import { SecretBox } from './secret-box.ts';
import { connectKysely, type Guard } from './sqlite-connection.ts';
import { asOpenFailure, asStorageFailure } from './storage-failure.ts';
import { refuseForeignDatabase, watchFileIdentity } from './database-file.ts';
import type { Store, Topic, Tx } from './store.ts';

/** Writes in one transaction: bounds how long the first of them waits for the others. */
const MAX_GROUP = 64;
/** An operator frees disk space by hand: one second more is not noticed. */
const RETRY_MS = 1000;
/** How often to check that the file is still at its path. */
const CHECK_FILE_MS = 1000;
/** A gigabyte is given back in minutes, by portions that no request notices. */
const GIVE_BACK_MS = 250;
/** How often to check whether there is anything to give back. */
const FIND_SPACE_MS = 10_000;
/** What the -wal keeps of its size once it was written back: a large transaction makes it large. */
const WAL_BYTES = 67_108_864;

interface Job {
  readonly work: (tx: Tx) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** What is notified and published once a group is committed. */
interface CommitEffects {
  readonly topics: Set<Topic>;
  readonly news: RecoveryNews[];
}

type Outcome = { readonly job: Job; readonly failed: boolean; readonly value: unknown };

export interface SqliteOptions {
  /** Absent: what is sealed no later process opens. */
  readonly secrets?: SecretBox;
  /** Called with the message when writes begin to fail, and with undefined when they succeed again. */
  readonly onWriteFailure?: (message: string | undefined) => void;
  /** A listener threw; what it listens to is committed. Without this the process ends. */
  readonly onListenerError?: (error: unknown) => void;
}

function rethrowLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

/** What each write needs, so that its statements are compiled once. */
type TransactionStep = 'begin' | 'commit' | 'beginJob' | 'endJob';

class SqliteStore implements Store {
  readonly db: Kysely<Schema>;
  readonly location: string;
  readonly isExclusive = true;
  readonly secrets: SecretBox;
  readonly #onWriteFailure: SqliteOptions['onWriteFailure'];
  readonly #onListenerError: (error: unknown) => void;
  #writeFailure: string | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  /** Why writes would go to another file than the one that is at `location` now. */
  #displaced: string | undefined;
  readonly #findDisplacement: () => string | undefined;
  readonly #fileCheck: NodeJS.Timeout;
  #givingBack: NodeJS.Timeout | undefined;
  readonly #raw: DatabaseSync;
  readonly #readDataVersion: StatementSync;
  readonly #transaction: Readonly<Record<TransactionStep, StatementSync>>;
  readonly #writer: Kysely<Schema>;
  readonly #topics = new EventEmitter().setMaxListeners(0);
  readonly #commitListeners = new Set<(news: RecoveryNews) => void>();
  #queue: Job[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(
    location: string,
    writer: DatabaseSync,
    reader: DatabaseSync,
    { secrets, onWriteFailure, onListenerError = rethrowLater }: SqliteOptions,
  ) {
    this.location = location;
    this.secrets = secrets ?? SecretBox.ofThisProcess();
    this.#onWriteFailure = onWriteFailure;
    this.#onListenerError = onListenerError;
    this.#raw = writer;
    const guard: Guard = (query) => this.#guarded(query);
    this.#writer = connectKysely(writer, guard);
    this.db = connectKysely(reader, guard);
    // Of the connection that reads: its own number changes with each commit of another connection.
    this.#readDataVersion = reader.prepare('PRAGMA data_version');
    this.#transaction = {
      begin: writer.prepare('BEGIN IMMEDIATE'),
      commit: writer.prepare('COMMIT'),
      beginJob: writer.prepare('SAVEPOINT job'),
      endJob: writer.prepare('RELEASE job'),
    };
    this.#findDisplacement = watchFileIdentity(location);
    this.#fileCheck = setInterval(() => this.#checkFile(), CHECK_FILE_MS).unref();
    this.#giveBackIn(FIND_SPACE_MS);
  }

  get writeFailure(): string | undefined {
    return this.#writeFailure ?? this.#displaced;
  }

  dataVersion(): number {
    return this.#guarded(() => Number(this.#readDataVersion.get()?.['data_version']));
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

  onCommitted(listener: (news: RecoveryNews) => void): () => void {
    this.#commitListeners.add(listener);
    return () => this.#commitListeners.delete(listener);
  }

  isFailure(error: unknown): boolean {
    return isStorageFailure(error);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#retryTimer);
    clearInterval(this.#fileCheck);
    clearTimeout(this.#givingBack);
    await this.#draining;
    await this.#writer.destroy();
    await this.db.destroy();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      let waiting = 0;
      while (this.#queue.length > waiting && waiting < MAX_GROUP) {
        waiting = this.#queue.length;
        await nextTurn();
      }
      const group = this.#queue.slice(0, MAX_GROUP);
      this.#queue = this.#queue.slice(MAX_GROUP);
      await this.#commit(group);
    }
    this.#draining = undefined;
  }

  async #commit(group: readonly Job[]): Promise<void> {
    const effects: CommitEffects = { topics: new Set(), news: [] };
    const outcomes: Outcome[] = [];
    try {
      this.#refuseIfDisplaced();
      this.#rollBack();
      this.#step('begin');
      for (const job of group) outcomes.push(await this.#attempt(job, effects));
      this.#step('commit');
    } catch (error) {
      this.#rollBack();
      for (const job of group) job.reject(error);
      return;
    }
    for (const { job, failed, value } of outcomes) {
      if (failed) job.reject(value);
      else job.resolve(value);
    }
    this.#publish(effects);
  }

  /** What a listener throws is its own: the write that it is told of is done. */
  #publish({ topics, news }: CommitEffects): void {
    const listeners = [...topics].flatMap((topic) => this.#topics.listeners(topic) as (() => void)[]);
    for (const listener of listeners) this.#call(listener);
    for (const item of news) for (const listener of this.#commitListeners) this.#call(() => listener(item));
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#onListenerError(error);
    }
  }

  /** Where it fails, the transaction is still open: the next group tries again. */
  #rollBack(): void {
    if (!this.#raw.isTransaction) return;
    try {
      this.#exec('ROLLBACK');
    } catch {
      return;
    }
  }

  async #attempt(job: Job, effects: CommitEffects): Promise<Outcome> {
    const topics = new Set<Topic>();
    const news: RecoveryNews[] = [];
    this.#step('beginJob');
    try {
      const tx: Tx = {
        db: this.#writer,
        notify: (topic) => void topics.add(topic),
        publish: (item) => void news.push(item),
        // One write transaction at a time: each excludes all others.
        exclude: () => Promise.resolve(),
      };
      const value = await job.work(tx);
      this.#step('endJob');
      for (const topic of topics) effects.topics.add(topic);
      effects.news.push(...news);
      return { job, failed: false, value };
    } catch (error) {
      // A database that fails may have rolled back the whole group already.
      if (!this.#raw.isTransaction) throw error;
      this.#exec('ROLLBACK TO job; RELEASE job');
      return { job, failed: true, value: error };
    }
  }

  #step(step: TransactionStep): void {
    this.#guarded(() => this.#transaction[step].run());
  }

  #exec(sql: string): void {
    this.#guarded(() => this.#raw.exec(sql));
  }

  #guarded<T>(query: () => T): T {
    try {
      return query();
    } catch (error) {
      const failure = asStorageFailure(error, this.location);
      if (isStorageFailure(failure)) this.#recordWriteFailure(failure.message, failure.retryable);
      throw failure;
    }
  }

  #recordWriteFailure(message: string, retryable: boolean): void {
    if (this.#writeFailure === message || this.#closed) return;
    this.#writeFailure = message;
    this.#onWriteFailure?.(message);
    if (retryable) this.#retryTimer ??= setInterval(() => void this.#retry(), RETRY_MS).unref();
  }

  #giveBackIn(milliseconds: number): void {
    this.#givingBack = setTimeout(() => {
      const isMore = this.#giveBackSpace();
      if (!this.#closed) this.#giveBackIn(isMore ? GIVE_BACK_MS : FIND_SPACE_MS);
    }, milliseconds).unref();
  }

  /** @returns whether to go on soon: there is more, or something was being written. */
  #giveBackSpace(): boolean {
    if (this.writeFailure !== undefined) return false;
    if (this.#draining !== undefined) return true;
    try {
      return this.#guarded(() => giveBackSpace(this.#raw));
    } catch {
      return false;
    }
  }

  #checkFile(): string | undefined {
    const reason = this.#findDisplacement();
    if (reason === this.#displaced || this.#closed) return reason;
    this.#displaced = reason;
    this.#onWriteFailure?.(this.writeFailure);
    return reason;
  }

  #refuseIfDisplaced(): void {
    const reason = this.#checkFile();
    if (reason !== undefined) throw new CoppiceError('storage-failed', reason);
  }

  /** A commit that changes nothing would succeed on a full disk, too; this one writes the first page. */
  async #retry(): Promise<void> {
    try {
      await this.write(async () => this.#exec('PRAGMA user_version = 0'));
    } catch {
      return;
    }
    clearInterval(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#writeFailure = undefined;
    this.#onWriteFailure?.(this.writeFailure);
  }
}

/**
 * Opens (or creates) the database file; `migrate` creates the schema.
 * @throws CoppiceError `storage-...`, with a message for the operator.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): Store {
  try {
    // What is recorded may be secret; SQLite gives the files beside it (-wal, -shm) the same mode.
    closeSync(openSync(path, 'a', 0o600));
    refuseForeignDatabase(path);
    return openStore(path, options);
  } catch (error) {
    throw asOpenFailure(error, path);
  }
}

/** An empty database in memory, which no other connection sees; `destroy` it. */
export function openInMemory(): Kysely<Schema> {
  return connectKysely(new DatabaseSync(':memory:'), (query) => query());
}

function openStore(path: string, options: SqliteOptions): Store {
  const writer = new DatabaseSync(path);
  writer.exec('PRAGMA busy_timeout = 5000');
  enableGivingBack(writer);
  writer.exec(
    `PRAGMA journal_size_limit = ${WAL_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000`,
  );
  const reader = new DatabaseSync(path);
  reader.exec('PRAGMA query_only = ON; PRAGMA busy_timeout = 5000');
  return new SqliteStore(path, writer, reader, options);
}
