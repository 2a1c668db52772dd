/**
 * Regular expressions of users, matched in linear time by RE2: no pattern can hang the process. What RE2 cannot do in
 * linear time (back references, look-around) is refused with its own message.
 */
import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';
import { EvaluationError } from './errors.ts';
import { longestPattern, type Meter } from './limits.ts';
import { PyObject } from './values.ts';

export interface Match {
  readonly start: number;
  readonly end: number;
  /** Whole match first; null: the group took no part. */
  readonly groups: readonly (string | null)[];
  readonly spans: readonly (readonly [number, number])[];
  readonly named: ReadonlyMap<string, number>;
}

/** Largest program a pattern may compile to; matching costs at most text times program. */
const largestProgram = 5_000;

/** How much text times program may be matched for one step of the meter. */
const workPerStep = 512;

export class Pattern extends PyObject {
  readonly typeName = 'Pattern';
  readonly #regex: RE2JS;
  readonly #meter: Meter;
  readonly #size: number;

  /** @throws EvaluationError when the pattern is wrong, too large, or beyond RE2 */
  constructor(source: string, flags: number, meter: Meter) {
    super();
    this.#meter = meter;
    this.#regex = compile(source, flags, meter);
    this.#size = this.#regex.programSize();
    if (this.#size > largestProgram) throw new EvaluationError('the regex is too large');
  }

  test(text: string): boolean {
    this.#charge(text, text.length);
    return this.#regex.test(text);
  }

  /** All matches from left to right, none overlapping another, as Python's finditer. */
  *matches(text: string): Generator<Match> {
    const matcher = this.#regex.matcher(text);
    const names = new Map(Object.entries(this.#regex.namedGroups()));
    let from = 0;
    while (from <= text.length) {
      this.#charge(text, text.length - from);
      if (!matcher.find(from)) return;
      const indices = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => group);
      const match: Match = {
        start: matcher.start(),
        end: matcher.end(),
        groups: indices.map((group) => matcher.group(group)),
        spans: indices.map((group) => [matcher.start(group), matcher.end(group)] as const),
        named: names,
      };
      yield match;
      from = match.end > match.start ? match.end : match.end + 1;
    }
  }

  search(text: string): Match | undefined {
    return this.matches(text).next().value ?? undefined;
  }

  /** re.split: captured groups stand between the parts; no limit if zero. */
  split(text: string, limit: number): (string | null)[] {
    const parts: (string | null)[] = [];
    let from = 0;
    let splits = 0;
    for (const match of this.matches(text)) {
      if (limit > 0 && splits++ >= limit) break;
      parts.push(text.slice(from, match.start), ...match.groups.slice(1));
      from = match.end;
    }
    this.#meter.produce(text.length + parts.length);
    return [...parts, text.slice(from)];
  }

  /** re.sub with a function; all if count is zero. */
  replace(text: string, count: number, fresh: (match: Match) => string): string {
    const parts: string[] = [];
    let from = 0;
    let times = 0;
    for (const match of this.matches(text)) {
      if (count > 0 && times++ >= count) break;
      parts.push(text.slice(from, match.start), this.#meter.made(fresh(match)));
      from = match.end;
    }
    this.#meter.produce(text.length);
    return parts.join('') + text.slice(from);
  }

  #charge(text: string, length: number): void {
    this.#meter.scan(text);
    this.#meter.step(Math.ceil((length * this.#size) / workPerStep));
  }
}

function compile(source: string, flags: number, meter: Meter): RE2JS {
  if (source.length > longestPattern) {
    throw new EvaluationError(`the regex is longer than ${longestPattern} characters`);
  }
  refuseTowersOfRepeats(source);
  meter.step(50 + source.length * 10);
  try {
    return RE2JS.compile(source, flags);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new EvaluationError(`the regex cannot be used: ${reasonOf(error)}`);
  }
}

/** Counted repeats inside one another multiply before the size of the program is known; together they stay small. */
function refuseTowersOfRepeats(source: string): void {
  const counts = [...source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, least, most]) =>
    Number(most || least),
  );
  if (counts.reduce((product, count) => product * Math.max(1, count), 1) <= 100_000) return;
  throw new EvaluationError('the regex repeats too much');
}

/** RE2's description without the pattern, which may come from data. */
function reasonOf(error: RE2JSException): string {
  return error instanceof RE2JSSyntaxException ? error.error : 'it cannot be compiled';
}

export const regexFlags = {
  ignoreCase: RE2JS.CASE_INSENSITIVE,
  multiLine: RE2JS.MULTILINE,
  dotAll: RE2JS.DOTALL,
} as const;

/**
 * Python's replacement text: `\1`, `\g<1>`, `\g<name>`, `\n`; a group that took no part is empty.
 * @throws EvaluationError for a group that the pattern has not
 */
export function expandReplacement(template: string, match: Match): string {
  return template.replaceAll(/\\(?:g<(\w+)>|(\d{1,2})|([\s\S]))/g, (whole, name, digits, character) => {
    if (typeof character === 'string') return { n: '\n', t: '\t', r: '\r', '\\': '\\' }[character] ?? whole;
    return groupText(String(name ?? digits), match);
  });
}

function groupText(reference: string, match: Match): string {
  const index = /^\d+$/.test(reference) ? Number(reference) : (match.named.get(reference) ?? -1);
  const group = match.groups[index];
  if (group === undefined) throw new EvaluationError(`the regex has no group ${reference}`);
  return group ?? '';
}

/** Escapes what has a meaning in a regex, as Python's re.escape. */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[\s!"#$%&'()*+,\-./:;<=>?@[\]^`{|}~\\]/g, (character) =>
    /[!"%',/:;<=>@`]/.test(character) ? character : `\\${character}`,
  );
}
