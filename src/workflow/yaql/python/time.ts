/** Moments and spans of time, in microseconds as Python counts them. Nothing here reads the current time. */
import { EvaluationError } from './errors.ts';
import { PyObject } from './values.ts';

const secondsPerDay = 86_400;

/** A span of time; microseconds are whole and may be negative. */
export class Span extends PyObject {
  readonly typeName = 'timedelta';
  readonly microseconds: number;

  constructor(microseconds: number) {
    super();
    if (!Number.isSafeInteger(microseconds)) throw new EvaluationError('the timespan is out of range');
    this.microseconds = microseconds;
  }

  override identity(): string {
    return `t${this.microseconds}`;
  }

  /** Python's text: `1 day, 2:03:04.000005`. */
  override toString(): string {
    const days = Math.floor(this.microseconds / (secondsPerDay * 1e6));
    const rest = this.microseconds - days * secondsPerDay * 1e6;
    const seconds = Math.floor(rest / 1e6);
    const clock = `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
    const fraction = rest % 1e6 === 0 ? '' : `.${pad(rest % 1e6, 6)}`;
    const prefix = days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `;
    return `${prefix}${clock}${fraction}`;
  }
}

/** A moment with the offset of its wall clock. `seconds` count from 1970 in UTC. */
export class Moment extends PyObject {
  readonly typeName = 'datetime';
  readonly seconds: number;
  readonly microseconds: number;
  readonly offsetSeconds: number;

  constructor(seconds: number, microseconds: number, offsetSeconds: number) {
    super();
    const whole = seconds + Math.floor(microseconds / 1e6);
    if (!(whole >= firstMoment && whole <= lastMoment)) {
      throw new EvaluationError('the datetime is out of range: years 1 to 9999');
    }
    if (!(Math.abs(offsetSeconds) < secondsPerDay)) {
      throw new EvaluationError('the offset of a datetime must be less than a day');
    }
    this.seconds = whole;
    this.microseconds = microseconds - Math.floor(microseconds / 1e6) * 1e6;
    this.offsetSeconds = offsetSeconds;
  }

  override identity(): string {
    return `m${this.seconds}.${this.microseconds}`;
  }

  /** The wall clock's fields, read with the getUTC methods. */
  get wall(): Date {
    return new Date((this.seconds + this.offsetSeconds) * 1000);
  }

  plus(span: Span): Moment {
    const seconds = Math.floor(span.microseconds / 1e6);
    const rest = span.microseconds - seconds * 1e6;
    return new Moment(this.seconds + seconds, this.microseconds + rest, this.offsetSeconds);
  }

  minus(other: Moment): Span {
    return new Span((this.seconds - other.seconds) * 1e6 + this.microseconds - other.microseconds);
  }

  /** Negative, zero or positive as this is before, at or after the other. */
  compare(other: Moment): number {
    return this.seconds - other.seconds || this.microseconds - other.microseconds;
  }

  override toString(separator = ' '): string {
    const wall = this.wall;
    const date = `${pad(wall.getUTCFullYear(), 4)}-${pad(wall.getUTCMonth() + 1)}-${pad(wall.getUTCDate())}`;
    const time = `${pad(wall.getUTCHours())}:${pad(wall.getUTCMinutes())}:${pad(wall.getUTCSeconds())}`;
    const fraction = this.microseconds === 0 ? '' : `.${pad(this.microseconds, 6)}`;
    return `${date}${separator}${time}${fraction}${offsetText(this.offsetSeconds, ':')}`;
  }
}

const firstMoment = secondsOf(1, 1, 1);
const lastMoment = secondsOf(9999, 12, 31, 23, 59, 59);

/**
 * Seconds since 1970 of a date and time in UTC; the year is taken as it is (Date.UTC adds 1900 to small
 * ones).
 */
export function secondsOf(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
): number {
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 1000;
}

export interface MomentFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  readonly offsetSeconds: number;
}

/** @throws EvaluationError naming the field that is out of range */
export function momentOf(fields: MomentFields): Moment {
  const { year, month, day, hour, minute, second, microsecond, offsetSeconds } = fields;
  inRange('year', year, 1, 9999);
  inRange('month', month, 1, 12);
  inRange('day', day, 1, new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate());
  inRange('hour', hour, 0, 23);
  inRange('minute', minute, 0, 59);
  inRange('second', second, 0, 59);
  inRange('microsecond', microsecond, 0, 999_999);
  return new Moment(
    secondsOf(year, month, day, hour, minute, second) - offsetSeconds,
    microsecond,
    offsetSeconds,
  );
}

function inRange(field: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new EvaluationError(`${field} must be in ${least}..${most}, not ${value}`);
}

/** `+02:00`, `+0200`, with seconds only if there are any. */
export function offsetText(offsetSeconds: number, separator: string): string {
  const size = Math.abs(offsetSeconds);
  const sign = offsetSeconds < 0 ? '-' : '+';
  const seconds = size % 60 === 0 ? '' : `${separator}${pad(size % 60)}`;
  return `${sign}${pad(Math.floor(size / 3600))}${separator}${pad(Math.floor(size / 60) % 60)}${seconds}`;
}

export function pad(number: number, width = 2): string {
  return String(number).padStart(width, '0');
}
