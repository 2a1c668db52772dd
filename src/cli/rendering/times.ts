/**
 * How a command writes times: relative to now, or as they are in UTC (`--utc`). The API writes them in four
 * ways (Senlin's).
 */
import { utcSeconds } from '../../domain/time-text.ts';
import { duration } from '../../domain/duration.ts';

export interface Times {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** `3 min ago`, `in 20 s`, or `2026-11-22T18:19:19Z`; `-` where there is no time. */
  readonly relative: (value: unknown) => string;
  /** `18:19:19` in the user's own time zone, or `2026-11-22T18:19:19Z`. */
  readonly clock: (ms: number) => string;
}

export function timesFor(now: number, isUtc: boolean): Times {
  if (!isUtc) return { now, relative: (value) => relativeTime(value, now), clock: localClockTime };
  const relative = (value: unknown): string => {
    const time = readTime(value);
    return time === undefined ? '-' : utcSeconds(time);
  };
  return { now, relative, clock: utcSeconds };
}

/**
 * Milliseconds since 1970 of `2026-11-22T18:19:19Z`, `2026-11-22T18:19:19.000000` (policies: UTC, though it
 * does not say so), `...+00:00` (events), `2026-11-22 18:19:19` (workflows) or seconds as a number (start and
 * end of actions); undefined for anything else.
 */
export function readTime(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value * 1000 : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/.exec(value);
  if (match === null) return undefined;
  const time = Date.parse(`${match[1]}T${match[2]}${match[3] ?? 'Z'}`);
  return Number.isNaN(time) ? undefined : time;
}

function relativeTime(value: unknown, now: number): string {
  const time = readTime(value);
  if (time === undefined) return '-';
  const distance = Math.abs(now - time);
  if (distance < 1000) return 'now';
  return time > now ? `in ${duration(distance)}` : `${duration(distance)} ago`;
}

function localClockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB', { hour12: false });
}
