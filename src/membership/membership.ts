/**
 * This process among those that share its database: it holds a lease under an id that is new at every start,
 * and takes over what processes owned that are gone.
 *
 *     join: row in `service` with a lease -> gone processes removed
 *         -> each subscriber takes over, in the same transaction
 *     every 10 s: lease renewed, the same again
 *
 * Everything that a process may own (claims of actions, running workflow actions, delivery targets,
 * clusters) names this id as its owner, so that one rule says what is abandoned: its owner has no row in
 * `service`. A process whose lease ran out may still believe that it is alive; the epochs and owners of the
 * rows refuse what it writes.
 */
import { randomUUID } from 'node:crypto';
import {
  registerService,
  removeExpiredServices,
  removeOtherServices,
  removeService,
  renewLease,
  type Service,
} from '../store/services.ts';
import type { Store, Tx } from '../store/store.ts';

const LEASE_MS = 30_000;
const RENEW_EVERY_MS = 10_000;

/**
 * Takes over, within the transaction, what is owned by processes without a row in `service`. What it returns
 * is called after the commit.
 */
export type TakeOver = (tx: Tx) => Promise<(() => void) | void>;

export interface MembershipOptions {
  readonly store: Store;
  readonly host: string;
  readonly roles: readonly string[];
  readonly now?: () => number;
  readonly failed?: (error: unknown) => void;
}

export class Membership {
  readonly id = randomUUID();
  readonly #options: MembershipOptions;
  readonly #now: () => number;
  readonly #takeOvers = new Set<TakeOver>();
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Before anything else of the process works for the database. */
  async join(): Promise<void> {
    const { store } = this.#options;
    await store.write(async (tx) => {
      await registerService(tx, this.#service());
      if (store.isExclusive) await removeOtherServices(tx, this.id);
      else await removeExpiredServices(tx, this.#now());
    });
    this.#timer = setInterval(() => void this.renew(), RENEW_EVERY_MS).unref();
  }

  /** Where the database takes nothing, the lease runs out instead: the stop goes on. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    await this.#options.store
      .write((tx) => removeService(tx, this.id))
      .catch((error: unknown) => this.#options.failed?.(error));
  }

  /**
   * Takes over now what is abandoned, and again whenever a process is found gone, or this one was taken for
   * gone; returns how to stop.
   */
  async subscribe(takeOver: TakeOver): Promise<() => void> {
    this.#takeOvers.add(takeOver);
    await this.#takeOver([takeOver], () => Promise.resolve(true));
    return () => this.#takeOvers.delete(takeOver);
  }

  /** Renews the lease, and takes over from processes whose lease ran out. Never rejects. */
  async renew(): Promise<void> {
    this.#renewing = this.#renew().catch((error: unknown) => this.#options.failed?.(error));
    await this.#renewing;
  }

  async #renew(): Promise<void> {
    await this.#takeOver([...this.#takeOvers], async (tx) => {
      const now = this.#now();
      // This process was suspended and taken for gone: what it owned was taken over; it continues with new
      // work.
      const isRenewed = await renewLease(tx, this.id, now + LEASE_MS);
      if (!isRenewed) await registerService(tx, this.#service());
      const gone = await removeExpiredServices(tx, now);
      return !isRenewed || gone.length > 0;
    });
  }

  /** @param isNeeded what comes first in the transaction; whether anything is to be taken over. */
  async #takeOver(takeOvers: readonly TakeOver[], isNeeded: (tx: Tx) => Promise<boolean>): Promise<void> {
    const followUps = await this.#options.store.write(async (tx) => {
      const results: ((() => void) | void)[] = [];
      if (await isNeeded(tx)) for (const takeOver of takeOvers) results.push(await takeOver(tx));
      return results;
    });
    for (const followUp of followUps) followUp?.();
  }

  #service(): Service {
    const { host, roles } = this.#options;
    const now = this.#now();
    return { id: this.id, host, pid: process.pid, roles, startedAt: now, leaseUntil: now + LEASE_MS };
  }
}
