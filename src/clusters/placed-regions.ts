/** The regions of the cloud in which the policies of a cluster place its nodes. */
import { readPolicy } from '../policies/read-policy.ts';
import { findPolicyType } from '../policies/registry.ts';
import { attachedPolicies } from '../store/cluster-policies.ts';
import type { Db } from '../store/store.ts';

/** Those of every enabled policy that places nodes in regions; none: no policy does. */
export async function placedRegions(db: Db, clusterId: string): Promise<readonly string[]> {
  const regions = (await attachedPolicies(db, clusterId)).flatMap(({ policy, binding }) => {
    const type = findPolicyType(policy.type);
    if (!binding.enabled || type?.regions === undefined) return [];
    return type.regions(readPolicy(type, policy));
  });
  return [...new Set(regions)];
}
