/**
 * Regular expressions of users: Python's `re`, matched in linear time, so that no pattern can hang the
 * process. Constructs that cannot be matched in linear time (back references, look-around) are refused by
 * name: see `regex/parse-pattern.ts`.
 */
import { parsePattern } from '../regex/parse-pattern.ts';
import type { Flags } from '../regex/pattern-tree.ts';
import { compileProgram, firstReads, programSize } from '../regex/program.ts';
import { parseReplacement, type Replacement } from '../regex/replacement.ts';
import { findMatch, type ProgramRun, type Spans } from '../regex/run-program.ts';
import { EvaluationError } from './errors.ts';
import { maxPatternLength, type Meter } from './limits.ts';
import { PyObject } from './values.ts';

export interface Match {
  readonly start: number;
  readonly end: number;
  /** Whole match first; null: the group did not participate. */
  readonly groups: readonly (string | null)[];
  readonly spans: readonly (readonly [number, number])[];
  readonly named: ReadonlyMap<string, number>;
}

export type PatternFlags = Pick<Flags, 'ignoreCase' | 'multiLine' | 'dotAll'>;

export const noFlags: PatternFlags = { ignoreCase: false, multiLine: false, dotAll: false };

/** Largest program a pattern may compile to; matching costs at most text times program. */
const maxProgramSize = 5_000;

/** How many instructions of a program count as one step of the meter. */
const workPerStep = 16;

/** @throws EvaluationError when the pattern is wrong, too large, or cannot be matched in linear time */
export function checkPattern(source: string, flags: PatternFlags): void {
  parseChecked(source, flags);
}

function parseChecked(source: string, flags: PatternFlags) {
  if (source.length > maxPatternLength) {
    throw new EvaluationError(`the regex is longer than ${maxPatternLength} characters`);
  }
  const parsed = parsePattern(source, { ...flags, verbose: false, ascii: false });
  const size = programSize(parsed.tree);
  if (size > maxProgramSize) throw new EvaluationError('the regex is too large: it repeats too much');
  return { ...parsed, size };
}

export class Pattern extends PyObject {
  readonly typeName = 'Pattern';
  readonly #run: Omit<ProgramRun, 'slots'>;
  readonly #meter: Meter;
  readonly #groups: number;
  readonly #names: ReadonlyMap<string, number>;

  /** @throws EvaluationError when the pattern is wrong, too large, or cannot be matched in linear time */
  constructor(source: string, flags: PatternFlags, meter: Meter) {
    super();
    this.#meter = meter;
    meter.step(50 + Math.min(source.length, maxPatternLength) * 10);
    const { tree, groups, names, size } = parseChecked(source, flags);
    meter.step(size);
    const program = compileProgram(tree);
    const charge = (work: number): void => meter.step(Math.ceil(work / workPerStep));
    this.#run = { program, starts: firstReads(program), charge };
    this.#groups = groups;
    this.#names = names;
  }

  test(text: string): boolean {
    this.#meter.scan(text);
    return findMatch({ ...this.#run, slots: 0 }, text, 0) !== undefined;
  }

  /** All non-overlapping matches from left to right, as Python's finditer. */
  *matches(text: string): Generator<Match> {
    this.#meter.scan(text);
    const run: ProgramRun = { ...this.#run, slots: (this.#groups + 1) * 2 };
    let spans = findMatch(run, text, 0);
    while (spans !== undefined) {
      const match = this.#match(text, spans);
      yield match;
      spans = findMatch(run, text, match.end, match.end === match.start);
    }
  }

  #match(text: string, spans: Spans): Match {
    const indices = Array.from({ length: this.#groups + 1 }, (_, group) => group);
    const span = (group: number) => [spans[group * 2]!, spans[group * 2 + 1]!] as const;
    return {
      start: span(0)[0],
      end: span(0)[1],
      groups: indices.map((group) => (span(group)[1] === -1 ? null : text.slice(...span(group)))),
      spans: indices.map(span),
      named: this.#names,
    };
  }

  search(text: string): Match | undefined {
    return this.matches(text).next().value ?? undefined;
  }

  /** re.split: captured groups are inserted between the parts; no limit if zero. */
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

  /** re.sub with a template. @throws EvaluationError for a group that the pattern does not have */
  replaceWith(text: string, count: number, template: string): string {
    const replacement: Replacement = parseReplacement(template, this.#groups, this.#names);
    return this.replace(text, count, ({ groups }) =>
      replacement.map((part) => (typeof part === 'number' ? (groups[part] ?? '') : part)).join(''),
    );
  }
}

/** Escapes special characters of a regex, as Python's re.escape. */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g, String.raw`\$&`);
}
