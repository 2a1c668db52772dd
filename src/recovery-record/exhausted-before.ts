/** What `retry` counts: the recoveries of each node that ended EXHAUSTED in its window, and since a person released the node. */
import type { HealthPolicy } from '../domain/health-policy.ts';
import { healingOfNodes } from '../store/healing.ts';
import { recentRecoveriesOfCluster } from '../store/recoveries.ts';
import type { Db } from '../store/store.ts';

/** @returns when they ended, by node; empty where the policy counts nothing. */
export async function exhaustedBefore(
  db: Db,
  clusterId: string,
  { recovery: { retry } }: HealthPolicy,
  now: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const earlier = new Map<string, number[]>();
  if (retry === null) return earlier;
  const healing = await healingOfNodes(db, clusterId);
  for (const { nodeId, state, mode, closedAt } of await recentRecoveriesOfCluster(
    db,
    clusterId,
    now - retry.windowMs,
  )) {
    const releasedAt = healing.get(nodeId)?.releasedAt ?? 0;
    if (state !== 'EXHAUSTED' || mode !== 'ENFORCE' || closedAt === null || closedAt <= releasedAt) continue;
    earlier.set(nodeId, [...(earlier.get(nodeId) ?? []), closedAt]);
  }
  return earlier;
}
