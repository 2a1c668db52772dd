/**
 * How long the tests that draw cases by chance may take. `npm test` draws as many as its time allows, and
 * the same ones each time: what it says of a change is about the change. `npm run test:soak` draws others
 * each time, and this many times as many. A failure prints its seed and path; `COPPICE_SEED=<seed>` draws the
 * same cases again.
 */
export const soakFactor = Number(process.env['COPPICE_SOAK'] ?? 1);

const given = process.env['COPPICE_SEED'];
const seed = given === undefined ? (soakFactor === 1 ? 20_261_122 : undefined) : Number(given);

/** Parameters for fast-check: the number of cases in `npm test`, and the seed where it is fixed. */
export function cases(numRuns: number): { numRuns: number; seed?: number } {
  const drawn = { numRuns: numRuns * soakFactor };
  return seed === undefined ? drawn : { ...drawn, seed };
}

/** Milliseconds for a test that draws cases. */
export function soakTimeout(milliseconds: number): number {
  return milliseconds * soakFactor;
}
