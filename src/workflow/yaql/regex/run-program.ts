/**
 * Runs a program over a text: all its branches at once, one character after the other, so that the time is at
 * most the length of the text times the size of the program (the algorithm of Thompson and Pike). Of several
 * matches at a position, the result is the one that Python's `re` finds first.
 */
import type { CharacterSet, Place } from './pattern-tree.ts';
import type { Instruction } from './program.ts';

export type Spans = readonly number[];

/** Start and end of each group so far, two numbers each; -1: not matched. */
interface Thread {
  readonly position: number;
  readonly slots: Spans;
}

export interface ProgramRun {
  readonly program: readonly Instruction[];
  /**
   * The instructions that can read the first character of a match; undefined: a match may begin otherwise.
   */
  readonly starts: readonly CharacterSet[] | undefined;
  /** How many positions of the match and its groups to record; 0: only whether there is a match. */
  readonly slots: number;
  /** Called with the amount of work done. */
  readonly charge: (work: number) => void;
}

/**
 * The first match from an offset on; undefined: none.
 * @param isEmptyRefused an empty match at the offset does not count: the match before was one
 */
export function findMatch(
  run: ProgramRun,
  text: string,
  from: number,
  isEmptyRefused = false,
): Spans | undefined {
  return new Matcher(run, text, isEmptyRefused ? from : -1).find(from);
}

const chargedAtOnce = 4096;

class Matcher {
  readonly #run: ProgramRun;
  readonly #text: string;
  /** The round in which each instruction was last reached: each is followed once per round. */
  readonly #reached: Int32Array;
  readonly #refusedEnd: number;
  #round = 0;
  #work = 0;

  constructor(run: ProgramRun, text: string, refusedEnd: number) {
    this.#run = run;
    this.#refusedEnd = refusedEnd;
    this.#text = text;
    this.#reached = new Int32Array(run.program.length).fill(-1);
  }

  find(from: number): Spans | undefined {
    const text = this.#text;
    const none: Spans = this.#run.slots === 0 ? [] : Array.from({ length: this.#run.slots }, () => -1);
    let threads: Thread[] = [];
    let found: Spans | undefined;
    let before = from === 0 ? -1 : codeBefore(text, from);
    for (let at = from; ;) {
      if (threads.length === 0 && found === undefined) {
        const start = this.#skipTo(at);
        if (start !== at) before = codeBefore(text, start);
        at = start;
      }
      const after = at < text.length ? text.codePointAt(at)! : -1;
      const width = after > 0xffff ? 2 : 1;
      const place: Place = { before, after, isLast: at + width >= text.length };
      const next: Thread[] = [];
      this.#round += 1;
      let isCut = false;
      for (const thread of threads) {
        isCut = this.#follow(thread, place, at, next);
        if (isCut) break;
      }
      if (!isCut && found === undefined)
        isCut = this.#follow({ position: 0, slots: noted(none, 0, at) }, place, at, next);
      if (isCut) found = this.#found;
      this.#chargeFor(next.length + 1);
      if (after === -1 || (next.length === 0 && found !== undefined)) break;
      if (found !== undefined && this.#run.slots === 0) break;
      threads = [];
      for (const { position, slots } of next) {
        const instruction = this.#run.program[position]!;
        if (instruction.kind === 'read' && instruction.set(after))
          threads.push({ position: position + 1, slots });
      }
      if (threads.length === 0 && found !== undefined) break;
      before = after;
      at += width;
    }
    this.#run.charge(this.#work);
    return found;
  }

  #found: Spans = [];

  /** The next position where a match can begin. */
  #skipTo(from: number): number {
    const { starts } = this.#run;
    if (starts === undefined) return from;
    const text = this.#text;
    let at = from;
    while (at < text.length) {
      const code = text.codePointAt(at)!;
      if (starts.some((set) => set(code))) break;
      at += code > 0xffff ? 2 : 1;
    }
    this.#chargeFor(at - from);
    return at;
  }

  /**
   * Follows a thread to all characters that it may read. @returns whether it reached the end, so that threads
   * of lower priority are dropped.
   */
  #follow(thread: Thread, place: Place, at: number, next: Thread[]): boolean {
    const { program } = this.#run;
    const waiting: Thread[] = [thread];
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const { position, slots } = one;
      if (this.#reached[position] === this.#round) continue;
      this.#reached[position] = this.#round;
      this.#work += 1;
      const instruction = program[position]!;
      switch (instruction.kind) {
        case 'read':
          next.push(one);
          break;
        case 'check':
          if (instruction.holds(place)) waiting.push({ position: position + 1, slots });
          break;
        case 'note':
          waiting.push({ position: position + 1, slots: noted(slots, instruction.slot, at) });
          break;
        case 'branch':
          waiting.push({ position: instruction.second, slots }, { position: instruction.first, slots });
          break;
        case 'jump':
          waiting.push({ position: instruction.to, slots });
          break;
        case 'found':
          if (at === this.#refusedEnd) break;
          this.#found = noted(slots, 1, at);
          return true;
      }
    }
    return false;
  }

  #chargeFor(work: number): void {
    this.#work += work;
    if (this.#work < chargedAtOnce) return;
    this.#run.charge(this.#work);
    this.#work = 0;
  }
}

function noted(slots: Spans, slot: number, at: number): Spans {
  return slot < slots.length ? slots.with(slot, at) : slots;
}

function codeBefore(text: string, at: number): number {
  const low = text.charCodeAt(at - 1);
  const isPair = low >= 0xdc00 && low <= 0xdfff && at > 1;
  return isPair ? text.codePointAt(at - 2)! : low;
}
