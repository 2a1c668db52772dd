/**
 * Python's replacement texts: `\1`, `\g<1>`, `\g<name>`, `\n`, `\101`; a group that did not participate is
 * empty.
 */
import { EvaluationError } from '../python/errors.ts';
import { singleEscapes } from '../python/escapes.ts';

/** Text, or the number of a group. */
export type Replacement = readonly (string | number)[];

const pieces = /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[1-3][0-7]{2})|([1-9]\d?)|([\s\S]?))|[^\\]+/g;
const letters: Readonly<Record<string, string>> = { ...singleEscapes, '\\': '\\' };

/**
 * @throws EvaluationError for a group that the pattern does not have, and for an escape that Python does not
 * have
 */
export function parseReplacement(
  template: string,
  groups: number,
  names: ReadonlyMap<string, number>,
): Replacement {
  return [...template.matchAll(pieces)].map(([whole, reference, octal, number, character]) => {
    if (reference !== undefined) return groupOf(reference, groups, names);
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (number !== undefined) return groupOf(number, groups, names);
    if (character === undefined) return whole;
    if (/^[a-zA-Z]?$/.test(character) && letters[character] === undefined)
      throw new EvaluationError(
        `the replacement has the unknown escape \\${character}: to mean a backslash, write two`,
      );
    return letters[character] ?? whole;
  });
}

function groupOf(reference: string, groups: number, names: ReadonlyMap<string, number>): number {
  const index = /^\d+$/.test(reference) ? Number(reference) : (names.get(reference) ?? -1);
  if (index < 0 || index > groups) throw new EvaluationError(`the regex has no group ${reference}`);
  return index;
}
