/** The health policy of one cluster, read now: for actions and requests, which do not have the healer's list. */
import type { HealthPolicy } from '../domain/health-policy.ts';
import { storedHealthPolicy } from '../policies/health/stored-health-policy.ts';
import { attachedPolicies } from '../store/cluster-policies.ts';
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
  const attached = await attachedPolicies(db, clusterId);
  const found = attached.find(({ policy }) => policy.type.startsWith('senlin.policy.health-'));
  if (found === undefined) return null;
  const { binding, policy } = found;
  return {
    policyId: policy.id,
    policyName: policy.name,
    enabled: binding.enabled,
    policy: storedHealthPolicy(policy),
  };
}
