/**
 * Splits a Jinja template into text and the tokens of its tags, with Mistral's settings: `trim_blocks` (the
 * line break after a block is dropped) and `lstrip_blocks` (so are the blanks before a block at the start of
 * a line).
 */
import { LanguageSyntaxError } from '../yaql/python/errors.ts';
import { toFloat } from '../yaql/python/numbers.ts';
import type { Value } from '../yaql/python/values.ts';
import { singleEscapes } from '../yaql/python/escapes.ts';

export type TokenKind =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'constant'
  | 'string'
  | 'operator'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The text, name or operator; the content of a string. */
  readonly text: string;
  readonly value?: Value;
  readonly offset: number;
}

const tagStart = /\{\{[-+]?|\{%[-+]?|\{#[-+]?/g;
const rawStart = /\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})/y;
const rawEnd = /\{%([-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\}\n?)/g;
const commentEnd = /\+#\}|-#\}\s*|#\}\n?/g;
const blockEnd = /\+%\}|-%\}\s*|%\}\n?/y;
const variableEnd = /-\}\}\s*|\}\}/y;

/** @throws LanguageSyntaxError */
export function tokenize(template: string): readonly Token[] {
  return new Lexer(template).run();
}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #offset = 0;
  #startsLine = true;

  constructor(template: string) {
    // Offsets of errors refer to this text; CRLF counts as one character.
    this.#source = template.replaceAll(/\r\n?/g, '\n').replace(/\n$/, '');
  }

  run(): readonly Token[] {
    while (this.#offset < this.#source.length) this.#section();
    return [...this.#tokens, { kind: 'end', text: 'the end of the template', offset: this.#source.length }];
  }

  /** Text up to the next tag, and the tag. */
  #section(): void {
    tagStart.lastIndex = this.#offset;
    const tag = tagStart.exec(this.#source);
    if (tag === null) {
      this.#data(this.#source.slice(this.#offset));
      this.#offset = this.#source.length;
      return;
    }
    this.#data(this.#stripped(this.#source.slice(this.#offset, tag.index), tag[0]));
    this.#offset = tag.index;
    if (tag[0].startsWith('{#')) this.#comment();
    else if (!this.#raw()) this.#tag(tag[0]);
    this.#startsLine = this.#source[this.#offset - 1] === '\n';
  }

  #data(text: string): void {
    if (text !== '') this.#tokens.push({ kind: 'data', text, offset: this.#offset });
  }

  #stripped(text: string, tag: string): string {
    if (tag.endsWith('-')) return text.trimEnd();
    if (tag.endsWith('+') || tag.startsWith('{{')) return text;
    const line = text.lastIndexOf('\n') + 1;
    const isLineStart = line > 0 || this.#startsLine;
    return isLineStart && text.slice(line).trim() === '' ? text.slice(0, line) : text;
  }

  #comment(): void {
    commentEnd.lastIndex = this.#offset + 2;
    const end = commentEnd.exec(this.#source);
    if (end === null) throw new LanguageSyntaxError('a comment is not closed', this.#offset);
    this.#offset = commentEnd.lastIndex;
  }

  #raw(): boolean {
    rawStart.lastIndex = this.#offset;
    if (!rawStart.test(this.#source)) return false;
    const start = rawStart.lastIndex;
    rawEnd.lastIndex = start;
    const end = rawEnd.exec(this.#source);
    if (end === null) throw new LanguageSyntaxError('a raw block is not closed', this.#offset);
    this.#startsLine = this.#source[start - 1] === '\n';
    this.#data(this.#stripped(this.#source.slice(start, end.index), `{%${end[1]}`));
    this.#offset = rawEnd.lastIndex;
    return true;
  }

  #tag(opening: string): void {
    const isBlock = opening.startsWith('{%');
    const end = isBlock ? blockEnd : variableEnd;
    this.#push(isBlock ? 'block_begin' : 'variable_begin', opening, opening.length);
    const brackets: string[] = [];
    for (;;) {
      this.#skipBlanks();
      if (this.#offset >= this.#source.length)
        throw new LanguageSyntaxError('a tag is not closed', this.#offset);
      end.lastIndex = this.#offset;
      const closing = brackets.length === 0 ? end.exec(this.#source) : null;
      if (closing !== null) {
        this.#push(isBlock ? 'block_end' : 'variable_end', closing[0].trim(), closing[0].length);
        return;
      }
      this.#token(brackets);
    }
  }

  #push(kind: TokenKind, text: string, length: number, value?: Value): void {
    this.#tokens.push({ kind, text, offset: this.#offset, ...(value === undefined ? {} : { value }) });
    this.#offset += length;
  }

  #skipBlanks(): void {
    this.#offset += this.#match(/\s*/y)!.length;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    return pattern.exec(this.#source)?.[0];
  }

  #token(brackets: string[]): void {
    const float = this.#match(floatPattern);
    if (float !== undefined)
      return this.#push('constant', float, float.length, toFloat(Number(float.replaceAll('_', ''))));
    const integer = this.#match(integerPattern);
    if (integer !== undefined) return this.#push('constant', integer, integer.length, this.#integer(integer));
    const name = this.#match(namePattern);
    if (name !== undefined) return this.#push('name', name, name.length);
    const string = this.#match(stringPattern);
    if (string !== undefined)
      return this.#push('string', decodeEscapes(string.slice(1, -1), this.#offset), string.length);
    const operator = this.#match(operatorPattern);
    if (operator === undefined) {
      throw new LanguageSyntaxError(
        `unexpected character ${JSON.stringify(this.#source[this.#offset])}`,
        this.#offset,
      );
    }
    this.#balance(operator, brackets);
    this.#push('operator', operator, operator.length);
  }

  #integer(text: string): number {
    const number = Number(text.replaceAll('_', ''));
    if (Number.isSafeInteger(number)) return number;
    throw new LanguageSyntaxError(`the integer ${text} is out of range: beyond 2^53`, this.#offset);
  }

  #balance(operator: string, brackets: string[]): void {
    const closing = { '(': ')', '[': ']', '{': '}' }[operator];
    if (closing !== undefined) brackets.push(closing);
    else if (/^[)\]}]$/.test(operator) && brackets.pop() !== operator) {
      throw new LanguageSyntaxError(`unexpected "${operator}"`, this.#offset);
    }
  }
}

const floatPattern = /(?<![.\w])\d+(?:_\d+)*(?:\.\d+(?:_\d+)*(?:[eE][+-]?\d+)?|[eE][+-]?\d+)/y;
const integerPattern = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y;
const namePattern = /[\p{L}_][\p{L}\p{N}\p{M}_]*/uy;
const stringPattern = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y;
const operatorPattern = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/y;

/** A line that a backslash ends goes on in the next one. */
const escapes: Readonly<Record<string, string>> = { ...singleEscapes, '\n': '' };

/** Python's escapes; an unknown one is kept as written. */
function decodeEscapes(body: string, offset: number): string {
  return body.replaceAll(
    /\\(?:U([\da-fA-F]{8})|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([0-7]{1,3})|([\\'"abfnrtv\n])|([uUxN]))/g,
    (_, long?: string, short?: string, byte?: string, octal?: string, single = '', broken = '') => {
      const code = Number.parseInt(long ?? short ?? byte ?? '0', 16);
      if (broken !== '' || code > 0x10ffff)
        throw new LanguageSyntaxError('a string holds a broken escape', offset);
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (single !== '') return escapes[single] ?? single;
      return String.fromCodePoint(code);
    },
  );
}
