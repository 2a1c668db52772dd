/**
 * Limits on the cost of one evaluation. Counted, not timed: the same expression over the same data always has
 * the same outcome.
 *
 * The defaults leave room for lists of ten thousand servers and for console logs of a few MB, and stop a
 * hostile expression well under a second on one slow core. A limit that is too low is the worse mistake (a
 * recovery that cannot run), so they are far above what workflows need.
 */
import { LimitError } from './errors.ts';

export interface Limits {
  /** Evaluated nodes, visited items, and scanned text (64 characters count as one). */
  readonly steps: number;
  /** Characters of text that are produced in all; an item of a collection counts as eight. */
  readonly produced: number;
  /** Depth of nested evaluations: recursion of `def`, nested lambdas, nested brackets. */
  readonly depth: number;
}

export const defaultLimits: Limits = { steps: 1_000_000, produced: 8_000_000, depth: 300 };

/** The longest expression that is parsed, in characters. */
export const maxExpressionLength = 50_000;

/**
 * How deeply an expression may nest brackets and prefixes, and how deeply data may nest lists and objects.
 */
export const maxExpressionDepth = 80;
export const maxDataDepth = 200;

/**
 * Longest pattern of a regex, and the largest program that it may compile to: `(a{1000}){1000}` is small
 * text.
 */
export const maxPatternLength = 2_000;

export class Meter {
  readonly limits: Limits;
  #steps = 0;
  #produced = 0;
  #depth = 0;

  constructor(limits: Limits = defaultLimits) {
    this.limits = limits;
  }

  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.limits.steps) {
      throw new LimitError(`the expression takes more than ${this.limits.steps} steps`);
    }
  }

  /** Charges reading a text. */
  scan(text: string): void {
    this.step(1 + (text.length >> 6));
  }

  /** Charges a text before it is produced, so that nothing huge is produced before it is refused. */
  produce(size: number): void {
    this.#produced += size;
    if (!(this.#produced <= this.limits.produced)) {
      throw new LimitError(
        `the expression produces too much: more than ${this.limits.produced} characters, an item counting as eight`,
      );
    }
  }

  /** Charges a collection of that many items before it is produced; an item counts as eight characters. */
  collect(count: number): void {
    this.produce(count * 8);
    this.step(count >> 3);
  }

  /** Charges a text that was produced, and returns it. */
  made(text: string): string {
    this.produce(text.length);
    return text;
  }

  nested<T>(run: () => T): T {
    this.enter();
    try {
      return run();
    } finally {
      this.leave();
    }
  }

  enter(): void {
    if (++this.#depth > this.limits.depth) {
      throw new LimitError(`the expression goes more than ${this.limits.depth} levels deep`);
    }
  }

  leave(): void {
    this.#depth--;
  }
}

/** Refuses data that are nested too deeply for recursive functions. */
export function checkDataDepth(depth: number): void {
  if (depth > maxDataDepth)
    throw new LimitError(`lists and objects nest more than ${maxDataDepth} levels deep`);
}
