import { LanguageSyntaxError } from './python/errors.ts';
import { toFloat, type PyNumber } from './python/numbers.ts';
import { singleEscapes } from './python/escapes.ts';

export type TokenKind = 'number' | 'text' | 'word' | 'call' | 'variable' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The symbol, word, or name; for a text its decoded content. */
  readonly text: string;
  readonly value?: PyNumber;
  /** Where it starts, in UTF-16 units. */
  readonly offset: number;
}

const blanks = /[ \t\r\n]*/y;
const symbols = /=>|->|\?\.|>=|<=|!=|=~|!~|[.+\-*/<>=()[\]{},]/y;
const numberPattern = /\d+(?:\.\d+)?(?![\p{L}\p{N}_])/uy;
const namePattern = /[\p{L}_][\p{L}\p{N}\p{M}_]*/uy;
const variablePattern = /\$[\p{L}\p{N}\p{M}_]*/uy;
const quoted: Readonly<Record<string, RegExp>> = {
  "'": /'(?:[^'\\]|\\.)*'/suy,
  '"': /"(?:[^"\\]|\\.)*"/suy,
  '`': /`(?:[^`\\]|\\.)*`/suy,
};

/**
 * The tokens of a YAQL expression, an `end` last. A name directly before a parenthesis is a `call`.
 * @throws LanguageSyntaxError at the first character that begins no token
 */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = skipBlanks(source, 0);
  while (offset < source.length) {
    const [token, end] = readToken(source, offset);
    tokens.push(token);
    offset = skipBlanks(source, end);
  }
  return [...tokens, { kind: 'end', text: 'the end', offset: source.length }];
}

function skipBlanks(source: string, offset: number): number {
  blanks.lastIndex = offset;
  blanks.test(source);
  return blanks.lastIndex;
}

function match(pattern: RegExp, source: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(source)?.[0];
}

/** Operators of other languages, with their YAQL equivalents. */
const foreignOperators = [
  ['==', '= to compare'],
  ['&&', 'and'],
  ['||', 'or'],
] as const;

function readToken(source: string, offset: number): readonly [Token, number] {
  const first = source[offset]!;
  if (Object.hasOwn(quoted, first)) return readText(source, offset, quoted[first]!);
  const number = match(numberPattern, source, offset);
  if (number !== undefined) return [numberToken(number, offset), offset + number.length];
  const variable = match(variablePattern, source, offset);
  if (variable !== undefined) return [{ kind: 'variable', text: variable, offset }, offset + variable.length];
  const name = match(namePattern, source, offset);
  if (name !== undefined) return readName(name, source, offset);
  const foreign = foreignOperators.find(([operator]) => source.startsWith(operator, offset));
  if (foreign !== undefined) {
    const message = `unexpected ${JSON.stringify(foreign[0])}: in YAQL write ${foreign[1]}`;
    throw new LanguageSyntaxError(message, offset);
  }
  const symbol = match(symbols, source, offset);
  if (symbol !== undefined) return [{ kind: 'symbol', text: symbol, offset }, offset + symbol.length];
  throw new LanguageSyntaxError(`unexpected character ${JSON.stringify(first)}`, offset);
}

function numberToken(text: string, offset: number): Token {
  const number = Number(text);
  if (text.includes('.')) return { kind: 'number', text, value: toFloat(number), offset };
  if (Number.isSafeInteger(number)) return { kind: 'number', text, value: number, offset };
  throw new LanguageSyntaxError(`the integer ${text} is out of range: beyond 2^53`, offset);
}

function readName(name: string, source: string, offset: number): readonly [Token, number] {
  const end = offset + name.length;
  if (source[end] === '(') return [{ kind: 'call', text: name, offset }, end + 1];
  // `$.__execution` is a variable of Mistral.
  const isProperty = source[offset - 1] === '.';
  if (name.startsWith('__') && !isProperty)
    throw new LanguageSyntaxError(`a word may not begin with "__": ${name}`, offset);
  return [{ kind: 'word', text: name, offset }, end];
}

function readText(source: string, offset: number, pattern: RegExp): readonly [Token, number] {
  const text = match(pattern, source, offset);
  if (text === undefined) throw new LanguageSyntaxError('a text has no closing quote', offset);
  const body = text.slice(1, -1);
  const content = text.startsWith('`') ? body.replaceAll('\\`', '`') : decodeEscapes(body, offset);
  return [{ kind: 'text', text: content, offset }, offset + text.length];
}

/**
 * Python's escapes; a backslash before any other character is kept, so that regexes need no double escaping.
 */
function decodeEscapes(body: string, offset: number): string {
  return body.replaceAll(
    /\\(?:U(.{8})|u(.{4})|x(.{2})|([0-7]{1,3})|([\\'"abfnrtv]))/gsu,
    (_, long?: string, short?: string, byte?: string, octal?: string, single = '') => {
      const hex = long ?? short ?? byte;
      if (hex !== undefined) return codePoint(hex, offset);
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return singleEscapes[single] ?? single;
    },
  );
}

function codePoint(hex: string, offset: number): string {
  const code = /^[\da-f]+$/i.test(hex) ? Number.parseInt(hex, 16) : Number.NaN;
  if (!(code <= 0x10ffff)) throw new LanguageSyntaxError(`\\${hex} is no escape of a character`, offset);
  return String.fromCodePoint(code);
}
