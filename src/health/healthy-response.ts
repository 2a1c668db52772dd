/**
 * `poll_url_healthy_response`: a pattern that the body of a healthy answer holds somewhere. Senlin searched with Python's backtracking `re`;
 * here RE2 matches, in time linear in the body. Linear still means body times pattern, so that product is bounded too.
 */
import { RE2JS, RE2JSException } from 're2js';

/** Of a longer body, the beginning is looked at and the rest is not read. */
export const BODY_LIMIT = 64 * 1024;

/** RE2 takes about 30 ns for an instruction and a character at worst: this is a quarter of a second, on a body made to be slow. */
const STEP_LIMIT = 8_000_000;
const PROGRAM_LIMIT = 1000;

export interface HealthyResponse {
  /** Bytes of a body that are looked at. */
  readonly bodyLimit: number;
  isIn(body: string): boolean;
}

/** Null where any body will do. A wrong pattern is returned as `expected`, in words for the one who wrote it. */
export function parseHealthyResponse(
  pattern: string,
):
  | { readonly ok: true; readonly response: HealthyResponse | null }
  | { readonly ok: false; readonly expected: string } {
  if (pattern === '') return { ok: true, response: null };
  try {
    const compiled = RE2JS.compile(pattern);
    const size = compiled.programSize();
    if (size > PROGRAM_LIMIT) return { ok: false, expected: 'a shorter pattern (its repetitions count)' };
    return { ok: true, response: responseOf(compiled, pattern, size) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { ok: false, expected: `a regular expression in RE2 syntax (${error.message})` };
  }
}

function responseOf(compiled: RE2JS, pattern: string, size: number): HealthyResponse {
  const mayEndBeforeNewline = pattern.includes('$');
  return {
    bodyLimit: Math.min(BODY_LIMIT, Math.floor(STEP_LIMIT / size)),
    // Python's `$` also matches before a last newline, RE2's does not, and most bodies end with one.
    isIn: (body) =>
      compiled.test(body) || (mayEndBeforeNewline && body.endsWith('\n') && compiled.test(body.slice(0, -1))),
  };
}
