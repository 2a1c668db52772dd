/** Times for people. The API writes them in four ways (Senlin's), so that reading one is a step of its own. */

/**
 * Milliseconds since 1970 of `2026-11-22T18:19:19Z`, `2026-11-22T18:19:19.000000` (policies: UTC, though it does not say so),
 * `...+00:00` (events) or seconds as a number (start and end of actions); undefined for anything else.
 */
export function readTime(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value * 1000 : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/.exec(value);
  if (match === null) return undefined;
  const time = Date.parse(`${match[1]}${match[2] ?? 'Z'}`);
  return Number.isNaN(time) ? undefined : time;
}

/** `3 min ago`, `in 20 s`; `-` where there is no time. */
export function timeAgo(value: unknown, now: number): string {
  const time = readTime(value);
  if (time === undefined) return '-';
  const distance = Math.abs(now - time);
  if (distance < 1000) return 'now';
  return time > now ? `in ${coarseDuration(distance)}` : `${coarseDuration(distance)} ago`;
}

const units = [
  { name: 'd', ms: 86_400_000, upTo: Infinity },
  { name: 'h', ms: 3_600_000, upTo: 172_800_000 },
  { name: 'min', ms: 60_000, upTo: 7_200_000 },
  { name: 's', ms: 1000, upTo: 120_000 },
] as const;

/** One unit is enough to know how old a thing is: `90 s`, `3 min`, `5 h`, `12 d`. */
function coarseDuration(ms: number): string {
  const unit = units.findLast((candidate) => ms < candidate.upTo) ?? units[0];
  return `${Math.floor(ms / unit.ms)} ${unit.name}`;
}

/** `340 ms`, `1.2 s`, `4 min 5 s`: how long something took. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `18:19:19` in the person's own time zone. */
export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB', { hour12: false });
}
