/** Figures of notifications. Receivers are few, and stand in the configuration: they may be a label. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { DeliveryResult } from '../notify/courier.ts';
import { countNotifications } from '../store/notifications.ts';
import type { Store } from '../store/store.ts';

export function notificationMetrics(
  registry: Registry,
  store: Store,
  receivers: readonly string[],
): (receiver: string, result: DeliveryResult) => void {
  const attempts = new Counter({
    name: 'coppice_notifications_total',
    help: 'Attempts of this process to deliver, by receiver and result; failed: made again later.',
    labelNames: ['receiver', 'result'] as const,
    registers: [registry],
  });
  for (const receiver of receivers) {
    for (const result of ['delivered', 'failed', 'given_up']) attempts.inc({ receiver, result }, 0);
  }
  const waiting = new Gauge({
    name: 'coppice_notifications_waiting',
    help: 'Notifications that are not delivered yet, by receiver.',
    labelNames: ['receiver'] as const,
    registers: [registry],
    async collect() {
      this.reset();
      for (const [receiver, count] of await countNotifications(store.db)) this.set({ receiver }, count);
    },
  });
  void waiting;
  return (receiver, result) => attempts.inc({ receiver, result });
}
