/**
 * The whole of healing (store, engine, healer, planner, actions) in a world that lies, is late, repeats,
 * loses, and kills the process. A failure prints its seed: `COPPICE_SEED=<seed> npx vitest run test/property`
 * lives through the same plans again, millisecond for millisecond, because time and ids are the test's.
 */
import fc from 'fast-check';
import { test } from 'vitest';
import { cases, soakTimeout } from '../support/soak.ts';
import { anyWorldPlan } from './world-arbitraries.ts';
import { livePlan } from './world-run.ts';

test('whatever happens, what is always true stays true', { timeout: soakTimeout(180_000) }, async () => {
  // A plan that fails is made smaller for a while only: that takes many lives. A machine that is very slow
  // lives through fewer plans.
  const limits = { interruptAfterTimeLimit: soakTimeout(150_000) };
  await fc.assert(fc.asyncProperty(anyWorldPlan, livePlan), { ...cases(100), ...limits });
});
