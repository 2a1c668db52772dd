/** LIFECYCLE_EVENTS of what is in a cloud: its notifications, as events of nodes. */
import type { CloudEvent } from '../openstack/notifications/read-notification.ts';
import type { NotificationConsumer } from '../openstack/notifications/consumer.ts';
import type { ChangedNodes } from './node-events.ts';
import type { ProfileType } from './profile-type.ts';

/** Where they come from; undefined: this Coppice receives none. */
export type CloudNotifications = Pick<NotificationConsumer, 'subscribe'> | undefined;

const WITHOUT_EVENTS =
  'this Coppice receives no notifications of the cloud, so that failures are found by the probe of each interval alone; ' +
  'cloud.notifications.url of its configuration names the RabbitMQ to which Nova and Heat publish';

/** @param changedBy what of the type an event is about; null: nothing. */
export function cloudEvents(
  notifications: CloudNotifications,
  changedBy: (event: CloudEvent) => ChangedNodes | null,
): Pick<ProfileType, 'events' | 'withoutEvents'> {
  if (notifications === undefined) return { withoutEvents: WITHOUT_EVENTS };
  return {
    events: (listener) =>
      notifications.subscribe({
        async event(event) {
          const changed = changedBy(event);
          if (changed !== null) await listener.changed(changed);
        },
        missed: () => void listener.changed('ALL'),
      }),
  };
}
