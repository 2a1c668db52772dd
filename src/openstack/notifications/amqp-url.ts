/**
 * The URL of a message bus: `amqp://USER:PASSWORD@HOST:PORT/VHOST`, with several hosts of a cluster between
 * commas. The `transport_url` of a Nova (`rabbit://...`, the credential before each host) is one as well, so
 * that it can be taken as it stands in its configuration.
 */
import { Secret } from '../../domain/secret.ts';

export interface AmqpAddress {
  readonly isTls: boolean;
  /** At least one. */
  readonly hosts: readonly AmqpHost[];
  readonly user: string;
  /** null: the URL has none. */
  readonly password: Secret<string> | null;
  readonly vhost: string;
}

export interface AmqpHost {
  readonly host: string;
  readonly port: number;
}

/** What a URL has to be like; what was found is never said, since a password may be in it. */
export const amqpUrlForm =
  'amqp://USER:PASSWORD@HOST:5672/VHOST, or amqps://, with several hosts between commas';

const scheme = /^(amqp|amqps|rabbit):\/\/([^/?#]*)(?:\/([^?#]*))?$/i;
const hostForm = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i;

/** undefined: it is none. */
export function parseAmqpUrl(text: string): AmqpAddress | undefined {
  const [, kind = '', authority = '', path = ''] = scheme.exec(text) ?? [];
  const isTls = kind.toLowerCase() === 'amqps';
  const members = authority.split(',').map((member) => parseMember(member, isTls ? 5671 : 5672));
  const hosts = members.flatMap((member) => (member === undefined ? [] : [member.at]));
  if (kind === '' || hosts.length < members.length) return undefined;
  // All hosts of a cluster know the same users: one credential is for all of them.
  const credential = members.find((member) => member?.user !== undefined);
  const vhost = decoded(path);
  if (vhost === undefined) return undefined;
  return {
    isTls,
    hosts,
    user: credential?.user ?? 'guest',
    password: credential?.password ?? null,
    // A path of `/` alone is that of `transport_url`, and an empty one the default of the clients.
    vhost: vhost === '' ? '/' : vhost,
  };
}

interface Member {
  readonly at: AmqpHost;
  readonly user?: string | undefined;
  readonly password?: Secret<string> | undefined;
}

function parseMember(text: string, defaultPort: number): Member | undefined {
  const at = text.lastIndexOf('@');
  const [, v6, name, port] = hostForm.exec(text.slice(at + 1)) ?? [];
  const host = v6 ?? name;
  const number = port === undefined ? defaultPort : Number(port);
  if (host === undefined || number > 65_535) return undefined;
  if (at < 0) return { at: { host, port: number } };
  const [user = '', ...rest] = text.slice(0, at).split(':');
  const [plainUser, plainPassword] = [decoded(user), decoded(rest.join(':'))];
  if (plainUser === undefined || plainPassword === undefined) return undefined;
  return {
    at: { host, port: number },
    user: plainUser,
    password: rest.length === 0 ? undefined : new Secret(plainPassword),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** `amqp://rabbit1:5672/nova`: for logs and reports, without the credential. */
export function describeAmqpHost({ isTls, vhost }: AmqpAddress, { host, port }: AmqpHost): string {
  const name = host.includes(':') ? `[${host}]` : host;
  const path = vhost === '/' ? '' : `/${encodeURIComponent(vhost)}`;
  return `${isTls ? 'amqps' : 'amqp'}://${name}:${port}${path}`;
}
