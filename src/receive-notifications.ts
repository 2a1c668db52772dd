/** Receives the notifications of the cloud, where this process watches nodes. */
import type { Registry } from 'prom-client';
import { cloudNotificationMetrics } from './metrics/cloud-notification-metrics.ts';
import type { NotificationConsumer } from './openstack/notifications/consumer.ts';
import { installationId } from './store/installation.ts';
import type { Store } from './store/store.ts';

/**
 * The queue is the installation's, not the process's: what a process that was killed had not recorded goes to
 * the next one.
 */
export async function receiveNotifications(
  consumer: NotificationConsumer,
  store: Store,
  registry: Registry,
): Promise<void> {
  const counted = cloudNotificationMetrics(registry, () => consumer.state);
  const queue = `coppice.${await installationId(store)}`;
  consumer.start({ queue, isExclusive: store.isExclusive }, counted);
}
