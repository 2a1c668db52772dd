import { z } from 'zod';
import type { Cluster } from '../../domain/model.ts';
import { profileNames } from '../../store/profiles.ts';
import {
  timeInMicroseconds,
  timeInMicrosecondsOrNull,
  timeInSeconds,
  timeInSecondsOrNull,
} from '../times.ts';
import { standingsOfClusters, type StandingTools } from '../../requests/standings.ts';
import { standingShape } from './explanation.ts';
import { id, jsonMap, nullableText, nullableTime, text, time } from './common.ts';

export const clusterShape = z
  .strictObject({
    config: jsonMap,
    created_at: nullableTime.describe('When its creation ended; null until then.'),
    data: jsonMap,
    dependents: jsonMap,
    desired_capacity: z.int(),
    domain: nullableText,
    health: standingShape,
    health_reason: nullableText.describe('null: nothing is wrong.'),
    id,
    init_at: time.describe('When its creation was requested.'),
    max_size: z.int().describe('-1: no limit.'),
    metadata: jsonMap,
    min_size: z.int(),
    name: text,
    node_profiles: z
      .array(z.strictObject({ nodes: z.int(), profile_id: id, profile_name: nullableText }))
      .describe("How many of its nodes have which profile; the cluster's own is the first."),
    nodes: z.array(id).describe('Ids of its nodes.'),
    policies: z.array(id).describe('Ids of the bindings of its policies, not of the policies.'),
    profile_id: id,
    profile_name: nullableText,
    project: text,
    status: text,
    status_reason: text,
    timeout: z.int(),
    updated_at: nullableTime,
    user: text,
  })
  .meta({ id: 'Cluster' });

type ClusterAnswer = z.infer<typeof clusterShape>;

/**
 * Clusters with their nodes, bindings, profile names and health: few queries, however many clusters there
 * are.
 */
export async function toClusterAnswers(
  tools: StandingTools,
  clusters: readonly Cluster[],
): Promise<ClusterAnswer[]> {
  const health = await standingsOfClusters(tools, clusters);
  const profiles = await profileNames(tools.store.db, [
    ...clusters.map((cluster) => cluster.profileId),
    ...[...health.values()].flatMap((standing) => [...standing.profiles.keys()]),
  ]);
  return clusters.map((cluster) => {
    const standing = health.get(cluster.id);
    // In the order of the alphabet: what is not, is sorted again for each answer.
    return {
      config: cluster.config,
      created_at: timeInSecondsOrNull(cluster.createdAt),
      data: cluster.data,
      dependents: cluster.dependents,
      desired_capacity: cluster.desiredCapacity,
      domain: cluster.domain,
      health: standing?.standing ?? 'UNWATCHED',
      health_reason: standing?.reason ?? null,
      id: cluster.id,
      init_at: timeInSeconds(cluster.initAt),
      max_size: cluster.maxSize,
      metadata: cluster.metadata,
      min_size: cluster.minSize,
      name: cluster.name,
      node_profiles: nodeProfiles(cluster, standing?.profiles ?? new Map(), profiles),
      nodes: [...(standing?.nodeIds ?? [])],
      policies: [...(standing?.bindingIds ?? [])],
      profile_id: cluster.profileId,
      profile_name: profiles.get(cluster.profileId) ?? null,
      project: cluster.project,
      status: cluster.status,
      status_reason: cluster.statusReason,
      timeout: cluster.timeout,
      updated_at: timeInSecondsOrNull(cluster.updatedAt),
      user: cluster.user,
    };
  });
}

function nodeProfiles(
  { profileId: own }: Pick<Cluster, 'profileId'>,
  counts: ReadonlyMap<string, number>,
  names: ReadonlyMap<string, string>,
): ClusterAnswer['node_profiles'] {
  const others = [...counts.keys()].filter((id) => id !== own).sort();
  return [...(counts.has(own) ? [own] : []), ...others].map((id) => ({
    nodes: counts.get(id) ?? 0,
    profile_id: id,
    profile_name: names.get(id) ?? null,
  }));
}

export async function toClusterAnswer(
  tools: StandingTools,
  cluster: Cluster,
): Promise<ClusterAnswer | undefined> {
  return (await toClusterAnswers(tools, [cluster]))[0];
}

/**
 * Of a cluster that was just recorded: its action may have made the first nodes before the answer is written,
 * and the answer shows the cluster before its action.
 */
export async function toNewClusterAnswer(
  tools: StandingTools,
  cluster: Cluster,
): Promise<ClusterAnswer | undefined> {
  const answer = await toClusterAnswer(tools, cluster);
  return answer && { ...answer, node_profiles: [], nodes: [] };
}

export const embeddedClusterShape = clusterShape
  .omit({
    health: true,
    health_reason: true,
    metadata: true,
    node_profiles: true,
    nodes: true,
    policies: true,
    profile_name: true,
  })
  .extend({ meta_data: jsonMap, next_index: z.int(), parent: z.null() })
  .meta({ id: 'EmbeddedCluster' });

/** The cluster inside an event: as it is now, in the words of Senlin's database. */
export function toEmbeddedCluster(cluster: Cluster): z.infer<typeof embeddedClusterShape> {
  return {
    config: cluster.config,
    created_at: timeInMicrosecondsOrNull(cluster.createdAt),
    data: cluster.data,
    dependents: cluster.dependents,
    desired_capacity: cluster.desiredCapacity,
    domain: cluster.domain,
    id: cluster.id,
    init_at: timeInMicroseconds(cluster.initAt),
    max_size: cluster.maxSize,
    meta_data: cluster.metadata,
    min_size: cluster.minSize,
    name: cluster.name,
    next_index: cluster.nextIndex,
    parent: null,
    profile_id: cluster.profileId,
    project: cluster.project,
    status: cluster.status,
    status_reason: cluster.statusReason,
    timeout: cluster.timeout,
    updated_at: timeInMicrosecondsOrNull(cluster.updatedAt),
    user: cluster.user,
  };
}
