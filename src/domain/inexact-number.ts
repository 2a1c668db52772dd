/** Whole numbers in JSON that JavaScript rounds: a password of digits would be another one. */

/**
 * Where a JSON text has a whole number that JavaScript would change silently (`input.ids.0`); undefined where
 * nowhere.
 */
export function inexactNumberIn(text: string): string | undefined {
  if (!/\d{16}/.test(text)) return undefined;
  let isFound = false;
  const marked: unknown = JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    if (!isInexact(value, context?.source ?? '')) return value;
    isFound = true;
    return inexact;
  });
  return isFound ? placeOf(inexact, marked) : undefined;
}

const inexact = Symbol('a number that was changed');

function placeOf(wanted: symbol, root: unknown): string | undefined {
  const open: [place: string, value: unknown][] = [['', root]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [place, value] = next;
    if (value === wanted) return place;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value))
      open.push([place === '' ? key : `${place}.${key}`, inner]);
  }
  return undefined;
}

/** `1e20` is a float, which is rounded everywhere. */
function isInexact(value: unknown, source: string): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source);
}

/** @param place where it stands; empty: it is all that there is. */
export function describeInexact(place: string): string {
  const subject = place === '' ? '' : `${place}: `;
  return `${subject}a whole number beyond 2^53 cannot be kept exactly: send it as text`;
}
