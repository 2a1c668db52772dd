/**
 * Where the notifications of Nova and Heat come from, as the configuration says (`cloud.notifications`). The
 * URL holds a password: it can stand in a file or in the environment instead, and nothing here quotes it.
 */
import { z } from 'zod';
import { readTextFile } from '../../bounded-file.ts';
import type { BusOrigin } from '../../domain/cloud-state.ts';
import type { Issue } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import { amqpUrlForm, parseAmqpUrl, type AmqpAddress } from './amqp-url.ts';

const text = z.string().min(1).optional();

export const notificationsSchema = z.strictObject({
  /** Of RabbitMQ. Absent: as `url_file` and `url_env` say; without them COPPICE_NOTIFICATIONS_URL. */
  url: text,
  /** A file that holds the URL. */
  url_file: text,
  /** A variable of the environment that holds it. */
  url_env: text,
  /** A file with the password, where the URL has none. */
  password_file: text,
  /** PEM of the authorities that are trusted for `amqps://`; absent: those of the system. */
  ca_file: text,
  /** Those that Nova and Heat publish to: `control_exchange` in their configuration. */
  exchanges: z
    .array(z.string().regex(/^[\w.:-]{1,127}$/, 'the name of an exchange'))
    .min(1)
    .default(['nova', 'heat']),
});

export interface NotificationSettings {
  readonly address: AmqpAddress;
  readonly password: Secret<string>;
  /** PEM; null: the authorities of the system. */
  readonly ca: string | null;
  readonly exchanges: readonly string[];
  readonly origin: BusOrigin;
}

type Read = z.infer<typeof notificationsSchema>;

const field = (key: string): string => `cloud.notifications.${key}`;

/**
 * @param issues gets what is wrong. Reads files and the environment: once, at the start.
 * @returns undefined: nothing says where they come from, or it is wrong.
 */
export function readNotificationSettings(
  read: Read,
  environment: NodeJS.ProcessEnv,
  issues: Issue[],
): NotificationSettings | undefined {
  const before = issues.length;
  const found = urlOf(read, environment, issues);
  const address = found && parseAmqpUrl(found.url);
  if (found !== undefined && address === undefined)
    issues.push({ field: found.field, expected: amqpUrlForm, found: 'something else' });
  const password = passwordOf(read, address, issues);
  const ca = read.ca_file === undefined ? null : (contentOf('ca_file', read.ca_file, issues) ?? null);
  if (ca !== null && address?.isTls === false)
    issues.push({
      field: field('ca_file'),
      expected: 'nothing beside amqp://',
      found: 'a file',
      hint: 'amqps:// is encrypted',
    });
  if (address === undefined || issues.length > before) return undefined;
  const origin = originOf(read, found?.field ?? field('url'), address);
  return { address, password, ca, exchanges: [...new Set(read.exchanges)], origin };
}

function originOf(read: Read, url: string, address: AmqpAddress): BusOrigin {
  const file = (key: 'url_file' | 'password_file' | 'ca_file'): string => `${field(key)} (${read[key]})`;
  const urlInWords = read.url_file === undefined ? url : file('url_file');
  const inUrl = address.password === null ? null : urlInWords;
  return {
    url: urlInWords,
    password: read.password_file === undefined ? inUrl : file('password_file'),
    ca: read.ca_file === undefined ? null : file('ca_file'),
  };
}

function urlOf(
  read: Read,
  environment: NodeJS.ProcessEnv,
  issues: Issue[],
): { readonly field: string; readonly url: string } | undefined {
  const given = (['url', 'url_file', 'url_env'] as const).filter((key) => read[key] !== undefined);
  const [key] = given;
  if (given.length > 1) {
    issues.push({
      field: field('url'),
      expected: 'one of url, url_file, url_env',
      found: given.join(' and '),
    });
    return undefined;
  }
  if (key === undefined) return inEnvironment('COPPICE_NOTIFICATIONS_URL', environment);
  const value = read[key] ?? '';
  if (key === 'url') return { field: field(key), url: value };
  if (key === 'url_env') {
    const found = inEnvironment(value, environment);
    if (found !== undefined) return { ...found, field: field(key) };
    issues.push({ field: field(key), expected: 'a variable of the environment that is set', found: 'none' });
    return undefined;
  }
  const url = contentOf(key, value, issues);
  return url === undefined ? undefined : { field: field(key), url };
}

function inEnvironment(
  name: string,
  environment: NodeJS.ProcessEnv,
): { readonly field: string; readonly url: string } | undefined {
  const url = environment[name]?.trim() ?? '';
  return url === '' ? undefined : { field: name, url };
}

/** RabbitMQ's own default is `guest`, which it accepts from its own machine alone. */
function passwordOf(read: Read, address: AmqpAddress | undefined, issues: Issue[]): Secret<string> {
  const { password_file: path } = read;
  if (path === undefined) return address?.password ?? new Secret('guest');
  if (address !== undefined && address.password !== null)
    issues.push({
      field: field('password_file'),
      expected: 'nothing beside a URL with a password',
      found: 'a file',
    });
  return new Secret(contentOf('password_file', path, issues) ?? '');
}

function contentOf(key: string, path: string, issues: Issue[]): string | undefined {
  try {
    const content = readTextFile(path).trim();
    if (content !== '') return content;
  } catch {
    // Said below.
  }
  issues.push({ field: field(key), expected: 'a file that can be read and is not empty', found: path });
  return undefined;
}
