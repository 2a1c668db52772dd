/** JSON with its keys in order, as Senlin writes it: answers can be compared as text. */
export function toSortedJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** The same value where nothing has to be moved, so that what is in order already costs a look only. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const keys = Object.keys(value);
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  const inOrder = keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') < key);
  if (!inOrder) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
