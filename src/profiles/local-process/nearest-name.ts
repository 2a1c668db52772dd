/** The known name that someone most likely meant, or undefined where none is near (at most a third of it differs). */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  if (written.length > 100) return undefined;
  const lower = written.toLowerCase();
  const near = [...known].map((name) => ({ name, edits: editDistance(lower, name.toLowerCase()) }));
  near.sort((a, b) => a.edits - b.edits);
  const best = near[0];
  return best !== undefined && best.edits * 3 <= best.name.length ? best.name : undefined;
}

/** Single characters inserted, left out, replaced, or swapped with the next (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(row, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? at(before, j - 2) + 1 : replaced;
      next.push(Math.min(replaced, swapped, at(row, j) + 1, at(next, j - 1) + 1));
    }
    [before, row] = [row, next];
  }
  return at(row, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? 0;
}
