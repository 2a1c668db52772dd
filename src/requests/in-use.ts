/** What keeps an object from being deleted, for the user who is to change that. */

/** More of them are not read by a user. */
export const MOST_NAMED = 5;

/** @param names one more than `MOST_NAMED` where there are more. */
export function listNames(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ' and others' : '';
  return names.slice(0, MOST_NAMED).join(', ') + more;
}
