/**
 * Times that users write, in a policy's sense of strict: a calendar date that exists, a clock time that
 * exists, and a zone. What has no zone means another moment on the server than at the user's desk, so that
 * only the client may add its own.
 */

/** The parts of `2026-11-22T18:00:00+01:00`, checked against the calendar. */
export interface WrittenTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** East of UTC; null: no zone was written. */
  readonly offsetMinutes: number | null;
}

const form =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

export const exampleTime = '2026-11-22T18:00:00Z';

/** @returns the parts, or what is wrong, to stand behind "expected ...". */
export function readWrittenTime(text: string): WrittenTime | { readonly expected: string } {
  const match = form.exec(text.trim());
  if (match === null) return { expected: `a time such as ${exampleTime}` };
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const time = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    millisecond: Number((fraction ?? '').padEnd(3, '0').slice(0, 3)),
    offsetMinutes: zone === undefined ? null : offsetOf(zone),
  };
  const problem = calendarProblem(time);
  return problem === undefined ? time : { expected: problem };
}

function offsetOf(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0));
}

function calendarProblem(time: WrittenTime): string | undefined {
  const { year, month, day, hour, minute, second, offsetMinutes } = time;
  if (month < 1 || month > 12) return `a month from 01 to 12`;
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day < 1 || day > days)
    return `a day from 01 to ${days} in ${String(year)}-${String(month).padStart(2, '0')}`;
  if (hour > 23 || minute > 59 || second > 59) return 'a time from 00:00:00 to 23:59:59';
  const isZone = offsetMinutes === null || Math.abs(offsetMinutes) <= 14 * 60;
  return isZone ? undefined : 'a zone from -14:00 to +14:00';
}

/** Milliseconds since 1970 of a time that says its zone. @returns null where it does not. */
export function toInstant({ offsetMinutes, ...time }: WrittenTime): number | null {
  if (offsetMinutes === null) return null;
  const { year, month, day, hour, minute, second, millisecond } = time;
  return Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offsetMinutes * 60_000;
}
