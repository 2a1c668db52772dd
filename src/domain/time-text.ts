/** Times to the second, in UTC, as texts that users and clients read. */

/** `2026-11-22T18:19:19Z` @param ms since 1970. */
export function utcSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** `2026-11-22 18:29:12`, as Mistral writes times in its API and in expressions. @param ms since 1970. */
export function toMistralTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
