/** The message bus of the cloud in sentences, where no notifications come. Pure. */
import type { NotificationsState } from '../domain/cloud-state.ts';
import { duration } from '../domain/duration.ts';
import { asArgument, busOutageTask, type BusOutage } from './explain-bus-outage.ts';
import { longOutageMs, type OperatorTask } from './operator-task.ts';

export interface ExplainedNotifications {
  readonly problems: readonly string[];
  /** Reasons. */
  readonly waiting: readonly string[];
  readonly operator: readonly OperatorTask[];
}

/** One or two may have been probed in the moment before their notifications came. */
const MOST_UNREPORTED = 2;
const MEANWHILE = 'nodes are polled as before; what happens to them is found by the probe of each interval';

/** null: nothing is wrong with it. */
export function explainNotifications(state: NotificationsState, now: number): ExplainedNotifications | null {
  if (state.outage !== null) return explainOutage(state.outage, state, now);
  if (!state.isConnected) return null;
  const parts = [explainExchanges(state, now), explainOthers(state, now)].filter((part) => part !== null);
  // Where an exchange or the queue is not as it should be, that is why nothing comes.
  if (parts.length === 0) return explainSilence(state);
  return {
    problems: parts.flatMap(({ problems }) => problems),
    waiting: parts.flatMap(({ waiting }) => waiting),
    operator: parts.flatMap(({ operator }) => operator),
  };
}

function explainOutage(outage: BusOutage, state: NotificationsState, now: number): ExplainedNotifications {
  const { url, since, reason } = outage;
  return {
    problems: [
      `no notifications of the cloud have been received for ${duration(now - since)}: RabbitMQ at ${url} cannot be used: ${reason}`,
    ],
    waiting: [`${MEANWHILE}; it is tried again every 30 s, and all nodes are probed when it is back`],
    operator: [busOutageTask(outage, state, now)],
  };
}

/** A cloud without Heat has no exchange of it: one that was never there is no problem beside others. */
function explainExchanges(
  { exchanges, missingExchanges, goneExchanges, vhost }: NotificationsState,
  now: number,
): ExplainedNotifications | null {
  const areAllMissing = missingExchanges.length === exchanges.length;
  if (goneExchanges.length === 0 && !areAllMissing) return null;
  const command = inVhost(vhost, 'list_exchanges name type');
  const waiting = [
    `${MEANWHILE}; the exchanges are looked for every 5 s, and all nodes are probed when one is back`,
  ];
  if (goneExchanges.length === 0) {
    const reason =
      'the exchanges that there are; control_exchange in the configuration of Nova names its own, and cloud.notifications.exchanges in that of Coppice has to name it as well';
    const problem = `no notifications of the cloud are received: RabbitMQ has no exchange ${exchanges.join(' nor ')}`;
    return { problems: [problem], waiting, operator: [{ reason, command, required: true }] };
  }
  const longest = Math.max(...goneExchanges.map(({ since }) => now - since));
  const isLong = longest >= longOutageMs;
  const seen =
    'the exchanges that there are; Nova and Heat declare their own when they connect to RabbitMQ: where one stays away, restart the service that publishes to it';
  const reason = isLong
    ? `an exchange is gone for more than ${duration(longOutageMs)}: ${seen}`
    : `${seen}; it needs an operator when it is gone for ${duration(longOutageMs)}`;
  return {
    problems: goneExchanges.map(
      ({ name, since }) =>
        `notifications of the exchange ${name} have not been received for ${duration(now - since)}: it is gone from RabbitMQ`,
    ),
    waiting,
    operator: [{ reason, command, required: isLong }],
  };
}

function explainOthers(
  { otherConsumers, vhost }: NotificationsState,
  now: number,
): ExplainedNotifications | null {
  if (otherConsumers === null) return null;
  const { count, since } = otherConsumers;
  const others = count === 1 ? 'another process has' : `${count} other processes have`;
  const reason =
    'host and process id of each (coppice@HOST:PID, in the rows of one coppice.ID): of two with a copy of the database, stop one for good; docs/howto/back-up-and-restore.md says how a copy gets an id of its own';
  return {
    problems: [
      `${others} received from the queue of this Coppice for ${duration(now - since)}: each gets a part of the notifications, and a Coppice with a copy of this database recovers the same nodes once more`,
    ],
    waiting: [],
    operator: [{ reason, command: inVhost(vhost, 'list_consumers queue_name consumer_tag'), required: true }],
  };
}

function explainSilence({ unreported }: NotificationsState): ExplainedNotifications | null {
  if (unreported <= MOST_UNREPORTED) return null;
  const reason =
    'on each host of nova-api, nova-conductor and nova-compute; [oslo_messaging_notifications] has to have driver = messagingv2, and its transport_url, where it has one, has to name the RabbitMQ of Coppice';
  const command = String.raw`grep -A4 -E '^\[(oslo_messaging_)?notifications\]' /etc/nova/nova.conf`;
  return {
    problems: [
      `cloud.notifications: connected, and nothing came of ${unreported} changes of servers that polling found: are notifications on in nova.conf?`,
    ],
    waiting: [MEANWHILE],
    operator: [{ reason, command, required: false }],
  };
}

function inVhost(vhost: string, command: string): string {
  return `rabbitmqctl ${vhost === '/' ? '' : `-p ${asArgument(vhost)} `}${command}`;
}
