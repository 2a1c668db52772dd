/** What callers asked for lately and did not get, by cluster, for those who look at its health. */
import type { Cluster } from '../domain/model.ts';
import { failedActionMs, kindOfAction } from '../recovery/explain-actions.ts';
import type { FailedActionOf } from '../recovery/explained-cluster.ts';
import { failedActions } from '../store/failed-actions.ts';
import { getNodes } from '../store/nodes.ts';
import type { RequestTools } from './request-tools.ts';

/** Those of nodes that are gone are left out. */
export async function failedActionsOfClusters(
  { store, now }: Pick<RequestTools, 'store' | 'now'>,
  clusters: readonly Pick<Cluster, 'id'>[],
): Promise<ReadonlyMap<string, readonly FailedActionOf[]>> {
  const { db } = store;
  const clusterIds = clusters.map(({ id }) => id);
  const since = now() - failedActionMs;
  const failed = await failedActions(db, { clusterIds, since, kindOf: kindOfAction });
  const ofNodes = failed.filter(({ target, clusterId }) => target !== clusterId);
  const nodes = await getNodes(
    db,
    ofNodes.map(({ target }) => target),
  );
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const byCluster = new Map<string, FailedActionOf[]>();
  for (const { id, action, clusterId, target, reason, endedAt } of failed) {
    const nodeName = target === clusterId ? null : names.get(target);
    if (nodeName === undefined) continue;
    const known = byCluster.get(clusterId) ?? [];
    byCluster.set(clusterId, [...known, { id, action, nodeName, reason, endedAt }]);
  }
  return byCluster;
}
