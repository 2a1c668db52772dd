/**
 * Delivers the notifications of one target in the order in which they were written, one at a time, until the
 * target has accepted each or it is given up. A commit that writes notifications wakes it, and a timer behind
 * that; it keeps no state: all of it is in the rows.
 */
import type { Logger } from 'pino';
import type { HttpClient } from '../outbound/http-client.ts';
import {
  leaseTarget,
  oldestNotification,
  postponeNotification,
  removeNotification,
  type Notification,
} from '../store/notifications.ts';
import type { Store } from '../store/store.ts';
import { notificationBody } from './payload.ts';
import { post, type Posted } from './post.ts';
import type { NotificationTarget } from './notification-target.ts';
import { signedHeaders } from './signature.ts';

/** How an attempt ended. `failed`: it is made again. */
export type DeliveryResult = 'delivered' | 'failed' | 'given_up';

export interface DeliveryWorkerOptions {
  readonly store: Store;
  readonly target: NotificationTarget;
  readonly http: HttpClient;
  /** This process. */
  readonly owner: string;
  readonly publicUrl: () => string | null;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  readonly counted: (target: string, result: DeliveryResult) => void;
  readonly now?: () => number;
  readonly limits?: Partial<DeliveryLimits>;
}

export interface DeliveryLimits {
  readonly timeoutMs: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** A target that is down loses nothing for this long. */
  readonly giveUpAfterMs: number;
  /**
   * Attempts of a notification that the target refuses: it will hardly accept it later, and the others wait
   * behind it.
   */
  readonly refusals: number;
}

const defaultLimits: DeliveryLimits = {
  timeoutMs: 10_000,
  firstDelayMs: 1000,
  maxDelayMs: 300_000,
  giveUpAfterMs: 24 * 3600 * 1000,
  refusals: 8,
};

/** Much longer than an attempt takes: a lease that runs out in the middle means a second delivery. */
const LEASE_MS = 60_000;
/** The timed check beside all notices, also for a lease that another process has let run out. */
const POLL_EVERY_MS = 15_000;

export class DeliveryWorker {
  readonly #options: DeliveryWorkerOptions;
  readonly #limits: DeliveryLimits;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  #wake = Promise.withResolvers<void>();
  #unlisten: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #leaseUntil = 0;

  constructor(options: DeliveryWorkerOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#now = options.now ?? Date.now;
  }

  start(): void {
    this.#unlisten = this.#options.store.listen('notifications', () => this.#wake.resolve());
    this.#running = this.#run();
  }

  /** A delivery that is under way is ended, and made again later. */
  async stop(): Promise<void> {
    this.#unlisten?.();
    this.#stop.abort();
    this.#wake.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // Before the query: what is added during it wakes us again.
      this.#wake = Promise.withResolvers();
      const waitMs = await this.#turn().catch((error: unknown) => this.#failed(error));
      if (waitMs > 0) await this.#pause(waitMs);
    }
  }

  /** @returns how long there is nothing to do. */
  async #turn(): Promise<number> {
    const { store, target } = this.#options;
    const next = await oldestNotification(store.db, target.name);
    if (next === undefined) return POLL_EVERY_MS;
    const waitMs = Math.min(next.dueAt - this.#now(), POLL_EVERY_MS);
    if (waitMs > 0) return waitMs;
    if (!(await this.#lease())) return POLL_EVERY_MS;
    await this.#deliver(next);
    return 0;
  }

  async #lease(): Promise<boolean> {
    const now = this.#now();
    if (this.#leaseUntil - now > LEASE_MS / 2) return true;
    const until = now + LEASE_MS;
    const { store, target, owner } = this.#options;
    const leased = await store.write((tx) => leaseTarget(tx, target.name, owner, now, until));
    if (leased) this.#leaseUntil = until;
    return leased;
  }

  async #deliver(notification: Notification): Promise<void> {
    const { target, counted } = this.#options;
    const posted = await this.#post(notification);
    if (posted === null) return;
    if (posted.result === 'delivered') {
      await this.#remove(notification);
      return counted(target.name, 'delivered');
    }
    const attempts = notification.attempts + 1;
    if (this.#isOver(notification, posted.result, attempts))
      return await this.#giveUp(notification, attempts, posted.reason);
    await this.#postpone(notification, attempts, posted.reason);
  }

  /** null: ended, because the process stops. */
  async #post({ id, news }: Notification): Promise<Posted | null> {
    const { target, publicUrl, http } = this.#options;
    const body = JSON.stringify(notificationBody(news, publicUrl()));
    const timestamp = Math.floor(this.#now() / 1000);
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'coppice-notify',
      ...signedHeaders(target.key.reveal(), id, timestamp, body),
    };
    try {
      const { timeoutMs } = this.#limits;
      return await post({ url: target.url.reveal(), headers, body, timeoutMs }, http, this.#stop.signal);
    } catch (error) {
      if (this.#stop.signal.aborted) return null;
      throw error;
    }
  }

  #isOver({ createdAt }: Notification, result: 'refused' | 'unavailable', attempts: number): boolean {
    if (result === 'refused' && attempts >= this.#limits.refusals) return true;
    return this.#now() - createdAt >= this.#limits.giveUpAfterMs;
  }

  async #postpone(notification: Notification, attempts: number, reason: string): Promise<void> {
    const { store, target, log, counted } = this.#options;
    const { firstDelayMs, maxDelayMs } = this.#limits;
    const dueAt = this.#now() + Math.min(firstDelayMs * 2 ** Math.min(attempts - 1, 30), maxDelayMs);
    await store.write((tx) => postponeNotification(tx, notification.id, attempts, dueAt));
    counted(target.name, 'failed');
    const details = { ...this.#named(notification), attempts, next_at: new Date(dueAt).toISOString() };
    log.warn(details, `a notification was not delivered (${reason}); it is tried again`);
  }

  async #giveUp(notification: Notification, attempts: number, reason: string): Promise<void> {
    const { target, log, counted } = this.#options;
    await this.#remove(notification);
    counted(target.name, 'given_up');
    log.error({ ...this.#named(notification), attempts }, `a notification is given up (${reason})`);
  }

  async #remove({ id }: Notification): Promise<void> {
    await this.#options.store.write((tx) => removeNotification(tx, id));
  }

  #named({ id, news }: Notification): object {
    const { name } = this.#options.target;
    return { target: name, delivery_id: id, notification: news.event, recovery_id: news.recovery.id };
  }

  #failed(error: unknown): number {
    const { log, target } = this.#options;
    log.error({ err: error, target: target.name }, 'notifications cannot be delivered; tried again');
    return POLL_EVERY_MS;
  }

  async #pause(waitMs: number): Promise<void> {
    const timer = setTimeout(() => this.#wake.resolve(), waitMs);
    await this.#wake.promise;
    clearTimeout(timer);
  }
}
