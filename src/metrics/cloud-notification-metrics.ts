/** Metrics of the notifications of the cloud: whether they are received, and how many mean anything. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { NotificationsState } from '../domain/cloud-state.ts';
import type { NotificationResult } from '../openstack/notifications/consumer.ts';

export function cloudNotificationMetrics(
  registry: Registry,
  state: () => NotificationsState | null,
): (result: NotificationResult) => void {
  const received = new Counter({
    name: 'coppice_cloud_notifications_total',
    help: 'Notifications of the cloud, by what they were: handled, ignored or malformed.',
    labelNames: ['result'] as const,
    registers: [registry],
  });
  const connected = new Gauge({
    name: 'coppice_cloud_notifications_connected',
    help: 'Whether the message bus of the cloud is connected (1) or not (0).',
    registers: [registry],
    collect() {
      this.set(state()?.isConnected === true ? 1 : 0);
    },
  });
  const bound = new Gauge({
    name: 'coppice_cloud_notifications_exchange_bound',
    help: 'Whether the notifications of an exchange are received (1), or it is not there or not connected (0).',
    labelNames: ['exchange'] as const,
    registers: [registry],
    collect() {
      const { isConnected = false, exchanges = [], missingExchanges = [] } = state() ?? {};
      for (const exchange of exchanges)
        this.set({ exchange }, isConnected && !missingExchanges.includes(exchange) ? 1 : 0);
    },
  });
  const others = new Gauge({
    name: 'coppice_cloud_notifications_other_consumers',
    help: 'Processes beside this one that receive from its queue, as a copy of the database does.',
    registers: [registry],
    collect() {
      this.set(state()?.otherConsumers?.count ?? 0);
    },
  });
  void [connected, bound, others];
  return (result) => received.inc({ result: result.toLowerCase() });
}
