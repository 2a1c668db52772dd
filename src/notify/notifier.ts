/**
 * All targets of the configuration: stores what each wants, for the processes that write notifications, and
 * runs a worker for each.
 */
import type { Logger } from 'pino';
import type { Membership } from '../membership/membership.ts';
import type { HttpClient } from '../outbound/http-client.ts';
import { releaseAbandonedTargets, releaseTargets, replaceTargets } from '../store/notifications.ts';
import type { Store } from '../store/store.ts';
import { DeliveryWorker, type DeliveryLimits, type DeliveryResult } from './delivery-worker.ts';
import type { NotificationTarget } from './notification-target.ts';

export interface NotifierOptions {
  readonly store: Store;
  /** Joined: its id owns the targets that this process delivers to. */
  readonly membership: Membership;
  readonly targets: readonly NotificationTarget[];
  readonly http: HttpClient;
  readonly publicUrl: () => string | null;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  readonly counted: (target: string, result: DeliveryResult) => void;
  readonly limits?: Partial<DeliveryLimits>;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #workers: readonly DeliveryWorker[];
  #unsubscribe: (() => void) | undefined;

  constructor(options: NotifierOptions) {
    this.#options = options;
    const owner = options.membership.id;
    this.#workers = options.targets.map((target) => new DeliveryWorker({ ...options, owner, target }));
  }

  async start(): Promise<void> {
    const { store, membership, targets, log } = this.#options;
    this.#unsubscribe = await membership.subscribe(releaseAbandonedTargets);
    const wanted = targets.map(({ name, events, clusters }) => ({ name, events, clusters }));
    const dropped = await store.write((tx) => replaceTargets(tx, wanted));
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
    this.#unsubscribe?.();
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    const { store, membership } = this.#options;
    await store.write((tx) => releaseTargets(tx, membership.id));
  }
}
