/**
 * The known word that a user probably meant by one that is not known: the one place that decides it, for
 * keys, values, names of objects and variables. Asked in this order, the surest first:
 *
 *     the same letters    onSuccess, ON-SUCCESS    on_success
 *     a synonym           cmd, ExecStart           command         (synonyms.ts)
 *     a typing error      hots, comand             host, command
 *     a part of the name  url                      poll_url
 *
 * A wrong suggestion is worse than none: it sends the user the wrong way. So the distance is bounded, and
 * `web-8` is never suggested for `web-9`.
 */
import { synonymsOf } from './synonyms.ts';

/** A longer word is no typing error. */
const LONGEST = 64;

export function closestWord(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  return sameLetters(word, known) ?? synonym(word, known) ?? misspelled(word, known) ?? partOf(word, known);
}

export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const closest = closestWord(word, known);
  return closest === undefined ? undefined : `did you mean ${closest}?`;
}

function sameLetters(word: string, known: readonly string[]): string | undefined {
  const wanted = lettersOf(word);
  return known.find((candidate) => lettersOf(candidate) === wanted);
}

/** `on-success`, `OnSuccess` and `on_success` have the same. */
function lettersOf(word: string): string {
  return word.toLowerCase().replaceAll(/[\s_.-]/g, '');
}

function synonym(word: string, known: readonly string[]): string | undefined {
  const synonyms = synonymsOf(lettersOf(word));
  return synonyms.find((one) => known.includes(one));
}

function misspelled(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const most = Math.min(mostErrors(wanted, candidate), (best?.distance ?? Infinity) - 1);
    if (Math.abs(candidate.length - wanted.length) > most || !haveSameDigits(wanted, candidate)) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance <= most) best = { word: candidate, distance };
  }
  return best?.word;
}

/** Whether one is the other with a typing error in it. */
export function isNear(left: string, right: string): boolean {
  return misspelled(left, [right]) !== undefined;
}

/** Of a word of three letters one may be wrong; of a long one three. */
function mostErrors(left: string, right: string): number {
  const length = Math.max(left.length, right.length);
  if (length < 3) return 0;
  return length < 6 ? 1 : length < 12 ? 2 : 3;
}

/** Another number is another thing, not a typing error. */
function haveSameDigits(left: string, right: string): boolean {
  return left.replaceAll(/\D/g, '') === right.replaceAll(/\D/g, '');
}

/** The shortest name that begins or ends with the word, or with which the word begins or ends. */
function partOf(word: string, known: readonly string[]): string | undefined {
  const wanted = partsOf(word);
  const [shortest] = known
    .filter((candidate) => haveSameDigits(word, candidate))
    .filter((candidate) => isPart(wanted, partsOf(candidate)) || isPart(partsOf(candidate), wanted))
    .toSorted((left, right) => left.length - right.length);
  return shortest;
}

/** A part of one or two letters, as `on` or `id`, says nothing. */
const SHORTEST_PART = 3;

function isPart(part: readonly string[], whole: readonly string[]): boolean {
  const text = part.join('_');
  if (text.length < SHORTEST_PART || part.length >= whole.length) return false;
  return whole.slice(0, part.length).join('_') === text || whole.slice(-part.length).join('_') === text;
}

function partsOf(word: string): string[] {
  return word.toLowerCase().split(/[\s_.-]+/);
}

/** Letters to insert, delete or change, or neighbours to exchange. */
function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      const isExchange = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      const exchange = isExchange ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(change, exchange, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[right.length] ?? 0;
}
