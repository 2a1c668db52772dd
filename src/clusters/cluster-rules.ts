/**
 * The health policy of one cluster, read now: for actions and requests, which do not have the healer's list.
 */
import type { HealthPolicy } from '../domain/health-policy.ts';
import { isHealthPolicy } from '../policies/health/health-policy-type.ts';
import { storedHealthPolicy } from '../policies/health/stored-health-policy.ts';
import { attachedPolicies, type AttachedPolicy } from '../store/cluster-policies.ts';
import type { Db } from '../store/store.ts';

export interface ClusterRules {
  readonly policyId: string;
  readonly enabled: boolean;
  readonly policy: HealthPolicy;
}

export interface NamedRules extends ClusterRules {
  readonly policyName: string;
}

/** @throws CoppiceError `operation-impossible` for a policy that this program cannot read. */
export async function rulesOfCluster(db: Db, clusterId: string): Promise<NamedRules | null> {
  const found = await attachedHealthPolicy(db, clusterId);
  if (found === undefined) return null;
  const { binding, policy } = found;
  return {
    policyId: policy.id,
    policyName: policy.name,
    enabled: binding.enabled,
    policy: storedHealthPolicy(policy),
  };
}

export async function attachedHealthPolicy(db: Db, clusterId: string): Promise<AttachedPolicy | undefined> {
  const attached = await attachedPolicies(db, clusterId);
  return attached.find(({ policy }) => isHealthPolicy(policy.type));
}
