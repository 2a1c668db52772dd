import {
  type FunctionDefinition,
  fn,
  integer,
  method,
  moment,
  number,
  optional,
  span,
  text,
  textOrNull,
} from '../function.ts';
import { EvaluationError } from '../python/errors.ts';
import { numberOf } from '../python/numbers.ts';
import { formatMoment, parseMoment, parseMomentBy } from '../python/time-format.ts';
import { Moment, type MomentFields, momentOf, Span } from '../python/time.ts';

const noSpan = new Span(0);

function offsetOf(offset: Span): number {
  return Math.round(offset.microseconds / 1e6);
}

/** A text without an offset is in UTC. */
function fromText(string: string, format: string | null): Moment {
  return format === null || format === '' ? parseMoment(string) : parseMomentBy(string, format);
}

function fromTimestamp(timestamp: number, offsetSeconds: number): Moment {
  const seconds = Math.floor(timestamp);
  return new Moment(seconds, Math.round((timestamp - seconds) * 1e6), offsetSeconds);
}

function fieldsOf({ wall, microseconds, offsetSeconds }: Moment): MomentFields {
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
    microsecond: microseconds,
    offsetSeconds,
  };
}

/** Moments and spans. `now()` is provided by the caller; the local time zone is UTC. */
export const times: readonly FunctionDefinition[] = [
  fn(
    'datetime',
    [
      integer('year'),
      integer('month'),
      integer('day'),
      optional(integer('hour'), 0),
      optional(integer('minute'), 0),
      optional(integer('second'), 0),
      optional(integer('microsecond'), 0),
      optional(span('offset'), noSpan),
    ],
    (_call, year, month, day, hour, minute, second, microsecond, offset) =>
      momentOf({ year, month, day, hour, minute, second, microsecond, offsetSeconds: offsetOf(offset) }),
  ),
  fn('datetime', [number('timestamp'), optional(span('offset'), noSpan)], (_call, timestamp, offset) =>
    fromTimestamp(numberOf(timestamp)!, offsetOf(offset)),
  ),
  fn('datetime', [text('string'), optional(textOrNull('format'), null)], (call, string, format) => {
    call.meter.scan(string);
    return fromText(string, format);
  }),
  fn('now', [optional(span('offset'), noSpan)], (call, offset) => {
    const now = call.environment.now;
    if (now === undefined) throw new EvaluationError('now() is not known here');
    const { seconds, microseconds } = parseMoment(now);
    return new Moment(seconds, microseconds, offsetOf(offset));
  }),
  fn('localtz', [], () => noSpan),
  fn('utctz', [], () => noSpan),

  fn(
    'timespan',
    [
      optional(integer('days'), 0),
      optional(integer('hours'), 0),
      optional(integer('minutes'), 0),
      optional(integer('seconds'), 0),
      optional(integer('milliseconds'), 0),
      optional(integer('microseconds'), 0),
    ],
    (_call, days, hours, minutes, seconds, milliseconds, microseconds) =>
      new Span(
        (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1e6 + milliseconds * 1e3 + microseconds,
      ),
  ),

  method('format', [moment('dt'), text('format')], (call, value, format) => {
    call.meter.produce(format.length * 16);
    return formatMoment(value, format);
  }),
  method(
    'replace',
    [
      moment('dt'),
      optional(integer('year')),
      optional(integer('month')),
      optional(integer('day')),
      optional(integer('hour')),
      optional(integer('minute')),
      optional(integer('second')),
      optional(integer('microsecond')),
      optional(span('offset')),
    ],
    (_call, value, year, month, day, hour, minute, second, microsecond, offset) => {
      const old = fieldsOf(value);
      return momentOf({
        year: year ?? old.year,
        month: month ?? old.month,
        day: day ?? old.day,
        hour: hour ?? old.hour,
        minute: minute ?? old.minute,
        second: second ?? old.second,
        microsecond: microsecond ?? old.microsecond,
        offsetSeconds: offset === undefined ? old.offsetSeconds : offsetOf(offset),
      });
    },
  ),
];
