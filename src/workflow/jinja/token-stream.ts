import { LanguageSyntaxError } from '../yaql/python/errors.ts';
import { maxExpressionDepth } from '../yaql/python/limits.ts';
import type { Token, TokenKind } from './lexer.ts';

/** The tokens of a template, read one after another. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#position]!;
  }

  get following(): Token {
    return this.#tokens[Math.min(this.#position + 1, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.current;
    if (token.kind !== 'end') this.#position++;
    return token;
  }

  is(kind: TokenKind, text?: string): boolean {
    return this.current.kind === kind && (text === undefined || this.current.text === text);
  }

  isOperator(text: string): boolean {
    return this.is('operator', text);
  }

  isWord(...words: readonly string[]): boolean {
    return this.current.kind === 'name' && words.includes(this.current.text);
  }

  skipOperator(text: string): boolean {
    const isIt = this.isOperator(text);
    if (isIt) this.next();
    return isIt;
  }

  skipWord(text: string): boolean {
    const isIt = this.isWord(text);
    if (isIt) this.next();
    return isIt;
  }

  expect(kind: TokenKind, text?: string): Token {
    if (this.is(kind, text)) return this.next();
    throw this.unexpected(`expected ${text === undefined ? kind.replace('_', ' ') : JSON.stringify(text)}`);
  }

  unexpected(expectation?: string): LanguageSyntaxError {
    const { kind, text, offset } = this.current;
    const found = kind === 'end' ? text : JSON.stringify(text);
    return new LanguageSyntaxError(
      `unexpected ${found}${expectation === undefined ? '' : `, ${expectation}`}`,
      offset,
    );
  }

  /** Limits how deeply expressions and blocks nest. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > maxExpressionDepth) {
      throw new LanguageSyntaxError(
        `the template nests deeper than ${maxExpressionDepth} levels`,
        this.current.offset,
      );
    }
    const result = parse();
    this.#depth--;
    return result;
  }
}
