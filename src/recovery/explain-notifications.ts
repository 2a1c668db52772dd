/** The message bus of the cloud in sentences, where no notifications come. Pure. */
import type { NotificationsState } from '../domain/cloud-state.ts';
import { duration } from '../domain/duration.ts';
import { longOutageMs, type OperatorTask } from './operator-task.ts';

export interface ExplainedNotifications {
  readonly problems: readonly string[];
  /** Reasons. */
  readonly waiting: readonly string[];
  readonly operator: readonly OperatorTask[];
}

const MEANWHILE = 'nodes are polled as before; what happens to them is found by the probe of each interval';

/** null: nothing is wrong with it. */
export function explainNotifications(
  { outage, isConnected, exchanges, missingExchanges }: NotificationsState,
  now: number,
): ExplainedNotifications | null {
  if (outage !== null) {
    const { url, since, reason } = outage;
    return {
      problems: [
        `no notifications of the cloud have been received for ${duration(now - since)}: RabbitMQ at ${url} cannot be used: ${reason}`,
      ],
      waiting: [`${MEANWHILE}; it is tried again every 30 s, and all nodes are probed when it is back`],
      operator: [tryTask(url, now - since)],
    };
  }
  if (!isConnected || missingExchanges.length < exchanges.length) return null;
  const names = exchanges.join(' nor ');
  return {
    problems: [`no notifications of the cloud are received: RabbitMQ has no exchange ${names}`],
    waiting: [`${MEANWHILE}; the exchanges are looked for every 5 s`],
    operator: [
      {
        reason:
          'the exchanges that there are; control_exchange in the configuration of Nova names its own, and cloud.notifications.exchanges in that of Coppice has to name it as well',
        command: 'rabbitmqctl list_exchanges name type',
        required: true,
      },
    ],
  };
}

function tryTask(url: string, lastsMs: number): OperatorTask {
  const { hostname, port } = new URL(url);
  const isLong = lastsMs >= longOutageMs;
  const seen =
    'whether anything answers there, and see in the log of RabbitMQ what it says of the user of Coppice';
  const reason = isLong
    ? `it is away for more than ${duration(longOutageMs)}: find out ${seen}`
    : `${seen}; it needs an operator when it is away for ${duration(longOutageMs)}`;
  return { reason, command: `nc -vz ${hostname.replace(/^\[|\]$/g, '')} ${port}`, required: isLong };
}
