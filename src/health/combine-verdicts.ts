/**
 * One verdict from those of several detection modes.
 *
 * - ANY_FAILED: unhealthy if any mode says so; else unknown if any could not look; else healthy.
 * - ALL_FAILED: healthy if any mode says so (then not all failed); else unknown if any could not look; else unhealthy.
 *
 * Unknown counts neither as healthy nor as failed: it only leaves open what the others do not settle. No modes at all is unknown.
 */
import type { Verdict } from '../domain/verdict.ts';

export type RecoveryConditional = 'ANY_FAILED' | 'ALL_FAILED';

const settledBy = { ANY_FAILED: 'unhealthy', ALL_FAILED: 'healthy' } as const satisfies Record<
  RecoveryConditional,
  Verdict['health']
>;

/** The one that decided, with the reasons of all that say the same. */
export function combineVerdicts(verdicts: readonly Verdict[], conditional: RecoveryConditional): Verdict {
  for (const health of [settledBy[conditional], 'unknown', 'unhealthy', 'healthy'] as const) {
    const same = verdicts.filter((verdict) => verdict.health === health);
    const first = same[0];
    if (first === undefined) continue;
    return same.length === 1 ? first : { ...first, reason: same.map((one) => one.reason).join('; ') };
  }
  return { health: 'unknown', reason: 'no detection mode looks at this node' };
}
