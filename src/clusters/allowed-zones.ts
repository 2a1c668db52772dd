/** The availability zones to which the policies of a cluster limit its nodes. */
import { storedCheckSettings } from '../policies/policy-type.ts';
import { findPolicyType } from '../policies/registry.ts';
import { attachedPolicies } from '../store/cluster-policies.ts';
import type { Db } from '../store/store.ts';

/**
 * Those that every enabled policy allows that limits them; null: none does. One that this program cannot read
 * may limit them, so that no zone is known to be allowed.
 */
export async function allowedZones(db: Db, clusterId: string): Promise<readonly string[] | null> {
  const limits = (await attachedPolicies(db, clusterId)).flatMap(({ policy, binding }) => {
    const type = findPolicyType(policy.type);
    if (!binding.enabled || type?.zones === undefined) return [];
    const check = type.check(policy.spec.properties, storedCheckSettings);
    const zones = check.ok ? type.zones(check.value) : [];
    return zones === null ? [] : [zones];
  });
  const [first, ...others] = limits;
  return first?.filter((name) => others.every((zones) => zones.includes(name))) ?? null;
}
