/** Values of options, read and checked before any request. */
import { InvalidArgumentError } from 'commander';
import { describeInexact, inexactNumberIn } from '../domain/inexact-number.ts';
import type { Json } from '../domain/json.ts';
import { readWrittenTime, toInstant } from '../domain/instant.ts';
import type { WrittenTime } from '../domain/instant.ts';

/** A whole number, not smaller than `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^-?\d{1,9}$/.test(text) && value >= least) return value;
    throw new InvalidArgumentError(
      `Expected a whole number of at least ${least}, found ${JSON.stringify(text)}.`,
    );
  };
}

/** A change of a number: `3`, `+3`, `-3`. */
export function signedNumber(text: string): number {
  if (/^[+-]?\d{1,9}(?:\.\d{1,3})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`Expected a number like 3 or -3, found ${JSON.stringify(text)}.`);
}

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90s`, `30m`, `2h`, `1d`, or a number of seconds. @returns seconds */
export function timeSpan(text: string): number {
  const [, amount = '', unit = 's'] = /^(\d{1,6})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(amount) * unitSeconds[(unit === '' ? 's' : unit) as keyof typeof unitSeconds];
  if (amount !== '' && seconds > 0) return seconds;
  throw new InvalidArgumentError(`Expected a time like 90s, 30m, 2h or 1d, found ${JSON.stringify(text)}.`);
}

/** A moment: `2026-11-22T18:00:00Z`; without a zone it is a time of this machine. @returns it in UTC */
export function timeOption(text: string): string {
  const time = readWrittenTime(text);
  if ('expected' in time)
    throw new InvalidArgumentError(`Expected ${time.expected}, found ${JSON.stringify(text)}.`);
  return new Date(toInstant(time) ?? localInstant(time)).toISOString();
}

function localInstant({ year, month, day, hour, minute, second, millisecond }: WrittenTime): number {
  return new Date(year, month - 1, day, hour, minute, second, millisecond).getTime();
}

/** Gathers `--metadata key=value`, given as often as wanted. */
export function keyValue(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`Expected key=value, found ${JSON.stringify(text)}.`);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/**
 * A map, a list, a number or true and false as JSON; all else is the text as it is, as a number is that would
 * be rounded.
 */
export function parseJsonOrText(text: string): Json {
  const value = parse(text);
  if (value === undefined) return text;
  const place = inexactNumberIn(text);
  if (place === undefined) return value;
  if (place === '') return text;
  throw new InvalidArgumentError(`${describeInexact(place)}.`);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Only what was given: an absent option must not reach the API as null. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
