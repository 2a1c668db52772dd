/** Scans scalars: plain, quoted, and the two kinds of blocks. */
import { isBlank, isBlankBreakOrEnd, isBreak, isFlowMark, space } from './characters.ts';
import type { Cursor } from './cursor.ts';

const colon = 58;
const hash = 35;
const doubleQuote = 34;
const quote = 39;
const backslash = 92;

export interface PlainText {
  readonly text: string;
  /** A key may begin after it, because the line ended. */
  readonly endsLine: boolean;
}

/** A plain text continues over lines that are indented deeper than `indent`; in brackets over any line. */
export function scanPlain(cursor: Cursor, indent: number, inFlow: boolean): PlainText {
  const parts: string[] = [];
  let between = '';
  let endsLine = false;
  while (cursor.code() !== hash) {
    const start = cursor.position;
    skipPlainCharacters(cursor, inFlow);
    if (cursor.position === start) break;
    parts.push(between, cursor.text.slice(start, cursor.position));
    const gap = scanGap(cursor);
    endsLine = gap.endsLine;
    between = gap.text;
    if (gap.text === '' || gap.endsDocument || (!inFlow && cursor.column < indent)) break;
  }
  return { text: parts.join(''), endsLine };
}

function skipPlainCharacters(cursor: Cursor, inFlow: boolean): void {
  for (;;) {
    const code = cursor.code();
    if (isBlankBreakOrEnd(code) || (inFlow && isFlowMark(code))) return;
    if (code === colon) {
      const next = cursor.code(1);
      if (isBlankBreakOrEnd(next) || (inFlow && isFlowMark(next))) return;
    }
    cursor.position += 1;
  }
}

interface Gap {
  /** The gap between two parts of a text: blanks, or folded line breaks. */
  readonly text: string;
  readonly endsLine: boolean;
  readonly endsDocument: boolean;
}

function scanGap(cursor: Cursor): Gap {
  const start = cursor.position;
  while (isBlank(cursor.code())) cursor.position += 1;
  if (!isBreak(cursor.code()))
    return { text: cursor.text.slice(start, cursor.position), endsLine: false, endsDocument: false };
  const first = cursor.readBreak();
  const more: string[] = [];
  while (!cursor.isAtDocumentMark()) {
    const code = cursor.code();
    if (code === space) cursor.position += 1;
    else if (isBreak(code)) more.push(cursor.readBreak());
    else break;
  }
  return { text: folded(first, more), endsLine: true, endsDocument: cursor.isAtDocumentMark() };
}

/** One line break becomes a blank; further ones are kept. */
function folded(first: string, more: readonly string[]): string {
  if (first !== '\n') return first + more.join('');
  return more.length === 0 ? ' ' : more.join('');
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\u0007',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\u001b',
  ' ': ' ',
  '"': '"',
  '\\': '\\',
  '/': '/',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};

const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A quoted text may continue at any column. */
export function scanQuoted(cursor: Cursor): string {
  const start = cursor.position;
  const mark = cursor.code();
  const parts: string[] = [];
  cursor.position += 1;
  for (;;) {
    const code = cursor.code();
    if (code === mark) {
      cursor.position += 1;
      if (mark === doubleQuote || cursor.code() !== quote) return parts.join('');
      cursor.position += 1;
      parts.push("'");
    } else if (code === backslash && mark === doubleQuote) {
      parts.push(scanEscape(cursor));
    } else if (isBlankBreakOrEnd(code)) {
      if (cursor.isAtEnd) cursor.fail('this quote is never closed', start);
      parts.push(scanQuotedGap(cursor, start));
    } else {
      const from = cursor.position;
      skipQuotedCharacters(cursor, mark);
      parts.push(cursor.text.slice(from, cursor.position));
    }
  }
}

function skipQuotedCharacters(cursor: Cursor, mark: number): void {
  for (;;) {
    const code = cursor.code();
    if (code === mark || isBlankBreakOrEnd(code)) return;
    if (code === backslash && mark === doubleQuote) return;
    cursor.position += 1;
  }
}

function scanQuotedGap(cursor: Cursor, start: number): string {
  const from = cursor.position;
  while (isBlank(cursor.code())) cursor.position += 1;
  if (!isBreak(cursor.code())) return cursor.text.slice(from, cursor.position);
  return folded(cursor.readBreak(), scanEmptyLines(cursor, start));
}

