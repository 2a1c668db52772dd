/**
 * Answers of lists, kept for as long as the database stays as it was read, and for a quarter of a second at
 * most. Dashboards, scripts that wait and Heat ask for the same list again and again, and many at once: each
 * gets the text that the first of them caused. A request that comes after a commit never gets an answer from
 * before it.
 *
 * The quarter of a second is for what changes without a commit: that a pause has ended, that the cloud has
 * not answered for a while. Nothing is kept where the database cannot say that it has changed.
 */
import type { Store } from '../store/store.ts';

const KEPT_MS = 250;
/** A page of 1,000 nodes has about 600 kB. */
const KEPT_BYTES = 8_388_608;

export class AnswerCache {
  readonly #store: Pick<Store, 'dataVersion'>;
  readonly #now: () => number;
  readonly #answers = new Map<string, Promise<Buffer>>();
  #bytes = 0;
  #version: number | undefined;
  #since = 0;
  #forgetting: NodeJS.Timeout | undefined;

  constructor(store: Pick<Store, 'dataVersion'>, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * @param key everything that the answer depends on, besides the database.
   * @param make writes the answer; its error reaches all who wait, and is not kept.
   */
  async find(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const version = this.#store.dataVersion();
    if (version === undefined) return await make();
    const isOld = Math.abs(this.#now() - this.#since) >= KEPT_MS;
    if (version !== this.#version || isOld || this.#bytes > KEPT_BYTES) this.#startOver(version);
    const kept = this.#answers.get(key);
    if (kept !== undefined) return await kept;
    const answer = make();
    this.#answers.set(key, answer);
    try {
      const { byteLength } = await answer;
      if (this.#answers.get(key) === answer) this.#bytes += byteLength;
    } catch {
      if (this.#answers.get(key) === answer) this.#answers.delete(key);
    }
    return await answer;
  }

  #startOver(version: number): void {
    this.#forget();
    this.#version = version;
    this.#since = this.#now();
    // So that nothing stays in memory once requests end.
    this.#forgetting = setTimeout(() => this.#forget(), KEPT_MS).unref();
  }

  #forget(): void {
    clearTimeout(this.#forgetting);
    this.#answers.clear();
    this.#bytes = 0;
    this.#version = undefined;
  }
}
