/** Which policy types there are: an explicit list, one line for each version. */
import { healthPolicyTypes } from './health/health-policy-type.ts';
import type { PolicyType } from './policy-type.ts';

export const policyTypes: readonly PolicyType[] = [...healthPolicyTypes];

/** `senlin.policy.health-1.3`; undefined where there is none. */
export function findPolicyType(name: string): PolicyType | undefined {
  return policyTypes.find((type) => `${type.name}-${type.version}` === name);
}
