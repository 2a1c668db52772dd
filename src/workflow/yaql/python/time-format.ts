/**
 * Parses and formats moments: ISO 8601, the date format of mail and HTTP, and the patterns of strftime and
 * strptime.
 */
import { EvaluationError } from './errors.ts';
import { type Moment, momentOf, offsetText, pad, secondsOf } from './time.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const iso =
  /^(\d{4})[-/]?(\d{2})[-/]?(\d{2})(?:[T ]\s?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const mail =
  /^(?:[a-z]{3,9},? )?(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4})(?: (\d{2}):(\d{2})(?::(\d{2}))? ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$/i;

/** @throws EvaluationError naming the supported formats */
export function parseMoment(text: string): Moment {
  const trimmed = text.trim();
  const parts = iso.exec(trimmed);
  if (parts !== null) return fromParts(parts.slice(1, 4), parts.slice(4, 8), parts[8]);
  const mailed = mail.exec(trimmed);
  const month = mailed === null ? -1 : monthIndex(mailed[2]!);
  if (mailed === null || month === -1) {
    throw new EvaluationError('the text is no datetime: expected ISO 8601, such as 2024-03-01T10:20:30Z');
  }
  return fromParts([mailed[3], String(month + 1), mailed[1]], mailed.slice(4, 7), mailed[7]);
}

function fromParts(
  date: readonly (string | undefined)[],
  time: readonly (string | undefined)[],
  zone: string | undefined,
): Moment {
  const [year = 0, month = 0, day = 0] = date.map(Number);
  const [hour = '0', minute = '0', second = '0', fraction = ''] = time;
  const microsecond = Number(fraction.padEnd(6, '0').slice(0, 6));
  const clock = { hour: Number(hour), minute: Number(minute), second: Number(second), microsecond };
  return momentOf({ year, month, day, ...clock, offsetSeconds: zoneOffset(zone) });
}

function zoneOffset(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? '');
  if (match === null) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60;
  return match[1] === '-' ? -seconds : seconds;
}

function monthIndex(name: string): number {
  return months.findIndex((month) => month.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase());
}

function dayOfYear({ wall }: Moment): number {
  const start = secondsOf(wall.getUTCFullYear(), 1, 1);
  return Math.floor((wall.getTime() / 1000 - start) / 86_400) + 1;
}

/** The output of each strftime directive, in the C locale. */
const directives = new Map<string, (moment: Moment) => string>([
  ['Y', ({ wall }) => String(wall.getUTCFullYear())],
  ['y', ({ wall }) => pad(wall.getUTCFullYear() % 100)],
  ['m', ({ wall }) => pad(wall.getUTCMonth() + 1)],
  ['d', ({ wall }) => pad(wall.getUTCDate())],
  ['e', ({ wall }) => String(wall.getUTCDate()).padStart(2)],
  ['H', ({ wall }) => pad(wall.getUTCHours())],
  ['I', ({ wall }) => pad(wall.getUTCHours() % 12 || 12)],
  ['M', ({ wall }) => pad(wall.getUTCMinutes())],
  ['S', ({ wall }) => pad(wall.getUTCSeconds())],
  ['f', ({ microseconds }) => pad(microseconds, 6)],
  ['p', ({ wall }) => (wall.getUTCHours() < 12 ? 'AM' : 'PM')],
  ['j', (moment) => pad(dayOfYear(moment), 3)],
  ['a', ({ wall }) => days[(wall.getUTCDay() + 6) % 7]!.slice(0, 3)],
  ['A', ({ wall }) => days[(wall.getUTCDay() + 6) % 7]!],
  ['b', ({ wall }) => months[wall.getUTCMonth()]!.slice(0, 3)],
  ['h', ({ wall }) => months[wall.getUTCMonth()]!.slice(0, 3)],
  ['B', ({ wall }) => months[wall.getUTCMonth()]!],
  ['w', ({ wall }) => String(wall.getUTCDay())],
  ['u', ({ wall }) => String(wall.getUTCDay() || 7)],
  ['z', ({ offsetSeconds }) => offsetText(offsetSeconds, '')],
  ['Z', ({ offsetSeconds }) => (offsetSeconds === 0 ? 'UTC' : '')],
  ['s', ({ seconds }) => String(seconds)],
  ['n', () => '\n'],
  ['t', () => '\t'],
  ['%', () => '%'],
  ['T', (moment) => formatMoment(moment, '%H:%M:%S')],
  ['X', (moment) => formatMoment(moment, '%H:%M:%S')],
  ['R', (moment) => formatMoment(moment, '%H:%M')],
  ['D', (moment) => formatMoment(moment, '%m/%d/%y')],
  ['x', (moment) => formatMoment(moment, '%m/%d/%y')],
  ['F', (moment) => formatMoment(moment, '%Y-%m-%d')],
  ['c', (moment) => formatMoment(moment, '%a %b %e %H:%M:%S %Y')],
]);

