/**
 * Publishes what the simulated cloud says to a RabbitMQ, as oslo.messaging does: an envelope with the message
 * as a text in it. Exchanges that are not there are declared with the properties that Nova and Heat give
 * theirs. What cannot be published is lost, as it would be with a real cloud.
 */
import { randomUUID } from 'node:crypto';
import { openConnection } from '../openstack/notifications/amqp-connection.ts';
import type { NotificationSettings } from '../openstack/notifications/settings.ts';
import type { Clock } from './clock.ts';
import type { SimulatedNotification } from './notification-feed.ts';

export interface NotificationPublisher {
  readonly publish: (notification: SimulatedNotification) => void;
  /** What was given to it is published, if RabbitMQ answers. */
  close(): Promise<void>;
}

/** Of one notification, while the connection is made again. */
const ATTEMPTS = 3;
const CLOSE_MS = 2000;

/** @param settings of their exchanges the first is Nova's, and the second Heat's; of one alone, of both. */
export function notificationPublisher(settings: NotificationSettings, clock: Clock): NotificationPublisher {
  const [host] = settings.address.hosts;
  if (host === undefined) throw new Error('the settings name no host');
  const [nova = 'nova', heat = nova] = settings.exchanges;
  const connection = openConnection(settings, host, 'coppice: simulated cloud');
  connection.on('error', () => undefined);
  const exchanges = [...new Set([nova, heat])].map((exchange) => ({
    exchange,
    type: 'topic',
    durable: false,
  }));
  const publisher = connection.createPublisher({ confirm: true, maxAttempts: ATTEMPTS, exchanges });
  /** In their order: one after the other. Exchanges are there from the start, as those of Nova's RPC are. */
  let last: Promise<void> = Promise.all(exchanges.map((each) => connection.exchangeDeclare(each)))
    .then(() => undefined)
    .catch(() => undefined);
  return {
    publish(notification) {
      const { service, routingKey } = notification;
      const exchange = service === 'nova' ? nova : heat;
      const properties = { contentType: 'application/json', contentEncoding: 'utf-8', durable: true };
      const body = Buffer.from(envelope(notification, clock));
      last = last
        .then(() => publisher.send({ exchange, routingKey, ...properties }, body))
        .catch(() => undefined);
    },
    async close() {
      const closed = last.then(() => publisher.close()).then(() => connection.close());
      // One that never was connected, or is not any more, does not come to an end by itself.
      const limit = Promise.withResolvers<void>();
      const timer = setTimeout(limit.resolve, CLOSE_MS);
      await Promise.race([closed.catch(() => undefined), limit.promise]);
      clearTimeout(timer);
      connection.unsafeDestroy();
    },
  };
}

function envelope(
  { publisherId, eventType, priority, payload }: SimulatedNotification,
  clock: Clock,
): string {
  const message = {
    message_id: randomUUID(),
    publisher_id: publisherId,
    event_type: eventType,
    priority,
    payload,
    timestamp: new Date(clock.now()).toISOString().replace('T', ' ').replace('Z', '000'),
    _unique_id: randomUUID().replaceAll('-', ''),
  };
  return JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) });
}
