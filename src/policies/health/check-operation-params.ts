/**
 * The params of REBOOT and RECREATE, as far as they are the same for all profiles; the rest is found against
 * a profile.
 */
import { quoteValue } from '../../domain/errors.ts';
import type { HealthPolicy, Runnable } from '../../domain/health-policy.ts';
import { isIn } from '../../domain/spec-schema.ts';
import { checkParameters } from './check-against-profile.ts';
import type { Findings } from './findings.ts';

export function checkOperationParams(
  policy: HealthPolicy,
  step: Runnable,
  field: string,
  findings: Findings,
): void {
  if (step.name === 'RECREATE') checkRecreate(policy, step, field, findings);
  // A profile type may know more kinds of reboot: what is wrong for all that there are is only suspicious.
  if (step.name === 'REBOOT') findings.warnings.push(...checkParameters(step, rebootParameters, field));
}

const rebootParameters = {
  type: { type: 'String', description: 'SOFT or HARD', required: false, allowed: ['SOFT', 'HARD'] },
} as const;

/** Senlin accepted them and ignored all of them. */
function checkRecreate(
  { version }: HealthPolicy,
  { params }: Runnable,
  field: string,
  findings: Findings,
): void {
  if (Object.keys(params).length === 0) return;
  const hint = 'RECREATE takes none: the node is deleted, and created again from its profile';
  const level = isIn(version, '1.3') ? 'issues' : 'warnings';
  findings[level].push({ field, expected: 'no parameters', found: quoteValue(params), hint });
}
