/**
 * Splits a YAML text into tokens, as PyYAML does: a mapping's key is recognized by the `:` after it on the
 * same line, blocks begin and end where the indentation changes, and inside brackets and quotes the
 * indentation has no meaning.
 *
 * One pass: each character is read a constant number of times, and at most one line's tokens are buffered
 * until it is known whether they are a key.
 */
import { isBlank, isBlankBreakOrEnd, isBreak, isFlowMark } from './characters.ts';
import { Cursor } from './cursor.ts';
import { type YamlOptions, YamlSyntaxError } from './nodes.ts';
import { scanBlock, scanPlain, scanQuoted } from './scalars.ts';
import { type TokenKind, type Token, tagText } from './token.ts';

/** A possible start of a key: decided by the next `:`. */
interface PossibleKey {
  readonly tokenNumber: number;
  /** Only a key is allowed at this position. */
  readonly isRequired: boolean;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** Maximum length of a key, which must be on one line. */
const maxKeyLength = 1024;

/** Consumed tokens are dropped in groups of this size. */
const maxConsumedTokens = 512;

export class Scanner {
  readonly #cursor: Cursor;
  readonly #options: YamlOptions;
  /** Tokens that are not consumed yet, from `#first` on. */
  #waiting: Token[] = [];
  #first = 0;
  #consumed = 0;
  readonly #outerIndents: number[] = [];
  #indent = -1;
  #flowLevel = 0;
  #mayBeKey = true;
  readonly #keys: (PossibleKey | undefined)[] = [];
  #hasEnded = false;

  constructor(text: string, options: YamlOptions) {
    this.#cursor = new Cursor(text);
    this.#options = options;
  }

