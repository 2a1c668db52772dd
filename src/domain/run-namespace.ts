/**
 * Namespaces that `coppice workflow run FILE` makes, of a digest of the file's text: `run-83da0f...`. The
 * users do not know them.
 */
const digits = 16;

/** @param digest in hexadecimal. */
export function namespaceOfRun(digest: string): string {
  return `run-${digest.slice(0, digits)}`;
}

/** What is under it was not made known by a user. */
export function isOfRun(namespace: string): boolean {
  return namespace.length === namespaceOfRun('0'.repeat(digits)).length && /^run-[0-9a-f]+$/.test(namespace);
}

/** In a message: nothing of one that the user did not choose. */
export function shownNamespace(namespace: string): string {
  return isOfRun(namespace) ? '' : namespace;
}
