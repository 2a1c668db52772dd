/**
 * Python's syntax of regular expressions (`re`), as far as it can be matched in linear time. Other constructs
 * (back references, look-ahead and look-behind, atomic groups, possessive repeats, conditions) are refused by
 * name.
 */
import { EvaluationError } from '../python/errors.ts';
import {
  anyOf,
  asciiClasses,
  type ClassEscapes,
  inAnyCase,
  not,
  one,
  range,
  unicodeClasses,
} from './character-sets.ts';
import { assertions, type CharacterSet, type Flags, type PatternNode, wordBoundary } from './pattern-tree.ts';

export interface ParsedPattern {
  readonly tree: PatternNode;
  /** How many groups capture. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

/** Far deeper than groups nest in practice. */
const deepest = 100;

/** @throws EvaluationError */
export function parsePattern(source: string, flags: Flags): ParsedPattern {
  return new PatternParser(source, flags).parse();
}

class PatternParser {
  readonly #source: string;
  #at = 0;
  #flags: Flags;
  #groups = 0;
  #depth = 0;
  readonly #names = new Map<string, number>();

  constructor(source: string, flags: Flags) {
    this.#source = source;
    this.#flags = flags;
  }

  parse(): ParsedPattern {
    this.#globalFlags();
    const tree = this.#choice();
    if (this.#at < this.#source.length) this.#fail('a ) closes no group');
    return { tree, groups: this.#groups, names: this.#names };
  }

  #fail(message: string): never {
    throw new EvaluationError(`the regex cannot be used: ${message} (at character ${this.#at + 1})`);
  }

  #notLinear(what: string): never {
    return this.#fail(`${what} cannot be matched in linear time, and is not there`);
  }

  #peek(length = 1): string {
    return this.#source.slice(this.#at, this.#at + length);
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  /** `(?i)` and other global flags come first. */
  #globalFlags(): void {
    for (
      let found = this.#match(/\(\?([aiLmsux]+)\)/y);
      found !== null;
      found = this.#match(/\(\?([aiLmsux]+)\)/y)
    )
      this.#flags = this.#withFlags(found[1]!, true);
  }