  peek(): Token {
    while (this.#needsMore()) this.#scanNext();
    return this.#waiting[this.#first]!;
  }

  next(): Token {
    const token = this.peek();
    this.#first += 1;
    this.#consumed += 1;
    if (this.#first === this.#waiting.length || this.#first === maxConsumedTokens) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return token;
  }

  #needsMore(): boolean {
    if (this.#hasEnded) return false;
    if (this.#first === this.#waiting.length) return true;
    this.#refuseStaleKey();
    for (const key of this.#keys)
      if (key !== undefined && key.tokenNumber === this.#consumed && !this.#isStale(key)) return true;
    return false;
  }

  #isStale(key: PossibleKey): boolean {
    return key.line !== this.#cursor.line || this.#cursor.position - key.offset > maxKeyLength;
  }

  /** A key can be required only outside brackets. */
  #refuseStaleKey(): void {
    const key = this.#keys[0];
    if (key === undefined || !this.#isStale(key)) return;
    if (key.isRequired) this.#failForKey(key);
    this.#keys[0] = undefined;
  }

  #failForKey(key: PossibleKey): never {
    return this.#cursor.fail(
      'expected "key: value" here: a ":" is missing, or the indentation of the line is wrong',
      key.offset,
    );
  }

  #scanNext(): void {
    const cursor = this.#cursor;
    this.#skipToToken();
    this.#refuseStaleKey();
    this.#unwind(cursor.column);
    const code = cursor.code();
    if (cursor.isAtEnd) return this.#end();
    if (cursor.column === 0 && code === 37) return this.#directive();
    if (cursor.isAtDocumentMark()) return this.#documentMark();
    const character = cursor.text[cursor.position]!;
    switch (character) {
      case '[':
      case '{':
        return this.#openBracket(character);
      case ']':
      case '}':
        return this.#closeBracket(character);
      case ',':
        return this.#comma();
      case '-':
        if (isBlankBreakOrEnd(cursor.code(1))) return this.#entry();
        break;
      case '?':
        if (isBlankBreakOrEnd(cursor.code(1))) return this.#key();
        break;
      case ':':
        if (this.#flowLevel > 0 || isBlankBreakOrEnd(cursor.code(1))) return this.#value();
        break;
      case '*':
      case '&':
        if (this.#options.hasAnchors) return this.#name(character === '*' ? 'alias' : 'anchor');
        break;
      case '!':
        return this.#tag();
      case '|':
      case '>':
        if (this.#flowLevel === 0) return this.#block();
        break;
      case "'":
      case '"':
        return this.#quoted();
      default:
    }
    if (!this.#canBeginPlain(character)) this.#failForCharacter(character);
    this.#plain();
  }

  #skipToToken(): void {
    const cursor = this.#cursor;
    for (;;) {
      const start = cursor.position;
      while (isBlank(cursor.code())) cursor.position += 1;
      if (cursor.code() === 35) cursor.skipLine();
      if (!isBreak(cursor.code())) return this.#refuseTab(start);
      cursor.readBreak();
      if (this.#flowLevel === 0) this.#mayBeKey = true;
    }
  }

  /** Before the first token of a line. */
  #refuseTab(start: number): void {
    const { text, position, column } = this.#cursor;
    if (this.#flowLevel > 0 || position - start !== column || this.#cursor.isAtEnd) return;
    const at = text.slice(start, position).indexOf('\t');
    if (at !== -1) this.#cursor.fail('a tab cannot indent a line: use blanks', start + at);
  }

  #canBeginPlain(character: string): boolean {
    if (character === '@') return !this.#options.hasAnchors;
    if (character === '*' || character === '&') return true;
    const isMarkWithText = '-?:'.includes(character) && !isBlankBreakOrEnd(this.#cursor.code(1));
    return isMarkWithText || !'-?:,[]{}#&*!|>\'"%@`'.includes(character);
  }

  #failForCharacter(character: string): never {
    return this.#cursor.fail(`no text can begin with ${character}: put it in quotes`);
  }

  #add(kind: TokenKind, length: number, text = '', isPlain = false): void {
    this.#waiting.push({ kind, offset: this.#cursor.position, text, isPlain });
    this.#cursor.position += length;
  }

  #end(): void {
    this.#unwind(-1);
    this.#dropPossibleKey();
    this.#keys.length = 0;
    this.#add('end', 0);
    this.#hasEnded = true;
  }

  #directive(): void {
    const cursor = this.#cursor;
    this.#unwind(-1);
    this.#dropPossibleKey();
    this.#mayBeKey = false;
    const start = cursor.position;
    cursor.skipLine();
    const written = cursor.text.slice(start, cursor.position);
    if (/^%(?:YAML(?! +1\.\d+\s*(?:#.*)?$)|TAG\b)/.test(written))
      cursor.fail('expected no directive, or %YAML 1.1', start);
  }

  #documentMark(): void {
    this.#unwind(-1);
    this.#dropPossibleKey();
    this.#mayBeKey = false;
    const isStart = this.#cursor.text[this.#cursor.position] === '-';
    this.#add(isStart ? 'document start' : 'document end', 3);
  }

  #openBracket(bracket: '[' | '{'): void {
    this.#notePossibleKey();
    this.#flowLevel += 1;
    this.#refuseDepth();
    this.#mayBeKey = true;
    this.#add(bracket, 1);
  }

  #closeBracket(bracket: ']' | '}'): void {
    if (this.#flowLevel === 0)
      this.#cursor.fail(`this ${bracket} closes nothing: put a text that begins with it in quotes`);
    this.#dropPossibleKey();
    this.#flowLevel -= 1;
    this.#mayBeKey = false;
    this.#add(bracket, 1);
  }

  #comma(): void {
    if (this.#flowLevel === 0) this.#failForCharacter(',');
    this.#mayBeKey = true;
    this.#dropPossibleKey();
    this.#add(',', 1);
  }

  #entry(): void {
    if (this.#flowLevel === 0) {
      if (!this.#mayBeKey)
        this.#cursor.fail('a list cannot begin here: its "- " stands in a line of its own');
      this.#openBlock('sequence start', this.#cursor.column);
    }
    this.#mayBeKey = true;
    this.#dropPossibleKey();
    this.#add('entry', 1);
  }

  #key(): void {
    if (this.#flowLevel === 0) {
      if (!this.#mayBeKey) this.#failForMapping();
      this.#openBlock('mapping start', this.#cursor.column);
    }
    this.#mayBeKey = this.#flowLevel === 0;
    this.#dropPossibleKey();
    this.#add('key', 1);
  }

  #value(): void {
    const key = this.#keys[this.#flowLevel];
    if (key !== undefined && !this.#isStale(key)) this.#valueOf(key);
    else this.#valueWithoutKey();
    this.#add('value', 1);
  }

  #valueOf(key: PossibleKey): void {
    this.#keys[this.#flowLevel] = undefined;
    const inserted: Token[] = [{ kind: 'key', offset: key.offset, text: '', isPlain: false }];
    if (this.#flowLevel === 0 && this.#deepen(key.column))
      inserted.unshift({ kind: 'mapping start', offset: key.offset, text: '', isPlain: false });
    this.#waiting.splice(this.#first + key.tokenNumber - this.#consumed, 0, ...inserted);
    this.#mayBeKey = false;
  }

  #valueWithoutKey(): void {
    if (this.#flowLevel === 0) {
      if (!this.#mayBeKey) this.#failForMapping();
      this.#openBlock('mapping start', this.#cursor.column);
    }
    this.#mayBeKey = this.#flowLevel === 0;
    this.#dropPossibleKey();
  }

  #failForMapping(): never {
    return this.#cursor.fail(
      'a "key: value" cannot stand here: the indentation of the line is wrong, or a text holds ": " and has to be quoted',
    );
  }

  #name(kind: 'alias' | 'anchor'): void {
    const cursor = this.#cursor;
    this.#notePossibleKey();
    this.#mayBeKey = false;
    const start = cursor.position;
    let end = start + 1;
    while (!isBlankBreakOrEnd(cursor.text.charCodeAt(end)) && !isFlowMark(cursor.text.charCodeAt(end)))
      end += 1;
    if (end === start + 1) cursor.fail(`expected the name of an ${kind} here`);
    this.#add(kind, end - start, cursor.text.slice(start + 1, end));
  }

