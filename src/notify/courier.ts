/**
 * Delivers what waits for one receiver, in the order in which it happened: one at a time, the oldest first, until the receiver has taken it
 * or it is given up. It is started by a notice and by a timer, and remembers nothing: what is to be done stands in the rows.
 */
import type { Logger } from 'pino';
import type { HttpClient } from '../outbound/http-client.ts';
import {
  leaseReceiver,
  oldestNotification,
  postponeNotification,
  removeNotification,
  type Notification,
} from '../store/notifications.ts';
import type { Store } from '../store/store.ts';
import { notificationBody } from './payload.ts';
import { post, type Posted } from './post.ts';
import type { Receiver } from './receiver.ts';
import { signedHeaders } from './signature.ts';

/** How an attempt ended. `failed`: it is made again. */
export type DeliveryResult = 'delivered' | 'failed' | 'given_up';

export interface CourierOptions {
  readonly store: Store;
  readonly receiver: Receiver;
  readonly http: HttpClient;
  /** This process. */
  readonly owner: string;
  readonly publicUrl: () => string | null;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  readonly counted: (receiver: string, result: DeliveryResult) => void;
  readonly now?: () => number;
  readonly limits?: Partial<CourierLimits>;
}

export interface CourierLimits {
  readonly timeoutMs: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** A receiver that is down loses nothing for this long. */
  readonly giveUpAfterMs: number;
  /** What a receiver refuses, it will refuse again, and the others behind it wait meanwhile. */
  readonly refusals: number;
}

const defaultLimits: CourierLimits = {
  timeoutMs: 10_000,
  firstDelayMs: 1000,
  maxDelayMs: 300_000,
  giveUpAfterMs: 24 * 3600 * 1000,
  refusals: 8,
};

/** Much longer than an attempt takes: a lease that runs out in the middle means a second delivery. */
const LEASE_MS = 60_000;
/** The look behind all notices, also for a lease that another process has let run out. */
const POLL_EVERY_MS = 15_000;

export class Courier {
  readonly #options: CourierOptions;
  readonly #limits: CourierLimits;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  #wake = Promise.withResolvers<void>();
  #unlisten: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #leaseUntil = 0;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#now = options.now ?? Date.now;
  }

  start(): void {
    this.#unlisten = this.#options.store.listen('notifications', () => this.#wake.resolve());
    this.#running = this.#run();
  }

  /** What is on its way is broken off and delivered again later. */
  async stop(): Promise<void> {
    this.#unlisten?.();
    this.#stop.abort();
    this.#wake.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // Before the look: what comes in during it wakes us again.
      this.#wake = Promise.withResolvers();
      const waitMs = await this.#turn().catch((error: unknown) => this.#failed(error));
      if (waitMs > 0) await this.#pause(waitMs);
    }
  }

  /** @returns how long there is nothing to do. */
  async #turn(): Promise<number> {
    const { store, receiver } = this.#options;
    const next = await oldestNotification(store.db, receiver.name);
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
    const { store, receiver, owner } = this.#options;
    const leased = await store.write((tx) => leaseReceiver(tx, receiver.name, owner, now, until));
    if (leased) this.#leaseUntil = until;
    return leased;
  }

  async #deliver(notification: Notification): Promise<void> {
    const { receiver, counted } = this.#options;
    const posted = await this.#post(notification);
    if (posted === null) return;
    if (posted.result === 'delivered') {
      await this.#remove(notification);
      return counted(receiver.name, 'delivered');
    }
    const attempts = notification.attempts + 1;
    if (this.#isOver(notification, posted.result, attempts))
      return await this.#giveUp(notification, attempts, posted.reason);
    await this.#postpone(notification, attempts, posted.reason);
  }

  /** null: broken off, because the process stops. */
  async #post({ id, news }: Notification): Promise<Posted | null> {
    const { receiver, publicUrl, http } = this.#options;
    const body = JSON.stringify(notificationBody(news, publicUrl()));
    const timestamp = Math.floor(this.#now() / 1000);
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'coppice-notify',
      ...signedHeaders(receiver.key.reveal(), id, timestamp, body),
    };
    try {
      const { timeoutMs } = this.#limits;
      return await post({ url: receiver.url.reveal(), headers, body, timeoutMs }, http, this.#stop.signal);
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
    const { store, receiver, log, counted } = this.#options;
    const { firstDelayMs, maxDelayMs } = this.#limits;
    const dueAt = this.#now() + Math.min(firstDelayMs * 2 ** Math.min(attempts - 1, 30), maxDelayMs);
    await store.write((tx) => postponeNotification(tx, notification.id, attempts, dueAt));
    counted(receiver.name, 'failed');
    const details = { ...this.#named(notification), attempts, next_at: new Date(dueAt).toISOString() };
    log.warn(details, `a notification was not delivered (${reason}); it is tried again`);
  }

  async #giveUp(notification: Notification, attempts: number, reason: string): Promise<void> {
    const { receiver, log, counted } = this.#options;
    await this.#remove(notification);
    counted(receiver.name, 'given_up');
    log.error({ ...this.#named(notification), attempts }, `a notification is given up (${reason})`);
  }

  async #remove({ id }: Notification): Promise<void> {
    await this.#options.store.write((tx) => removeNotification(tx, id));
  }

  #named({ id, news }: Notification): object {
    const { name } = this.#options.receiver;
    return { receiver: name, delivery_id: id, notification: news.event, recovery_id: news.recovery.id };
  }

  #failed(error: unknown): number {
    const { log, receiver } = this.#options;
    log.error({ err: error, receiver: receiver.name }, 'notifications cannot be delivered; tried again');
    return POLL_EVERY_MS;
  }

  async #pause(waitMs: number): Promise<void> {
    const timer = setTimeout(() => this.#wake.resolve(), waitMs);
    await this.#wake.promise;
    clearTimeout(timer);
  }
}
