/**
 * Servers that notifications are sent to (webhooks), as the configuration has them. A URL is as secret as the
 * key: many services put their password into it. So nothing here quotes what it found, and a target is known
 * by its name.
 */
import { readTextFile } from '../bounded-file.ts';
import { z } from 'zod';
import { recoveryNewsEvents, type RecoveryNewsEvent } from '../domain/recovery-news.ts';
import type { Issue } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';

export interface NotificationTarget {
  readonly name: string;
  readonly url: Secret<URL>;
  readonly key: Secret<Buffer>;
  /** Empty: all. */
  readonly events: readonly RecoveryNewsEvent[];
  /** By id or name; empty: all, and nodes that are in none. */
  readonly clusters: readonly string[];
}

/**
 * Sources of a value that should not stand in the configuration itself, where backups and colleagues see it.
 */
const urlKeys = ['url', 'url_file', 'url_env'] as const;
const secretKeys = ['secret', 'secret_file', 'secret_env'] as const;

const source = z.string().min(1).optional();

export const notificationTargetSchema = z.strictObject({
  /** What logs and figures call it. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, ".", "_" and "-"'),
  url: source,
  url_file: source,
  url_env: source,
  secret: source,
  secret_file: source,
  secret_env: source,
  events: z.array(z.enum(recoveryNewsEvents)).default([]),
  clusters: z.array(z.string().min(1)).default([]),
});

type ReadTarget = z.infer<typeof notificationTargetSchema>;

/** Fewer bytes than this can be guessed. */
const SHORTEST_KEY = 16;

/**
 * @throws NotificationTargetIssues with all that is wrong. Reads files and the environment: once, at the
 * start.
 */
export function readNotificationTargets(
  read: readonly ReadTarget[],
  environment: NodeJS.ProcessEnv,
): NotificationTarget[] {
  const issues: Issue[] = [];
  const targets = read.map((each, index) =>
    readNotificationTarget(each, `notification_targets.${index}`, environment, issues),
  );
  read.forEach(({ name }, index) => {
    if (read.findIndex((other) => other.name === name) === index) return;
    issues.push({ field: `notification_targets.${index}.name`, expected: 'a name of its own', found: name });
  });
  if (issues.length > 0) throw new NotificationTargetIssues(issues);
  return targets;
}

export class NotificationTargetIssues extends Error {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super('the targets of notifications cannot be read');
    this.name = 'NotificationTargetIssues';
    this.issues = issues;
  }
}

function readNotificationTarget(
  read: ReadTarget,
  field: string,
  environment: NodeJS.ProcessEnv,
  issues: Issue[],
): NotificationTarget {
  const url = readSource(read, urlKeys, field, environment, issues);
  const secret = readSource(read, secretKeys, field, environment, issues);
  return {
    name: read.name,
    url: new Secret(readUrl(url, issues)),
    key: new Secret(readKey(secret, issues)),
    events: read.events,
    clusters: read.clusters,
  };
}

interface Source {
  readonly key: string;
  readonly value: string;
}

/** Exactly one of the three says it; null: none could be read, which is among the issues. */
function readSource(
  read: ReadTarget,
  keys: readonly (keyof ReadTarget)[],
  field: string,
  environment: NodeJS.ProcessEnv,
  issues: Issue[],
): Source | null {
  const given = keys.filter((key) => read[key] !== undefined);
  const [key] = given;
  if (key === undefined || given.length > 1) {
    const found = given.length === 0 ? 'none of them' : given.join(' and ');
    issues.push({ field, expected: `one of ${keys.join(', ')}`, found });
    return null;
  }
  const text = String(read[key]);
  const value = key.endsWith('_file') ? fileText(text) : key.endsWith('_env') ? environment[text] : text;
  if (value !== undefined && value.trim() !== '') return { key: `${field}.${key}`, value: value.trim() };
  const expected = key.endsWith('_file')
    ? 'a file that can be read and is not empty'
    : 'a variable of the environment that is set';
  issues.push({ field: `${field}.${key}`, expected, found: 'none' });
  return null;
}

function fileText(path: string): string | undefined {
  try {
    return readTextFile(path);
  } catch {
    return undefined;
  }
}

function readUrl(source: Source | null, issues: Issue[]): URL {
  const url = source === null ? null : URL.parse(source.value);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  if (source !== null) {
    issues.push({ field: source.key, expected: 'a URL of https or http', found: 'something else' });
  }
  return new URL('http://invalid/');
}

/**
 * A secret of the form `whsec_...` is base64, as the Standard Webhooks have it; any other text is taken byte
 * by byte.
 */
function readKey(source: Source | null, issues: Issue[]): Buffer {
  if (source === null) return Buffer.alloc(0);
  const { value } = source;
  const key = value.startsWith('whsec_') ? Buffer.from(value.slice(6), 'base64') : Buffer.from(value, 'utf8');
  if (key.length < SHORTEST_KEY) {
    const expected = `a secret of at least ${SHORTEST_KEY} bytes`;
    issues.push({ field: source.key, expected, found: `${key.length} bytes` });
  }
  return key;
}
