/**
 * When in an interval a node is probed. The place comes from the node's id alone (or its group's, where nodes
 * share requests): nodes spread evenly, a restart finds every node at the place where it was, and two
 * processes agree without talking.
 */

/** The first moment after `now` that is the node's or group's; both in milliseconds since 1970. */
export function nextOffset(id: string, intervalMs: number, now: number): number {
  const offset = fractionOf(id) * intervalMs;
  const next = Math.floor((now - offset) / intervalMs + 1) * intervalMs + offset;
  return next > now ? next : next + intervalMs;
}

/**
 * FNV-1a with murmur3's finish (ids that differ in one digit must end far apart), as a number from 0 up to 1.
 */
function fractionOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
