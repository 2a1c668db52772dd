/**
 * Times on the wire. Senlin writes them in several ways, one for each kind of object; a client may depend on
 * any of them.
 */

/** `2026-11-22T18:19:19Z`: clusters, nodes, profiles, actions. */
export function timeInSeconds(time: number): string {
  return `${withoutZone(time)}Z`;
}

export function timeInSecondsOrNull(time: number | null): string | null {
  return time === null ? null : timeInSeconds(time);
}

/** `2026-11-22T18:19:19.000000`: policies that are read, and the cluster inside an event. */
export function timeInMicroseconds(time: number): string {
  return `${withoutZone(time)}.000000`;
}

export function timeInMicrosecondsOrNull(time: number | null): string | null {
  return time === null ? null : timeInMicroseconds(time);
}

/** `2026-11-22T18:19:19`: services. */
export function withoutZone(time: number): string {
  return milliseconds(time).slice(0, 19);
}

/** `2026-11-22T18:19:19+00:00`: events. */
export function withOffset(time: number): string {
  return `${withoutZone(time)}+00:00`;
}

/** `2026-11-22T18:19:19.123Z`: what is our own, where a recovery takes less than a second. */
export function milliseconds(time: number): string {
  if (time !== last.time) last = { time, text: new Date(time).toISOString() };
  return last.text;
}

/** The rows of a list often have a time in common: the nodes of a cluster are made in one request. */
let last = { time: Number.NaN, text: '' };

export function millisecondsOrNull(time: number | null): string | null {
  return time === null ? null : milliseconds(time);
}

/** Seconds since 1970 with a fraction: when actions started and ended. */
export function epochSeconds(time: number | null): number | null {
  return time === null ? null : time / 1000;
}
