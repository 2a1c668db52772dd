/**
 * A store that dies at one of its writes, as a process that is killed there: nothing more of its owner
 * arrives any more.
 */
import type { Store, Tx } from '../../src/store/store.ts';

export interface Death {
  /** The write at which it dies, from 1; Infinity: never. */
  readonly at: number;
  /** Before or after the commit. */
  readonly when: 'before' | 'after';
}

export class MortalStore implements Store {
  readonly isExclusive = true;
  readonly #store: Store;
  readonly #death: Death;
  /** Once nothing more of it is written: a killed process leaves no write behind that comes later. */
  readonly died = Promise.withResolvers<void>();
  readonly #inFlight = new Set<Promise<unknown>>();
  writes = 0;
  isDead = false;

  constructor(store: Store, death: Death) {
    this.#store = store;
    this.#death = death;
  }

  get db(): Store['db'] {
    return this.#store.db;
  }

  get location(): string {
    return this.#store.location;
  }

  get writeFailure(): string | undefined {
    return this.#store.writeFailure;
  }

  get secrets(): Store['secrets'] {
    return this.#store.secrets;
  }

  dataVersion(): number | undefined {
    return this.#store.dataVersion();
  }

  async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.writes += 1;
    const isLast = this.writes === this.#death.at;
    if (this.isDead || (isLast && this.#death.when === 'before')) return await this.#die();
    if (isLast) this.isDead = true;
    const writing = this.#store.write(work);
    this.#inFlight.add(writing);
    try {
      const value = await writing;
      return isLast ? await this.#die() : value;
    } finally {
      this.#inFlight.delete(writing);
    }
  }

  /** Who waits for a dead one waits for ever. */
  #die(): Promise<never> {
    this.isDead = true;
    void Promise.allSettled(this.#inFlight).then(() => this.died.resolve());
    return new Promise(() => {});
  }

  listen(...args: Parameters<Store['listen']>): () => void {
    return this.#store.listen(...args);
  }

  onCommitted(...args: Parameters<Store['onCommitted']>): () => void {
    return this.#store.onCommitted(...args);
  }

  isFailure(error: unknown): boolean {
    return this.#store.isFailure(error);
  }

  async close(): Promise<void> {}
}
