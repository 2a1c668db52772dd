/**
 * What the attached policies have to know of the outside before an action is planned (`lookUp` of a policy
 * type): the plan itself is pure.
 */
import { CoppiceError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Cluster } from '../domain/model.ts';
import { regionNamedIn } from '../domain/placement.ts';
import { ownerOf } from '../domain/session.ts';
import { CloudError } from '../openstack/cloud-error.ts';
import type { Cloud, Clouds } from '../openstack/cloud.ts';
import type { LookedUp, PolicyAttachment, PolicyType } from '../policies/policy-type.ts';
import { readPolicy } from '../policies/read-policy.ts';
import { findPolicyType } from '../policies/registry.ts';
import { placedRegions } from './placed-regions.ts';
import { NO_CLOUD } from '../profiles/node-cloud.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { attachedPolicies, type AttachedPolicy } from '../store/cluster-policies.ts';
import { getProfile } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';

export interface LookUpTools {
  readonly db: Db;
  readonly profileTypes: ProfileTypes;
  /** Absent: this Coppice works with no cloud. */
  readonly clouds?: Clouds | undefined;
  /** Absent: those of this program. */
  readonly policyTypes?: readonly PolicyType[] | undefined;
}

/** @returns by the id of the policy. */
export async function lookUpsOf(
  { policyTypes, ...tools }: LookUpTools,
  cluster: Cluster,
  action: string,
  signal: AbortSignal,
): Promise<Record<string, LookedUp>> {
  const lookedUp: Record<string, LookedUp> = {};
  for (const { policy, binding } of await attachedPolicies(tools.db, cluster.id)) {
    const type = findPolicyType(policy.type, policyTypes);
    if (!binding.enabled || type?.lookUp === undefined) continue;
    const attachment = await attachmentTo(tools, { type, policy, cluster, data: binding.data });
    const found = await lookUpFor(type, attachment, action, signal);
    if (found !== null) lookedUp[policy.id] = found;
  }
  return lookedUp;
}

/** @returns null where the type has nothing to look up for the action. */
export async function lookUpFor(
  type: PolicyType,
  attachment: PolicyAttachment<unknown>,
  action: string,
  signal: AbortSignal,
): Promise<LookedUp | null> {
  if (type.lookUp === undefined) return null;
  const found = await tryLookUp(async () => (await type.lookUp?.(attachment, action, signal)) ?? null);
  signal.throwIfAborted();
  return found.ok && found.found === null ? null : found;
}

export interface ToAttach {
  readonly type: PolicyType;
  readonly policy: AttachedPolicy['policy'];
  readonly cluster: Cluster;
  /** Of the binding. */
  readonly data: PolicyAttachment<unknown>['data'];
}

/** An attached policy, as its type sees it when it works outside, or asks there. */
export async function attachmentTo(
  { db, clouds, profileTypes }: Omit<LookUpTools, 'policyTypes'>,
  { type, policy, cluster, data }: ToAttach,
): Promise<PolicyAttachment<unknown>> {
  const profile = await getProfile(db, cluster.profileId);
  return {
    value: readPolicy(type, policy),
    cluster,
    policyId: policy.id,
    profile: profile?.spec.properties ?? {},
    nodeService: profileTypes.find(profile?.type ?? '')?.cloudService ?? null,
    data,
    cloud(): Cloud {
      if (clouds === undefined) throw new CoppiceError('operation-impossible', NO_CLOUD);
      return clouds.of(ownerOf(cluster)).inRegion(regionNamedIn(profile?.spec.properties ?? {}));
    },
    regions: () => placedRegions(db, cluster.id),
  };
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
