/** How far back the attached health policies count recoveries. What was before has no effect any more. */
import type { HealthPolicy } from '../domain/health-policy.ts';
import { healthPolicyTypes } from '../policies/health/health-policy-type.ts';
import { storedHealthPolicy } from '../policies/health/stored-health-policy.ts';
import { attachedPoliciesOfTypes } from '../store/cluster-policies.ts';
import type { Db } from '../store/store.ts';

/** @returns milliseconds. @throws CoppiceError `operation-impossible` where a policy cannot be read. */
export async function longestWindowMs(db: Db): Promise<number> {
  const types = healthPolicyTypes.map(({ name, version }) => `${name}-${version}`);
  const attached = await attachedPoliciesOfTypes(db, types);
  return Math.max(0, ...attached.map(({ policy }) => windowOf(storedHealthPolicy(policy))));
}

function windowOf({ recovery: { retry, relapseMs }, safety: { rateLimit } }: HealthPolicy): number {
  const periods = [rateLimit.node?.periodMs ?? 0, rateLimit.cluster?.periodMs ?? 0];
  return Math.max(retry?.windowMs ?? 0, relapseMs, ...periods);
}
