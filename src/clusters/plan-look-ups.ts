/**
 * What the attached policies have to know of the outside before an action is planned (`lookUp` of a policy
 * type): the plan itself is pure.
 */
import { CoppiceError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Cluster } from '../domain/model.ts';
import { ownerOf } from '../domain/session.ts';
import { CloudError } from '../openstack/cloud-error.ts';
import type { Cloud, Clouds } from '../openstack/cloud.ts';
import type { LookedUp, PolicyAttachment, PolicyType } from '../policies/policy-type.ts';
import { readPolicy } from '../policies/read-policy.ts';
import { findPolicyType } from '../policies/registry.ts';
import { NO_CLOUD } from '../profiles/node-cloud.ts';
import { attachedPolicies, type AttachedPolicy } from '../store/cluster-policies.ts';
import type { Db } from '../store/store.ts';

export interface LookUpTools {
  readonly db: Db;
  /** Absent: this Coppice works with no cloud. */
  readonly clouds?: Clouds | undefined;
  /** Absent: those of this program. */
  readonly policyTypes?: readonly PolicyType[] | undefined;
}

/** @returns by the id of the policy. */
export async function lookUpsOf(
  { db, clouds, policyTypes }: LookUpTools,
  cluster: Cluster,
  action: string,
  signal: AbortSignal,
): Promise<Record<string, LookedUp>> {
  const lookedUp: Record<string, LookedUp> = {};
  for (const { policy, binding } of await attachedPolicies(db, cluster.id)) {
    const type = findPolicyType(policy.type, policyTypes);
    if (!binding.enabled || type?.lookUp === undefined) continue;
    const attachment = attachmentTo(clouds, type, { policy, binding }, cluster);
    const found = await tryLookUp(async () => (await type.lookUp?.(attachment, action, signal)) ?? null);
    signal.throwIfAborted();
    if (!found.ok || found.found !== null) lookedUp[policy.id] = found;
  }
  return lookedUp;
}

/** An attached policy, as its type sees it when it asks the outside. */
export function attachmentTo(
  clouds: Clouds | undefined,
  type: PolicyType,
  {
    policy,
    binding,
  }: {
    readonly policy: AttachedPolicy['policy'];
    readonly binding: { readonly data: PolicyAttachment<unknown>['data'] };
  },
  cluster: Cluster,
): PolicyAttachment<unknown> {
  const cloud = (): Cloud => {
    if (clouds === undefined) throw new CoppiceError('operation-impossible', NO_CLOUD);
    return clouds.of(ownerOf(cluster));
  };
  return { value: readPolicy(type, policy), cluster, policyId: policy.id, data: binding.data, cloud };
}

async function tryLookUp(lookUp: () => Promise<Json>): Promise<LookedUp> {
  try {
    return { ok: true, found: await lookUp() };
  } catch (error) {
    if (error instanceof CloudError || error instanceof CoppiceError)
      return { ok: false, reason: error.message };
    throw error;
  }
}