  /** `!!str`, `!local`, `!<uri>`; a single `!` has no meaning. */
  #tag(): void {
    const cursor = this.#cursor;
    this.#notePossibleKey();
    this.#mayBeKey = false;
    const start = cursor.position;
    let end = start + 1;
    while (!isBlankBreakOrEnd(cursor.text.charCodeAt(end))) {
      if (this.#flowLevel > 0 && isFlowMark(cursor.text.charCodeAt(end))) break;
      end += 1;
    }
    this.#add('tag', end - start, tagText(cursor.text.slice(start, end)));
  }

  #quoted(): void {
    this.#scalar((cursor) => scanQuoted(cursor), false);
    this.#mayBeKey = false;
  }

  #plain(): void {
    this.#scalar((cursor) => {
      const { text, endsLine } = scanPlain(cursor, this.#indent + 1, this.#flowLevel > 0);
      this.#mayBeKey = endsLine;
      return text;
    }, true);
  }

  #scalar(scan: (cursor: Cursor) => string, isPlain: boolean): void {
    this.#notePossibleKey();
    const offset = this.#cursor.position;
    this.#waiting.push({ kind: 'scalar', offset, text: scan(this.#cursor), isPlain });
  }

  #block(): void {
    this.#dropPossibleKey();
    this.#mayBeKey = true;
    const offset = this.#cursor.position;
    this.#waiting.push({
      kind: 'scalar',
      offset,
      text: scanBlock(this.#cursor, this.#indent),
      isPlain: false,
    });
  }

  #notePossibleKey(): void {
    if (!this.#mayBeKey) return;
    this.#dropPossibleKey();
    const { position: offset, line, column } = this.#cursor;
    this.#keys[this.#flowLevel] = {
      tokenNumber: this.#consumed + this.#waiting.length - this.#first,
      isRequired: this.#flowLevel === 0 && this.#indent === column,
      offset,
      line,
      column,
    };
  }

  #dropPossibleKey(): void {
    const key = this.#keys[this.#flowLevel];
    if (key?.isRequired === true) this.#failForKey(key);
    this.#keys[this.#flowLevel] = undefined;
  }

  #openBlock(kind: 'sequence start' | 'mapping start', column: number): void {
    if (this.#deepen(column)) this.#add(kind, 0);
  }

  #deepen(column: number): boolean {
    if (this.#indent >= column) return false;
    this.#outerIndents.push(this.#indent);
    this.#indent = column;
    this.#refuseDepth();
    return true;
  }

  #unwind(column: number): void {
    if (this.#flowLevel > 0) return;
    while (this.#indent > column) {
      this.#indent = this.#outerIndents.pop() ?? -1;
      this.#add('block end', 0);
    }
  }

  #refuseDepth(): void {
    const { depth } = this.#options.limits;
    if (this.#flowLevel + this.#outerIndents.length <= depth) return;
    throw new YamlSyntaxError('too deep', `nested deeper than ${depth} levels`, this.#cursor.position);
  }
}
