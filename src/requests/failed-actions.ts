/** What callers asked for lately and did not get, by cluster, for those who look at its health. */
import type { Cluster } from '../domain/model.ts';
import { busyClusterStatuses } from '../domain/cluster-status.ts';
import {
  failedActionMs,
  isForgottenIfRefused,
  kindOfAction,
  refusedActionMs,
} from '../recovery/explain-actions.ts';
import type { FailedActionOf, HalfDoneUpdate } from '../recovery/explained-cluster.ts';
import { failedActions, type FailedAction } from '../store/failed-actions.ts';
import { getNodes, profilesOfNodes } from '../store/nodes.ts';
import { profileNames } from '../store/profiles.ts';
import { identitiesOf } from '../store/shared-names.ts';
import type { Db } from '../store/store.ts';
import type { RequestTools } from './request-tools.ts';

type ClusterOfActions = Pick<Cluster, 'id' | 'profileId' | 'status' | 'project'>;

/** Those of nodes that are gone are left out. @param viewer the project of the caller. */
export async function failedActionsOfClusters(
  { store, now }: Pick<RequestTools, 'store' | 'now'>,
  viewer: string,
  clusters: readonly ClusterOfActions[],
): Promise<ReadonlyMap<string, readonly FailedActionOf[]>> {
  const { db } = store;
  const clusterIds = clusters.map(({ id }) => id);
  const since = now() - failedActionMs;
  const refused = { isOf: isForgottenIfRefused, since: now() - refusedActionMs };
  const failed = await failedActions(db, { clusterIds, since, kindOf: kindOfAction, refused });
  const ofNodes = failed.filter(({ target, clusterId }) => target !== clusterId);
  const nodes = await getNodes(
    db,
    ofNodes.map(({ target }) => target),
  );
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const byCluster = new Map<string, FailedActionOf[]>();
  const clusterOf = new Map(clusters.map((cluster) => [cluster.id, cluster]));
  for (const one of failed) {
    const { id, action, clusterId, target, reason, endedAt, isRefused } = one;
    const nodeName = target === clusterId ? null : names.get(target);
    if (nodeName === undefined) continue;
    const known = byCluster.get(clusterId) ?? [];
    const cluster = clusterOf.get(clusterId);
    const update = cluster === undefined || isRefused ? asBefore : await leftBy(db, viewer, cluster, one);
    byCluster.set(clusterId, [...known, { id, action, nodeName, reason, endedAt, isRefused, ...update }]);
  }
  return byCluster;
}

type LeftByUpdate = Pick<FailedActionOf, 'halfDone' | 'wantedProfile'>;

const asBefore: LeftByUpdate = { halfDone: null };

/** Nothing of another action, and while an action works on the cluster again. */
async function leftBy(
  db: Db,
  viewer: string,
  { id, profileId: own, status, project }: ClusterOfActions,
  { action, inputs: { new_profile_id: wanted } }: FailedAction,
): Promise<LeftByUpdate> {
  if (action !== 'CLUSTER_UPDATE' || typeof wanted !== 'string' || busyClusterStatuses.has(status))
    return asBefore;
  const groups = await profilesOfNodes(db, id);
  const names = await profileNames(db, [own, wanted, ...groups.map(({ profileId }) => profileId)]);
  const profiles = [...names].map(([profile, name]) => ({ id: profile, name, project }));
  const identity = await identitiesOf(db, 'profile', profiles, viewer);
  const inWords = (profile: string) =>
    identity({ id: profile, name: names.get(profile) ?? profile, project });
  const wantedProfile = names.has(wanted) ? inWords(wanted) : undefined;
  if (groups.every(({ profileId }) => profileId === own))
    return wantedProfile === undefined || wanted === own ? asBefore : { halfDone: null, wantedProfile };
  const halfDone: HalfDoneUpdate = {
    wanted: wantedProfile ?? null,
    own: inWords(own),
    groups: groups.map(({ profileId, name, count: nodes }) => ({
      profile: inWords(profileId),
      nodes,
      first: name,
    })),
  };
  return { halfDone };
}
