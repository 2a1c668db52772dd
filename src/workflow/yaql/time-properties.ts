import { toFloat } from './python/numbers.ts';
import { Moment, momentOf, Span } from './python/time.ts';
import type { Value } from './python/values.ts';

const spanUnits: Readonly<Record<string, number>> = {
  milliseconds: 1e3,
  seconds: 1e6,
  minutes: 60e6,
  hours: 3600e6,
  days: 86_400e6,
};

const momentParts = new Map<string, (moment: Moment) => Value>([
  ['year', ({ wall }) => wall.getUTCFullYear()],
  ['month', ({ wall }) => wall.getUTCMonth() + 1],
  ['day', ({ wall }) => wall.getUTCDate()],
  ['hour', ({ wall }) => wall.getUTCHours()],
  ['minute', ({ wall }) => wall.getUTCMinutes()],
  ['second', ({ wall }) => wall.getUTCSeconds()],
  ['microsecond', ({ microseconds }) => microseconds],
  ['weekday', ({ wall }) => (wall.getUTCDay() + 6) % 7],
  ['offset', ({ offsetSeconds }) => new Span(offsetSeconds * 1e6)],
  ['timestamp', ({ seconds, microseconds }) => toFloat(seconds + microseconds / 1e6)],
  [
    'utc',
    (moment) => new Moment(moment.seconds - moment.offsetSeconds, moment.microseconds, moment.offsetSeconds),
  ],
  ['date', startOfDay],
  ['time', (moment) => moment.minus(startOfDay(moment))],
]);

function startOfDay(moment: Moment): Moment {
  const { wall, offsetSeconds } = moment;
  const [year, month, day] = [wall.getUTCFullYear(), wall.getUTCMonth() + 1, wall.getUTCDate()];
  return momentOf({ year, month, day, hour: 0, minute: 0, second: 0, microsecond: 0, offsetSeconds });
}

/**
 * `datetime(...).year`, `timespan(...).hours` (the whole span in hours); undefined for any other value or
 * name.
 */
export function timeProperty(receiver: Value, name: string): Value | undefined {
  if (receiver instanceof Moment) return momentParts.get(name)?.(receiver);
  if (!(receiver instanceof Span)) return undefined;
  if (name === 'microseconds') return receiver.microseconds;
  const unit = Object.hasOwn(spanUnits, name) ? spanUnits[name] : undefined;
  return unit === undefined ? undefined : toFloat(receiver.microseconds / unit);
}
