/**
 * Which rows are old, where they are in the order in which they were written and each has the time of a clock
 * that may have been wrong. Pure.
 *
 *     before ............. now
 *     old | old | ahead | old | new | behind | new
 *     \_______ old part ______/
 *
 * The order is certain, a time is not. What was written before an old row is old, whatever its time says (the
 * clock was ahead); what was written after a new row is new (the clock was behind). So the old part ends
 * before the first row that is new by a time which is not still to come, and with the last row that is old.
 */
import type { TimedRow } from '../store/event-purge.ts';

export interface Age {
  /** Milliseconds since 1970: older is what was written before. */
  readonly before: number;
  readonly now: number;
}

/**
 * @param rows in the order in which they were written.
 * @returns `upTo`: `seq` of the last row of the old part, null where these show none; `isEnd`: no row
 * after these belongs to it.
 */
export function oldPart(
  rows: readonly TimedRow[],
  { before, now }: Age,
): { readonly upTo: number | null; readonly isEnd: boolean } {
  const firstNew = rows.findIndex(({ at }) => at >= before && at <= now);
  const candidates = firstNew === -1 ? rows : rows.slice(0, firstNew);
  const last = candidates.findLast(({ at }) => at < before);
  return { upTo: last?.seq ?? null, isEnd: firstNew !== -1 };
}
