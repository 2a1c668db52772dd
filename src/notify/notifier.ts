/** All receivers of the configuration: makes them known to who writes, and has a courier for each. */
import type { Logger } from 'pino';
import type { HttpClient } from '../outbound/http-client.ts';
import { releaseReceivers, replaceReceivers } from '../store/notifications.ts';
import type { Store } from '../store/store.ts';
import { Courier, type CourierLimits, type DeliveryResult } from './courier.ts';
import type { Receiver } from './receiver.ts';

export interface NotifierOptions {
  readonly store: Store;
  readonly receivers: readonly Receiver[];
  readonly http: HttpClient;
  readonly owner: string;
  /** No other process delivers: leases of a process that was killed are void. */
  readonly alone: boolean;
  readonly publicUrl: () => string | null;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  readonly counted: (receiver: string, result: DeliveryResult) => void;
  readonly limits?: Partial<CourierLimits>;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #couriers: readonly Courier[];

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#couriers = options.receivers.map((receiver) => new Courier({ ...options, receiver }));
  }

  async start(): Promise<void> {
    const { store, receivers, alone, log } = this.#options;
    const wanted = receivers.map(({ name, events, clusters }) => ({ name, events, clusters }));
    const dropped = await store.write(async (tx) => {
      if (alone) await releaseReceivers(tx, null);
      return await replaceReceivers(tx, wanted);
    });
    for (const [receiver, notifications] of dropped) {
      if (notifications > 0)
        log.warn({ receiver, notifications }, 'a receiver is gone, and what waited for it');
    }
    for (const courier of this.#couriers) courier.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#couriers.map((courier) => courier.stop()));
    await this.#options.store.write((tx) => releaseReceivers(tx, this.#options.owner));
  }
}
