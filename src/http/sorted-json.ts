/** JSON with its keys in order, as Senlin writes it: answers can be compared as text. */
export function toSortedJson(value: unknown): string {
  return JSON.stringify(isSorted(value) ? value : sorted(value));
}

/**
 * Our own shapes are in order already: they are checked without a copy, so that a long list costs little more
 * than its text.
 */
function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let before = '';
  for (const key in value) {
    if (before > key || !isSorted((value as Readonly<Record<string, unknown>>)[key])) return false;
    before = key;
  }
  return true;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
