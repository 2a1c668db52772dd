/** All targets of the configuration: stores what each wants, for the processes that write notifications, and runs a worker for each. */
import type { Logger } from 'pino';
import type { HttpClient } from '../outbound/http-client.ts';
import { releaseTargets, replaceTargets } from '../store/notifications.ts';
import type { Store } from '../store/store.ts';
import { DeliveryWorker, type DeliveryLimits, type DeliveryResult } from './delivery-worker.ts';
import type { NotificationTarget } from './notification-target.ts';

export interface NotifierOptions {
  readonly store: Store;
  readonly targets: readonly NotificationTarget[];
  readonly http: HttpClient;
  readonly owner: string;
  /** No other process delivers: leases of a process that was killed are void. */
  readonly alone: boolean;
  readonly publicUrl: () => string | null;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  readonly counted: (target: string, result: DeliveryResult) => void;
  readonly limits?: Partial<DeliveryLimits>;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #workers: readonly DeliveryWorker[];

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#workers = options.targets.map((target) => new DeliveryWorker({ ...options, target }));
  }

  async start(): Promise<void> {
    const { store, targets, alone, log } = this.#options;
    const wanted = targets.map(({ name, events, clusters }) => ({ name, events, clusters }));
    const dropped = await store.write(async (tx) => {
      if (alone) await releaseTargets(tx, null);
      return await replaceTargets(tx, wanted);
    });
    for (const [target, notifications] of dropped) {
      if (notifications > 0)
        log.warn(
          { target, notifications },
          'a notification target is not in the configuration any more; its notifications are dropped',
        );
    }
    for (const worker of this.#workers) worker.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await this.#options.store.write((tx) => releaseTargets(tx, this.#options.owner));
  }
}
