/**
 * `coppice workflow run FILE` puts the definitions of the file under a namespace of their own, so that
 * nothing on the server is replaced.
 */
import { createHash } from 'node:crypto';

const prefix = 'run-';
const digits = 16;

/** The same for the same text. */
export function runNamespace(text: string): string {
  return prefix + createHash('sha256').update(text).digest('hex').slice(0, digits);
}

/** What is under it was not made known by a user. */
export function isOfRun(namespace: string): boolean {
  return namespace.length === prefix.length + digits && /^run-[0-9a-f]+$/.test(namespace);
}
