/** What of a profile is allowed, and probably not meant for the nodes that are made of it. */
import { placedRegions } from '../clusters/placed-regions.ts';
import { propertiesOf } from '../clusters/managed-node.ts';
import { CoppiceError, type Issue } from '../domain/errors.ts';
import type { Cluster, Profile } from '../domain/model.ts';
import { regionNamedIn } from '../domain/placement.ts';
import { nodesOf, type ClusterPlan } from '../plans/cluster-plan.ts';
import { warningsForSeveral } from '../profiles/one-node-only.ts';
import { countNodes } from '../store/nodes.ts';
import { getProfile } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import type { Caller, RequestTools } from './request-tools.ts';
import { findObject } from './find-object.ts';

type TypeTools = Pick<RequestTools, 'profileTypes'>;

/** What of a profile one node at a time can have. */
export function profileWarnings(
  { profileTypes }: TypeTools,
  profile: Pick<Profile, 'type' | 'spec'>,
): Issue[] {
  const type = profileTypes.find(profile.type);
  const check = type?.check(profile.spec.properties, { isStored: true });
  return type === undefined || check?.ok !== true ? [] : warningsForSeveral(type, check.properties);
}

/** Of a cluster that is to have so many nodes. */
export async function warningsForNodes(
  tools: TypeTools,
  db: Db,
  { profileId }: Pick<Cluster, 'profileId'>,
  nodes: number,
): Promise<Issue[]> {
  const profile = nodes > 1 ? await getProfile(db, profileId) : undefined;
  return profile === undefined ? [] : profileWarnings(tools, profile);
}

/**
 * Of a request that was accepted. @param wanted how many nodes it is for, of those that there are; a number
 * below theirs makes none.
 */
export async function growthWarnings(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  wanted: (current: number) => number,
): Promise<Issue[]> {
  const { db } = tools.store;
  const cluster = await findObject(db, caller, 'cluster', identity);
  if (cluster === undefined) return [];
  const current = await countNodes(db, cluster.id);
  const nodes = wanted(current);
  return nodes < current ? [] : await warningsForNodes(tools, db, cluster, nodes);
}

/** Of a plan that makes nodes, or gives several another profile. */
export async function planWarnings(
  tools: RequestTools,
  cluster: Cluster,
  plan: ClusterPlan,
): Promise<Issue[]> {
  const { db } = tools.store;
  const created = nodesOf(plan, 'NODE_CREATE').length;
  const updated = nodesOf(plan, 'NODE_UPDATE');
  const [profileId] = updated.flatMap(({ inputs: { new_profile_id: id } }) =>
    typeof id === 'string' ? id : [],
  );
  if (profileId !== undefined) return await warningsForNodes(tools, db, { profileId }, updated.length);
  if (created === 0) return [];
  return await warningsForNodes(tools, db, cluster, plan.size?.desired ?? created);
}

/** What of a new profile the cloud, or this machine, does not have, in the regions of the cluster. */
export async function missingFor(tools: RequestTools, clusterId: string, profile: Profile): Promise<Issue[]> {
  const { store, profileTypes, clouds } = tools;
  const type = profileTypes.find(profile.type);
  if (type?.examine === undefined || (clouds === undefined && type.cloudService !== undefined)) return [];
  try {
    const properties = propertiesOf(tools, profile);
    const placed = await placedRegions(store.db, clusterId);
    const regions = placed.length === 0 ? [regionNamedIn(properties)] : placed;
    const found = await Promise.all(
      regions.map(async (region) => (await type.examine?.(properties, region)) ?? []),
    );
    return found.flat();
  } catch (error) {
    // What is wrong with the profile itself is told where it is used.
    if (error instanceof CoppiceError) return [];
    throw error;
  }
}
