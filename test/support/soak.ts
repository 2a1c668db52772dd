/**
 * How long the tests that draw cases by chance may go on: `npm test` draws as many as its time allows, `npm run test:soak` this many times as
 * many. A failure prints its seed and path; `COPPICE_SEED=<seed>` draws the same cases again.
 */
export const soakFactor = Number(process.env['COPPICE_SOAK'] ?? 1);

const seed = process.env['COPPICE_SEED'];

/** Parameters for fast-check: the number of cases in `npm test`, and the seed if one was given. */
export function cases(numRuns: number): { numRuns: number; seed?: number } {
  const drawn = { numRuns: numRuns * soakFactor };
  return seed === undefined ? drawn : { ...drawn, seed: Number(seed) };
}

/** Milliseconds for a test that draws cases. */
export function soakTimeout(milliseconds: number): number {
  return milliseconds * soakFactor;
}
