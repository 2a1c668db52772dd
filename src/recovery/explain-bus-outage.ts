/** What an operator does about a message bus that cannot be used, by its reason. Pure. */
import type { NotificationsState } from '../domain/cloud-state.ts';
import { duration } from '../domain/duration.ts';
import { longOutageMs, type OperatorTask } from './operator-task.ts';

/** Of a state whose message bus cannot be used. */
export type BusOutage = NonNullable<NotificationsState['outage']>;

type Settings = Pick<NotificationsState, 'user' | 'vhost' | 'exchanges' | 'origin'>;

const RESTART = 'Coppice reads its settings when it starts; what is put right in RabbitMQ needs no restart';

export function busOutageTask(outage: BusOutage, settings: Settings, now: number): OperatorTask {
  const { user, vhost, exchanges, origin } = settings;
  const { host, port } = addressOf(outage.url);
  const inVhost = asArgument(vhost);
  switch (outage.kind) {
    case 'LOGIN': {
      const where =
        origin.password === null
          ? `give a password for it (nothing in ${origin.url} does, so that guest is tried)`
          : `correct its password in ${origin.password}, or the user in ${origin.url}`;
      const guest = user === 'guest' ? '; guest may log in from the machine of RabbitMQ only' : '';
      const reason = `RabbitMQ refuses the user ${user}: ${where}${guest}; this command tries a password. ${RESTART}`;
      return required(reason, `rabbitmqctl authenticate_user ${asArgument(user)}`);
    }
    case 'VHOST': {
      const reason = `the vhosts that there are; the one of Coppice (${vhost}) stands at the end of the URL in ${origin.url}, and its user ${user} needs permissions in it. ${RESTART}`;
      return required(reason, 'rabbitmqctl list_vhosts');
    }
    case 'PERMISSION': {
      const reason = `gives the user ${user} what it needs: its own queues, and to read the exchanges`;
      const own = String.raw`^coppice\..*`;
      const read = `^(${[String.raw`coppice\..*`, ...exchanges.map(escaped)].join('|')})$`;
      const command = `rabbitmqctl set_permissions -p ${inVhost} ${asArgument(user)} '${own}' '${own}' '${read}'`;
      return required(reason, command);
    }
    case 'CERTIFICATE': {
      const trusted =
        origin.ca === null
          ? 'name its authority as cloud.notifications.ca_file'
          : `its authority is not in ${origin.ca}, unless it is the name that differs`;
      const reason = `the certificate that is shown there: ${trusted}; the host in ${origin.url} has to be one of the names in it. ${RESTART}`;
      const name = /^[\d.]+$|:/.test(host) ? '' : ` -servername ${host}`;
      return required(reason, `openssl s_client -connect ${connectTo(host, port)}${name} -showcerts`);
    }
    case 'NOT_TLS':
    case 'TLS':
    case 'NOT_AMQP': {
      const reason = `the ports at which RabbitMQ listens, and which of them are encrypted: correct the URL in ${origin.url}. ${RESTART}`;
      return required(reason, 'rabbitmq-diagnostics listeners');
    }
    case 'AWAY':
      return tryTask(`${host} ${port}`, now - outage.since);
  }
}

function required(reason: string, command: string): OperatorTask {
  return { reason, command, required: true };
}

function tryTask(at: string, lastsMs: number): OperatorTask {
  const isLong = lastsMs >= longOutageMs;
  const seen = 'whether anything answers there, and see in the log of RabbitMQ what it says of Coppice';
  const reason = isLong
    ? `it is away for more than ${duration(longOutageMs)}: find out ${seen}`
    : `${seen}; it needs an operator when it is away for ${duration(longOutageMs)}`;
  return { reason, command: `nc -vz ${at}`, required: isLong };
}

function addressOf(url: string): { readonly host: string; readonly port: string } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port };
}

function connectTo(host: string, port: string): string {
  return host.includes(':') ? `'[${host}]:${port}'` : `${host}:${port}`;
}

function escaped(exchange: string): string {
  return exchange.replaceAll('.', String.raw`\.`);
}

/** As a shell takes it. */
export function asArgument(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
