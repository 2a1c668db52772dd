/** The known name that someone most likely meant, or undefined where none is near (at most a third of it differs). */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  if (written.length > 100) return undefined;
  const lower = written.toLowerCase();
  const near = [...known].map((name) => ({ name, edits: editDistance(lower, name.toLowerCase()) }));
  near.sort((a, b) => a.edits - b.edits);
  const best = near[0];
  return best !== undefined && best.edits * 3 <= best.name.length ? best.name : undefined;
}

/** Levenshtein's distance: single characters inserted, left out or replaced. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