function scanEmptyLines(cursor: Cursor, start: number): string[] {
  const breaks: string[] = [];
  for (;;) {
    if (cursor.isAtDocumentMark()) cursor.fail('this quote is not closed before the document ends', start);
    while (isBlank(cursor.code())) cursor.position += 1;
    if (!isBreak(cursor.code())) return breaks;
    breaks.push(cursor.readBreak());
  }
}

function scanEscape(cursor: Cursor): string {
  const start = cursor.position;
  cursor.position += 1;
  const character = cursor.text[cursor.position] ?? '';
  const plain = Object.hasOwn(escapes, character) ? escapes[character] : undefined;
  if (plain !== undefined) {
    cursor.position += 1;
    return plain;
  }
  const digits = hexDigits[character];
  if (digits !== undefined) return scanCodePoint(cursor, digits, start);
  if (!isBreak(cursor.code()))
    cursor.fail(
      `"\\${character === '\0' ? '' : character}" is no escape in double quotes: write "\\\\" for a backslash, or use single quotes`,
      start,
    );
  cursor.readBreak();
  return scanEmptyLines(cursor, start).join('');
}

function scanCodePoint(cursor: Cursor, digits: number, start: number): string {
  const written = cursor.text.slice(cursor.position + 1, cursor.position + 1 + digits);
  const value = /^[0-9a-f]+$/i.test(written) && written.length === digits ? Number.parseInt(written, 16) : -1;
  if (value < 0 || value > 0x10ffff)
    cursor.fail(`this escape needs ${digits} hexadecimal digits of a character`, start);
  cursor.position += 1 + digits;
  return String.fromCodePoint(value);
}

/** `|` keeps line breaks, `>` folds them; `indent` is that of the mapping or list around it. */
export function scanBlock(cursor: Cursor, indent: number): string {
  const isFolded = cursor.text[cursor.position] === '>';
  cursor.position += 1;
  const { chomping, increment } = scanBlockHeader(cursor);
  const least = Math.max(1, indent + 1);
  let breaks: string[] = [];
  let depth = least + (increment ?? 1) - 1;
  if (increment === undefined) {
    const found = scanBlockIndentation(cursor);
    breaks = found.breaks;
    depth = Math.max(least, found.deepest);
  } else breaks = scanBlockBreaks(cursor, depth);
  const parts: string[] = [];
  let last = '';
  while (cursor.column === depth && !cursor.isAtEnd) {
    parts.push(...breaks);
    const isIndented = isBlank(cursor.code());
    const start = cursor.position;
    cursor.skipLine();
    parts.push(cursor.text.slice(start, cursor.position));
    last = cursor.readBreak();
    breaks = scanBlockBreaks(cursor, depth);
    if (cursor.column !== depth || cursor.isAtEnd) break;
    if (!isFolded || last !== '\n' || isIndented || isBlank(cursor.code())) parts.push(last);
    else if (breaks.length === 0) parts.push(' ');
  }
  if (chomping !== '-') parts.push(last);
  if (chomping === '+') parts.push(...breaks);
  return parts.join('');
}

function scanBlockHeader(cursor: Cursor): { chomping: string; increment: number | undefined } {
  const start = cursor.position;
  const header = /(?:[-+][1-9]?|[1-9][-+]?)?/y;
  header.lastIndex = start;
  const written = header.exec(cursor.text)?.[0] ?? '';
  cursor.position += written.length;
  if (!isBlankBreakOrEnd(cursor.code()))
    cursor.fail('behind | or > stand at most a digit of 1 to 9, and + or -');
  while (isBlank(cursor.code())) cursor.position += 1;
  if (cursor.code() === hash) cursor.skipLine();
  if (!isBreak(cursor.code()) && !cursor.isAtEnd) cursor.fail('a block of text begins in the line below');
  cursor.readBreak();
  const digit = /[1-9]/.exec(written)?.[0];
  return {
    chomping: /[-+]/.exec(written)?.[0] ?? '',
    increment: digit === undefined ? undefined : Number(digit),
  };
}

function scanBlockIndentation(cursor: Cursor): { breaks: string[]; deepest: number } {
  const breaks: string[] = [];
  let deepest = 0;
  for (;;) {
    const code = cursor.code();
    if (code === space) {
      cursor.position += 1;
      deepest = Math.max(deepest, cursor.column);
    } else if (isBreak(code)) breaks.push(cursor.readBreak());
    else return { breaks, deepest };
  }
}

function scanBlockBreaks(cursor: Cursor, indent: number): string[] {
  const breaks: string[] = [];
  for (;;) {
    cursor.skipSpaces(indent);
    if (!isBreak(cursor.code())) return breaks;
    breaks.push(cursor.readBreak());
  }
}
