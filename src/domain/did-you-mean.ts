/** The known word that the user probably meant, or undefined where nothing is near. Case does not count. */
export function closestWord(word: string, known: readonly string[]): string | undefined {
  const wanted = word.slice(0, 64).toLowerCase();
  const farthest = Math.ceil(wanted.length / 3);
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance <= farthest && distance < (best?.distance ?? Infinity)) best = { word: candidate, distance };
  }
  return best?.word;
}

export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const closest = closestWord(word, known);
  return closest === undefined ? undefined : `did you mean ${closest}?`;
}

/** Levenshtein's distance: letters to insert, delete or change. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
