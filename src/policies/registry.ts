/** Which policy types there are: an explicit list, one line for each version. */
import { typeName } from '../profiles/profile-type.ts';
import { affinityPolicyType } from './affinity/affinity-policy-type.ts';
import { batchPolicyType } from './batch/batch-policy-type.ts';
import { deletionPolicyTypes } from './deletion/deletion-policy-type.ts';
import { healthPolicyTypes } from './health/health-policy-type.ts';
import { loadBalancingPolicyTypes } from './load-balancing/load-balancing-policy-type.ts';
import type { PolicyType } from './policy-type.ts';
import { regionPlacementPolicyType } from './region-placement/region-placement-policy-type.ts';
import { scalingPolicyType } from './scaling/scaling-policy-type.ts';
import { zonePlacementPolicyType } from './zone-placement/zone-placement-policy-type.ts';

export const policyTypes: readonly PolicyType[] = [
  affinityPolicyType,
  batchPolicyType,
  ...deletionPolicyTypes,
  ...healthPolicyTypes,
  ...loadBalancingPolicyTypes,
  regionPlacementPolicyType,
  scalingPolicyType,
  zonePlacementPolicyType,
];

/** `senlin.policy.health-1.3`; undefined where there is none. */
export function findPolicyType(
  name: string,
  types: readonly PolicyType[] = policyTypes,
): PolicyType | undefined {
  return types.find((type) => typeName(type) === name);
}