/** strftime; an unknown directive stays as it is. */
export function formatMoment(moment: Moment, format: string): string {
  return format.replaceAll(
    /%([\s\S])/g,
    (whole, directive: string) => directives.get(directive)?.(moment) ?? whole,
  );
}

type Fields = Map<string, string>;

/** The text that each strptime directive matches. */
const readers = new Map<string, RegExp>([
  ['Y', /\d{4}/y],
  ['y', /\d{2}/y],
  ['m', /1[0-2]|0?[1-9]/y],
  ['d', /3[01]|[12]\d|0?[1-9]/y],
  ['H', /2[0-3]|[01]?\d/y],
  ['I', /1[0-2]|0?[1-9]/y],
  ['M', /[0-5]?\d/y],
  ['S', /[0-5]?\d/y],
  ['f', /\d{1,6}/y],
  ['p', /[AaPp][Mm]/y],
  ['a', /[A-Za-z]{3}/y],
  ['A', /[A-Za-z]{6,9}/y],
  ['b', /[A-Za-z]{3}/y],
  ['B', /[A-Za-z]{3,9}/y],
  ['z', /Z|[+-]\d{2}:?\d{2}/y],
  ['Z', /UTC|GMT/y],
  ['%', /%/y],
]);

/**
 * strptime, by the common directives; without an offset the moment is in UTC.
 * @throws EvaluationError when the text does not follow the format
 */
export function parseMomentBy(text: string, format: string): Moment {
  const fields: Fields = new Map();
  let offset = 0;
  for (const [token, directive] of format.matchAll(/%([\s\S])|\s+|[^%\s]/g)) {
    const found = readToken(text, offset, token, directive);
    if (found === undefined) throw mismatch(format);
    if (directive !== undefined) fields.set(directive, found);
    offset += found.length;
  }
  if (offset !== text.length) throw mismatch(format);
  return fromFields(fields);
}

function mismatch(format: string): EvaluationError {
  return new EvaluationError(`the text does not follow the format ${JSON.stringify(format)}`);
}

function readToken(
  text: string,
  offset: number,
  token: string,
  directive: string | undefined,
): string | undefined {
  const reader = directive === undefined ? (/^\s/.test(token) ? /\s*/y : undefined) : readers.get(directive);
  if (reader === undefined)
    return directive === undefined && text.startsWith(token, offset) ? token : undefined;
  reader.lastIndex = offset;
  return reader.exec(text)?.[0];
}

function fromFields(fields: Fields): Moment {
  const number = (directive: string, fallback: number): number => Number(fields.get(directive) ?? fallback);
  const short = number('y', 0);
  const name = fields.get('b') ?? fields.get('B');
  return momentOf({
    year: fields.has('y') ? short + (short < 69 ? 2000 : 1900) : number('Y', 1900),
    month: name === undefined ? number('m', 1) : monthIndex(name) + 1,
    day: number('d', 1),
    hour: fields.has('I') ? twelveHours(number('I', 12), fields.get('p')) : number('H', 0),
    minute: number('M', 0),
    second: number('S', 0),
    microsecond: Number((fields.get('f') ?? '0').padEnd(6, '0')),
    offsetSeconds: zoneOffset(fields.get('z')),
  });
}

function twelveHours(hour: number, half: string | undefined): number {
  return (hour % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0);
}
