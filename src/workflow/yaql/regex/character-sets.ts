/** `\d`, `\s`, `\w` as Python has them: of all of Unicode, or of ASCII with `(?a)`. */
import type { CharacterSet } from './pattern-tree.ts';

/** A Unicode property: cached for ASCII characters, computed each time for others. */
function unicode(property: RegExp): CharacterSet {
  const ascii = Array.from({ length: 128 }, (_, code) => property.test(String.fromCharCode(code)));
  return (code) => ascii[code] ?? property.test(String.fromCodePoint(code));
}

const isDigit = unicode(/^\p{Nd}$/u);
const isWord = unicode(/^[\p{L}\p{N}_]$/u);
const isJavaScriptSpace = unicode(/^\s$/u);

/** Python takes the separators 28 to 31 and the next line as blank, and not the byte order mark. */
const isSpace: CharacterSet = (code) =>
  (isJavaScriptSpace(code) && code !== 0xfeff) || (code >= 28 && code <= 31) || code === 0x85;

const asciiDigit: CharacterSet = (code) => code >= 48 && code <= 57;
const asciiWord: CharacterSet = (code) => code < 128 && isWord(code);
const asciiSpace: CharacterSet = (code) => code === 32 || (code >= 9 && code <= 13);

export interface ClassEscapes {
  readonly d: CharacterSet;
  readonly s: CharacterSet;
  readonly w: CharacterSet;
}

export const unicodeClasses: ClassEscapes = {
  d: isDigit,
  s: isSpace,
  w: isWord,
};
export const asciiClasses: ClassEscapes = { d: asciiDigit, s: asciiSpace, w: asciiWord };

export function not(set: CharacterSet): CharacterSet {
  return (code) => !set(code);
}

export function one(expected: number): CharacterSet {
  return (code) => code === expected;
}

export function range(first: number, last: number): CharacterSet {
  return (code) => code >= first && code <= last;
}

export function anyOf(sets: readonly CharacterSet[]): CharacterSet {
  const [only] = sets;
  if (sets.length === 1 && only !== undefined) return only;
  return (code) => sets.some((set) => set(code));
}

/** Matches a character if the set contains it in either case. */
export function inAnyCase(set: CharacterSet): CharacterSet {
  return (code) => {
    if (set(code)) return true;
    const text = String.fromCodePoint(code);
    return isInside(set, text.toLowerCase()) || isInside(set, text.toUpperCase());
  };
}

/** A character whose other case consists of several characters has no other case. */
function isInside(set: CharacterSet, text: string): boolean {
  const code = text.codePointAt(0)!;
  return text.length === (code > 0xffff ? 2 : 1) && set(code);
}
