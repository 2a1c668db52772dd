/**
 * The store: the only folder where SQL is. One schema, several databases (SQLite in the process now,
 * PostgreSQL next); what only one of them can do stands in its own file (`sqlite.ts`), everything else here
 * runs on all of them.
 *
 *     store.db                    reads; sees only what is committed
 *     store.write(work)           one transaction; `work` gets a `Tx` and may await queries of that Tx only:
 *                                 it must not wait for the outside world, because others queue behind it
 *     tx.notify(topic)            notifies this (and, on PostgreSQL, every) process after the commit that
 *                                 something changed; a listener reads for itself what
 *     tx.publish(news)            hands news of a recovery, after the commit, to the listeners of this
 *                                 process
 *
 * The other files hold the queries of one table or one concern each. It decides nothing: rows in, rows out.
 */
import type { Kysely } from 'kysely';
import type { RecoveryNews } from '../domain/recovery-news.ts';
import type { Schema } from './schema.ts';
import type { SecretBox } from './secret-box.ts';

export type Db = Kysely<Schema>;

/**
 * What can change: actions to claim, running actions to cancel, events to stream, recoveries to plan, the set
 * of nodes to watch, workflow work to do, notifications to deliver.
 */
export type Topic =
  | 'actions'
  | 'controls'
  | 'events'
  | 'recoveries'
  | 'watching'
  | 'workflows'
  | 'notifications';

/** A transaction that is open. */
export interface Tx {
  readonly db: Db;
  notify(topic: Topic): void;
  publish(news: RecoveryNews): void;
  /**
   * Until this transaction ends, no other one gets past the same call with one of these keys. A caller that
   * decides by rows that another transaction may be writing calls it first.
   */
  exclude(keys: readonly string[]): Promise<void>;
}

export interface Store {
  readonly db: Db;
  /** Where the database is, in a sentence for the operator: the path of its file. */
  readonly location: string;
  /** Why nothing can be recorded at present (disk full, ...), for the operator; undefined: it can. */
  readonly writeFailure: string | undefined;
  /** Whether a lock on the database proves that no other process lives (the data directory's, for SQLite). */
  readonly isExclusive: boolean;
  /**
   * A number that is another one after each commit, whichever process made it; undefined: the database has
   * none that costs less than the queries whose answers it would spare.
   */
  dataVersion(): number | undefined;
  /** For what is not to be read in the database. */
  readonly secrets: SecretBox;
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Calls `listener` after each commit that notified the topic; returns how to stop. */
  listen(topic: Topic, listener: () => void): () => void;
  /**
   * Calls `listener` with the news of each transaction of this process, once it is committed; returns how to
   * stop.
   */
  onCommitted(listener: (news: RecoveryNews) => void): () => void;
  /**
   * Whether an error is the database's own (disk full, connection lost, ...) and not an error of the query.
   */
  isFailure(error: unknown): boolean;
  close(): Promise<void>;
}