  #withFlags(letters: string, value: boolean): Flags {
    if (letters.includes('L')) this.#fail('the flag L is for bytes, not for text');
    const has = (letter: string, before: boolean): boolean => (letters.includes(letter) ? value : before);
    return {
      ignoreCase: has('i', this.#flags.ignoreCase),
      multiLine: has('m', this.#flags.multiLine),
      dotAll: has('s', this.#flags.dotAll),
      verbose: has('x', this.#flags.verbose),
      ascii: letters.includes('u') ? false : has('a', this.#flags.ascii),
    };
  }

  #choice(): PatternNode {
    const items = [this.#sequence()];
    while (this.#take('|')) items.push(this.#sequence());
    return items.length === 1 ? items[0]! : { kind: 'choice', items };
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    for (;;) {
      if (this.#flags.verbose) this.#match(/(?:\s|#[^\n]*)+/y);
      const next = this.#peek();
      if (next === '' || next === '|' || next === ')') break;
      const item = this.#item();
      if (item !== undefined) items.push(this.#repeated(item));
    }
    return items.length === 1 ? items[0]! : { kind: 'sequence', items };
  }

  #item(): PatternNode | undefined {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at)!);
    const start = this.#at;
    this.#at += character.length;
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '.':
        return { kind: 'set', set: this.#flags.dotAll ? () => true : (code) => code !== 10 };
      case '^':
        return { kind: 'assertion', holds: this.#flags.multiLine ? assertions.lineStart : assertions.start };
      case '$':
        return { kind: 'assertion', holds: this.#flags.multiLine ? assertions.lineEnd : assertions.textEnd };
      case '{':
        this.#at = start;
        if (this.#counts() !== undefined) this.#fail('nothing stands in front of this repeat');
        this.#at = start + 1;
        return this.#literal(123);
      case '*':
      case '+':
      case '?':
        this.#at = start;
        return this.#fail(`nothing stands in front of ${character} that could be repeated`);
      default:
        return this.#literal(character.codePointAt(0)!);
    }
  }

  #literal(code: number): PatternNode {
    return { kind: 'set', set: this.#cased(one(code)) };
  }

  #cased(set: CharacterSet): CharacterSet {
    return this.#flags.ignoreCase ? inAnyCase(set) : set;
  }

  #repeated(item: PatternNode): PatternNode {
    const counts = this.#counts();
    if (counts === undefined) return item;
    if (item.kind === 'assertion') this.#fail('an assertion cannot be repeated');
    const isLazy = this.#take('?');
    if (!isLazy && this.#peek() === '+') this.#notLinear('a possessive repeat');
    if (this.#counts() !== undefined) this.#fail('a repeat is repeated: put it in brackets, (?:...)');
    return { kind: 'repeat', item, ...counts, isLazy };
  }

  #counts(): { least: number; most: number } | undefined {
    if (this.#flags.verbose) this.#match(/(?:\s|#[^\n]*)+/y);
    if (this.#take('*')) return { least: 0, most: Infinity };
    if (this.#take('+')) return { least: 1, most: Infinity };
    if (this.#take('?')) return { least: 0, most: 1 };
    const found = this.#match(/\{(?:(\d+)|(\d*),(\d*))\}/y);
    if (found === null) return undefined;
    const [, exactly, from, to] = found;
    const least = Number(exactly ?? (from || 0));
    const most = exactly === undefined ? (to === '' ? Infinity : Number(to)) : least;
    if (least > most) this.#fail('a repeat has a least that is more than its most');
    return { least, most };
  }

  #group(): PatternNode | undefined {
    if (this.#match(/\?#[^)]*\)/y) !== null) return undefined;
    if ((this.#depth += 1) > deepest) this.#fail(`groups nest deeper than ${deepest} levels`);
    const outer = this.#flags;
    const index = this.#groupStart();
    const item = this.#choice();
    if (!this.#take(')')) this.#fail('a ( is never closed');
    this.#flags = outer;
    this.#depth -= 1;
    return index === undefined ? item : { kind: 'group', item, index };
  }

  /** The group's number; undefined if it does not capture. */
  #groupStart(): number | undefined {
    if (!this.#take('?')) return (this.#groups += 1);
    if (this.#take(':')) return undefined;
    const named = this.#match(/P<([^>)]*)>/y);
    if (named !== null) return this.#name(named[1]!);
    const flags = this.#match(/([aimsux]*)(?:-([imsx]+))?:/y);
    if (flags !== null) {
      this.#flags = this.#withFlags(flags[1]!, true);
      this.#flags = this.#withFlags(flags[2] ?? '', false);
      return undefined;
    }
    if (this.#match(/P=[^)]*\)/y) !== null) this.#notLinear('a back reference, (?P=name),');
    if (this.#match(/<?[=!]/y) !== null) this.#notLinear('look-ahead or look-behind, (?=...),');
    if (this.#take('>')) this.#notLinear('an atomic group, (?>...),');
    if (this.#take('(')) this.#notLinear('a condition, (?(1)...),');
    if (this.#match(/[aiLmsux]+\)/y) !== null)
      this.#fail('flags for all stand at the beginning of the regex');
    return this.#fail('this group is unknown: a named one is (?P<name>...)');
  }

  #name(name: string): number {
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name))
      this.#fail(`a group cannot be named ${JSON.stringify(name)}`);
    if (this.#names.has(name)) this.#fail(`two groups are named ${name}`);
    this.#groups += 1;
    this.#names.set(name, this.#groups);
    return this.#groups;
  }

  get #classes(): ClassEscapes {
    return this.#flags.ascii ? asciiClasses : unicodeClasses;
  }

  #escape(): PatternNode {
    const letter = this.#peek();
    if (letter === '') this.#fail('a backslash stands at the end');
    if (/[1-9]/.test(letter)) return this.#numberEscape();
    const set = this.#classEscape();
    if (set !== undefined) return { kind: 'set', set };
    if (this.#take('A')) return { kind: 'assertion', holds: assertions.start };
    if (this.#take('Z')) return { kind: 'assertion', holds: assertions.end };
    if (this.#take('b')) return { kind: 'assertion', holds: wordBoundary(this.#classes.w, true) };
    if (this.#take('B')) return { kind: 'assertion', holds: wordBoundary(this.#classes.w, false) };
    return this.#literal(this.#characterEscape());
  }

  #numberEscape(): PatternNode {
    const octal = this.#match(/[0-3][0-7]{2}/y);
    if (octal !== null) return this.#literal(Number.parseInt(octal[0], 8));
    return this.#notLinear(`a back reference, \\${this.#peek()},`);
  }

  /** `\d`, `\D`, ...: consumes nothing if it is another escape. */
  #classEscape(): CharacterSet | undefined {
    const letter = this.#match(/[dDsSwW]/y)?.[0];
    if (letter === undefined) return undefined;
    const set = this.#classes[letter.toLowerCase() as 'd' | 's' | 'w'];
    return letter === letter.toLowerCase() ? set : not(set);
  }

  #characterEscape(): number {
    const hex = this.#match(/x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})/y);
    if (hex !== null) return this.#codePoint(Number.parseInt(hex[1] ?? hex[2] ?? hex[3]!, 16));
    const octal = this.#match(/0[0-7]{0,2}/y);
    if (octal !== null) return Number.parseInt(octal[0], 8);
    const letter = String.fromCodePoint(this.#source.codePointAt(this.#at)!);
    const control = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }[letter];
    if (control === undefined && /[a-zA-Z0-9]/.test(letter))
      this.#fail(`\\${letter} is unknown: to mean a backslash, write two`);
    this.#at += letter.length;
    return control ?? letter.codePointAt(0)!;
  }

  #codePoint(code: number): number {
    return code <= 0x10ffff ? code : this.#fail('this is no character');
  }

  #class(): PatternNode {
    const start = this.#at;
    const isNegated = this.#take('^');
    const sets: CharacterSet[] = [];
    while (sets.length === 0 || this.#peek() !== ']') {
      if (this.#at >= this.#source.length) {
        this.#at = start;
        this.#fail('a [ is never closed');
      }
      sets.push(this.#classItem());
    }
    this.#at += 1;
    const set = this.#cased(anyOf(sets));
    return { kind: 'set', set: isNegated ? not(set) : set };
  }

  #classItem(): CharacterSet {
    const first = this.#classCharacter();
    if (!/^-[^\]]/s.test(this.#peek(2))) return typeof first === 'number' ? one(first) : first;
    this.#at += 1;
    const last = this.#classCharacter();
    if (typeof first !== 'number' || typeof last !== 'number' || first > last)
      return this.#fail('a range in [ ] goes from a character to a later one');
    return range(first, last);
  }

  #classCharacter(): number | CharacterSet {
    const code = this.#source.codePointAt(this.#at)!;
    this.#at += code > 0xffff ? 2 : 1;
    if (code !== 92) return code;
    if (this.#at >= this.#source.length) this.#fail('a backslash stands at the end');
    const octal = this.#match(/[0-3][0-7]{2}/y);
    if (octal !== null) return Number.parseInt(octal[0], 8);
    return this.#classEscape() ?? this.#characterEscape();
  }
}
