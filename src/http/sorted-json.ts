/** JSON with its keys in order, as Senlin writes it: answers can be compared as text. */
export function toSortedJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** What is in order already, as our own shapes are, is looked at and not copied: a list of 1,000 nodes should cost little more than its text. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return sortedList(value);
  const map = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(map);
  let same = isInOrder(keys);
  const items = keys.map((key) => {
    const item = sorted(map[key]);
    if (item !== map[key]) same = false;
    return item;
  });
  if (same) return value;
  const entries = keys.map((key, index) => [key, items[index]] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sortedList(list: readonly unknown[]): readonly unknown[] {
  const items = list.map(sorted);
  return items.some((item, index) => item !== list[index]) ? items : list;
}

function isInOrder(keys: readonly string[]): boolean {
  return keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') <= key);
}
