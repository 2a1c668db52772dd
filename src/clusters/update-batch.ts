/** How many nodes of a cluster an update to a new profile changes side by side. */
import { batchPolicyType, batchSize } from '../policies/batch/batch-policy-type.ts';
import { typeName } from '../profiles/profile-type.ts';
import { readPolicy } from '../policies/read-policy.ts';
import { attachedPolicies } from '../store/cluster-policies.ts';
import type { Db } from '../store/store.ts';

/** As its batch policy says; without one that is enabled, one after the other. @param size its nodes. */
export async function updateBatch(db: Db, clusterId: string, size: number): Promise<number> {
  const attached = await attachedPolicies(db, clusterId);
  const found = attached.find(
    ({ policy, binding }) => binding.enabled && policy.type === typeName(batchPolicyType),
  );
  return found === undefined ? 1 : batchSize(readPolicy(batchPolicyType, found.policy), size);
}
