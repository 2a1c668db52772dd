/**
 * The params of REBOOT and RECREATE, as far as they are the same for all profiles; the rest is found against
 * a profile.
 */
import { checkFields } from '../../domain/check-fields.ts';
import { quoteValue } from '../../domain/errors.ts';
import type { HealthPolicy, Runnable } from '../../domain/health-policy.ts';
import { isInVersion } from '../../domain/spec-schema.ts';
import { checkParameters } from './check-against-profile.ts';
import type { Findings } from './findings.ts';
import { recreateParams } from './recovery-fields.ts';

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

/** Senlin accepted any and ignored all of them; those of 1.3 came with it. */
function checkRecreate(
  { version }: HealthPolicy,
  { params }: Runnable,
  field: string,
  { issues, warnings }: Findings,
): void {
  if (isInVersion(version, '1.3')) {
    const check = checkFields(recreateParams, params, version, { path: field });
    if (!check.ok) issues.push(...check.issues);
  } else if (Object.keys(params).length > 0) {
    const hint =
      'before version 1.3 they are ignored: the node is deleted, and created again from its profile';
    warnings.push({ field, expected: 'no parameters', found: quoteValue(params), hint });
  }
}
