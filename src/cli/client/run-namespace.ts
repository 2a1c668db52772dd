/**
 * `coppice workflow run FILE` puts the definitions of the file under a namespace of their own, so that
 * nothing on the server is replaced.
 */
import { createHash } from 'node:crypto';
import { namespaceOfRun } from '../../domain/run-namespace.ts';

/** The same for the same text. */
export function runNamespace(text: string): string {
  return namespaceOfRun(createHash('sha256').update(text).digest('hex'));
}
