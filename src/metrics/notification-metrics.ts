/** Figures of notifications. Targets are few, and stand in the configuration: they may be a label. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { DeliveryResult } from '../notify/delivery-worker.ts';
import { countNotifications } from '../store/notifications.ts';
import type { Store } from '../store/store.ts';

export function notificationMetrics(
  registry: Registry,
  store: Store,
  targets: readonly string[],
): (target: string, result: DeliveryResult) => void {
  const attempts = new Counter({
    name: 'coppice_notifications_total',
    help: 'Attempts of this process to deliver, by target and result; failed: made again later.',
    labelNames: ['target', 'result'] as const,
    registers: [registry],
  });
  for (const target of targets) {
    for (const result of ['delivered', 'failed', 'given_up']) attempts.inc({ target, result }, 0);
  }
  const waiting = new Gauge({
    name: 'coppice_notifications_waiting',
    help: 'Notifications that are not delivered yet, by target.',
    labelNames: ['target'] as const,
    registers: [registry],
    async collect() {
      this.reset();
      for (const [target, count] of await countNotifications(store.db)) this.set({ target }, count);
    },
  });
  void waiting;
  return (target, result) => attempts.inc({ target, result });
}
