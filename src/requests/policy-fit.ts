/** Whether the nodes of a profile can do what a policy asks for. */
import type { Issue } from '../domain/errors.ts';
import type { Cluster, Node, Policy, Profile } from '../domain/model.ts';
import { attachedPolicies } from '../store/cluster-policies.ts';
import { profilesOfNodes } from '../store/nodes.ts';
import { getProfile, listProfiles } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import { requirePolicyType } from './policies.ts';
import { type Caller, type RequestTools, visibleProject } from './request-tools.ts';
import { refuseSpec } from './spec-document.ts';

type Checked = Pick<Policy, 'type' | 'spec'>;

type NamedPolicy = Checked & { readonly name?: string };

/**
 * Of the cluster's profile, and of each other one that a node of it has.
 * @throws CoppiceError `invalid-spec` where the nodes of the cluster cannot do what the policy asks for.
 */
export async function refuseMisfit(
  db: Db,
  tools: RequestTools,
  { id, name, profileId }: Pick<Cluster, 'id' | 'name' | 'profileId'>,
  policy: NamedPolicy,
): Promise<void> {
  await refuseFor(db, tools, `the cluster ${name}`, profileId, policy);
  for (const used of await profilesOfNodes(db, id)) {
    if (used.profileId === profileId) continue;
    const more = used.count === 1 ? '' : ` and ${used.count - 1} more`;
    const subject = `the node ${used.name}${more} of the cluster ${name}, whose profile is another`;
    await refuseFor(db, tools, subject, used.profileId, policy);
  }
}

/** A new profile has to fit the policies that are attached already. @throws CoppiceError `invalid-spec` */
export async function refuseUnfitProfile(
  db: Db,
  tools: RequestTools,
  cluster: Cluster,
  profileId: string,
): Promise<void> {
  for (const { policy } of await attachedPolicies(db, cluster.id))
    await refuseFor(db, tools, `the cluster ${cluster.name}`, profileId, policy);
}

/**
 * So has the profile that a node of the cluster gets, where it has one of its own.
 * @throws CoppiceError `invalid-spec`
 */
export async function refuseUnfitNode(
  db: Db,
  tools: RequestTools,
  clusterId: string,
  { name, profileId }: Pick<Node, 'name' | 'profileId'>,
): Promise<void> {
  for (const { policy } of await attachedPolicies(db, clusterId))
    await refuseFor(db, tools, `the node ${name}`, profileId, policy);
}

async function refuseFor(
  db: Db,
  tools: RequestTools,
  subject: string,
  profileId: string,
  policy: NamedPolicy,
): Promise<void> {
  const profile = await getProfile(db, profileId);
  const misfits = profile === undefined ? [] : misfitsWith(tools, policy, profile);
  const named = policy.name === undefined ? '' : ` ${policy.name}`;
  if (misfits.length > 0)
    refuseSpec(`The policy${named} does not fit ${subject}: `, misfits, { part: 'properties' });
}

/**
 * What is wrong for every profile that the caller has of a type, or for the type where there is none: here
 * the policy could not be attached. It may be meant for a profile that is still to come.
 */
export async function fitsNothing(
  tools: RequestTools,
  caller: Caller,
  policy: Checked,
): Promise<readonly Issue[]> {
  const project = visibleProject(caller);
  const profiles = await listProfiles(tools.store.db, project === undefined ? {} : { project });
  const all = tools.profileTypes.all.flatMap((type) => {
    const ofType = profiles.filter((profile) => tools.profileTypes.find(profile.type) === type);
    if (ofType.length > 0) return ofType.map((profile) => misfitsWith(tools, policy, profile));
    const check = requirePolicyType(tools, policy.type).check(policy.spec.properties, {
      ...tools.checkSettings,
      isStored: true,
    });
    return [check.ok ? requirePolicyType(tools, policy.type).checkAgainstProfile(check.value, type) : []];
  });
  return all.every((misfits) => misfits.length > 0) ? (all[0] ?? []) : [];
}

function misfitsWith(tools: RequestTools, policy: Checked, profile: Profile): readonly Issue[] {
  const type = requirePolicyType(tools, policy.type);
  const profileType = tools.profileTypes.find(profile.type);
  const check = type.check(policy.spec.properties, { ...tools.checkSettings, isStored: true });
  if (!check.ok) return check.issues;
  if (profileType === undefined) return [];
  return type.checkAgainstProfile(check.value, profileType, { name: profile.name, ...profile.spec });
}
