/** One figure of the bench: a ratio or an amount, and the limit that it is held against. */
export interface Measure {
  readonly name: string;
  /** What it was computed from, for the reader. */
  readonly detail: string;
  readonly value: number;
  readonly limit: { readonly at: 'least' | 'most'; readonly value: number };
}

export function isKept({ value, limit }: Measure): boolean {
  return limit.at === 'least' ? value >= limit.value : value <= limit.value;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
