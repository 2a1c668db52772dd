/**
 * `poll_url_healthy_response`: a pattern that the body of a healthy answer holds somewhere. Senlin searched
 * with Python's backtracking `re`; here RE2 matches, in time linear in the body. Linear still means body
 * times pattern, so that product is bounded too.
 */
import { RE2JS, RE2JSException } from 're2js';

/** Of a longer body only the beginning is compared; the rest is not read. */
export const BODY_LIMIT = 64 * 1024;

/**
 * RE2 takes about 30 ns for an instruction and a character at worst: this is a quarter of a second, on a body
 * made to be slow.
 */
const STEP_LIMIT = 8_000_000;
const PROGRAM_LIMIT = 1000;

export interface HealthyResponse {
  /** Bytes of a body that are compared. */
  readonly bodyLimit: number;
  /** The pattern, cut where it is long. */
  readonly inWords: string;
  isIn(body: string): boolean;
}

export type ParsedResponse =
  /** Null where any body will do. */
  | { readonly ok: true; readonly response: HealthyResponse | null }
  /** What is wrong, in words for the one who wrote the pattern. */
  | { readonly ok: false; readonly expected: string; readonly hint: string };

export function parseHealthyResponse(pattern: string): ParsedResponse {
  if (pattern === '') return { ok: true, response: null };
  try {
    const compiled = RE2JS.compile(pattern);
    const size = compiled.programSize();
    if (size > PROGRAM_LIMIT)
      return { ok: false, expected: 'a shorter pattern', hint: 'what is repeated counts as often as it is' };
    return { ok: true, response: responseOf(compiled, pattern, size) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { ok: false, expected: 'a regular expression in RE2 syntax', hint: whyNot(error) };
  }
}

/** What Python's `re` has and RE2 lacks, by the part of the pattern that RE2 complains of. */
const pythonOnly: readonly (readonly [syntax: RegExp, sentence: string])[] = [
  [
    /\(\?<?[=!]/,
    'RE2 has no lookahead and no lookbehind, (?= (?! (?<= (?<!, because it matches in linear time',
  ],
  [/\\[1-9]|^\(\?P$/, 'RE2 has no backreferences, \\1 and (?P=name), because it matches in linear time'],
  [
    /[*+?}]\+|\(\?>/,
    'RE2 has no possessive repetition and no atomic groups, a*+ and (?>a): write them without',
  ],
  [/^\{\d/, 'a repetition is {n} or {n,m} with n at most m, and in RE2 at most 1000 (nested ones multiply)'],
  [/\(\?\(/, 'RE2 has no conditional groups, (?(1)a|b)'],
  [/\(\?#/, 'RE2 has no comments, (?#...)'],
  [/\(\?[a-z]*[xauL]/, 'RE2 knows the flags i, m, s and U only'],
  [/\\Z/, 'the end of the text is \\z in RE2'],
  [/\\[uUN]/, 'a character is written by its number as \\x{e9} in RE2'],
];

function whyNot({ message }: RE2JSException): string {
  const reason = message.replace('error parsing regexp: ', '');
  const part = /`(.*)`$/s.exec(reason)?.[1] ?? '';
  return pythonOnly.find(([syntax]) => syntax.test(part))?.[1] ?? reason;
}

function responseOf(compiled: RE2JS, pattern: string, size: number): HealthyResponse {
  const mayEndBeforeNewline = pattern.includes('$');
  return {
    inWords: pattern.length <= 100 ? pattern : `${pattern.slice(0, 100)}...`,
    bodyLimit: Math.min(BODY_LIMIT, Math.floor(STEP_LIMIT / size)),
    // Python's `$` also matches before a last newline, RE2's does not, and most bodies end with one.
    isIn: (body) =>
      compiled.test(body) || (mayEndBeforeNewline && body.endsWith('\n') && compiled.test(body.slice(0, -1))),
  };
}
