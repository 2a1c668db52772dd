/**
 * What `retry` counts: the automatic recoveries of each node that did not help, in its window, since an
 * operator released the node, and since the cluster got another profile or policy. One that ended EXHAUSTED
 * did not help, and neither did one after which the node failed again at once (a relapse).
 */
import type { HealthPolicy } from '../domain/health-policy.ts';
import { healingOfCluster, healingOfNodes } from '../store/healing.ts';
import { recentRecoveriesOfCluster } from '../store/recovery-history.ts';
import type { Db } from '../store/store.ts';

/** @returns when they ended, by node; empty where the policy counts nothing. */
export async function unhelpfulBefore(
  db: Db,
  clusterId: string,
  { mode, recovery: { retry } }: HealthPolicy,
  now: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const earlier = new Map<string, number[]>();
  if (retry === null) return earlier;
  const healing = await healingOfNodes(db, clusterId);
  const countingSince = (await healingOfCluster(db, clusterId)).countingSince ?? 0;
  for (const each of await recentRecoveriesOfCluster(db, clusterId, now - retry.windowMs)) {
    const { nodeId, state, closedAt, relapsedAt } = each;
    const since = Math.max(countingSince, healing.get(nodeId)?.releasedAt ?? 0);
    if (each.mode !== mode || each.origin !== 'AUTOMATIC') continue;
    if (state !== 'EXHAUSTED' && (state !== 'RECOVERED' || relapsedAt === null)) continue;
    if (closedAt === null || closedAt <= since) continue;
    earlier.set(nodeId, [...(earlier.get(nodeId) ?? []), closedAt]);
  }
  return earlier;
}
