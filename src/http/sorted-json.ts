/** JSON with its keys in order, as Senlin writes it: answers can be compared as text. */
export function toSortedJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/**
 * Our own shapes are in order already. Only a map that is not, and what it stands in, is copied, so that a
 * long list costs little more than its text.
 */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? sortedList(value) : sortedMap(value as Readonly<Record<string, unknown>>);
}

function sortedList(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const item = sorted(list[index]);
    if (item !== list[index]) (copy ??= [...list])[index] = item;
  }
  return copy ?? list;
}

function sortedMap(map: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let before = '';
  for (const key in map) {
    if (before > key || sorted(map[key]) !== map[key]) return sortedCopy(map);
    before = key;
  }
  return map;
}

function sortedCopy(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(map).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
